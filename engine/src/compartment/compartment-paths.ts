/** Where the references lie that put a type into a Patient compartment (FHIR R4 compartmentdefinition-patient.html), made ready once a type. */
import { type ElementPath, elementPath } from '../fhir/element-path.ts';
import type { TypeFacts } from '../fhir/tables.ts';

export interface CompartmentPath {
  readonly path: ElementPath;
  /** The reference says whom the resource is about; at the others the patient is one of several who may take a part. */
  readonly about: boolean;
}

/** Parameters whose reference is the subject, whatever else the resource names. */
const subjects: ReadonlySet<string> = new Set([
  'beneficiary',
  'individual',
  'link',
  'member',
  'patient',
  'policy-holder',
  'subject',
  'subscriber',
]);

const ready = new WeakMap<TypeFacts, readonly CompartmentPath[]>();

export function compartmentPaths(type: TypeFacts): readonly CompartmentPath[] {
  const known = ready.get(type);
  if (known !== undefined) return known;
  const paths = new Map<string, CompartmentPath>();
  for (const parameter of type.patientCompartment) {
    for (const text of type.searchParameters.get(parameter)?.paths ?? []) {
      const about = subjects.has(parameter) || (paths.get(text)?.about ?? false);
      paths.set(text, { path: elementPath(text), about });
    }
  }
  const result = Object.freeze([...paths.values()]);
  ready.set(type, result);
  return result;
}
