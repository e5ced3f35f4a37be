/** In whose compartments a resource lies (FHIR R4 compartmentdefinition-patient.html): the patients for whom `inCompartment` would say yes, found at once. */
import { elementNodes } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { type JsonDocument, type JsonNode, name } from '../json/scan.ts';
import { compartmentPaths } from './compartment-paths.ts';
import { referenceName } from './pointed-at.ts';

const idName = name('id');

/** Of a Patient its own alone: other records of the same person are theirs. */
export function compartmentPatients(
  document: JsonDocument,
  resource: JsonNode,
  type: TypeFacts,
  bases: readonly string[],
): ReadonlySet<string> {
  const patients = new Set<string>();
  if (type.name === 'Patient') return patients.add(document.string(document.member(resource, idName)) ?? '');
  for (const { path } of compartmentPaths(type)) {
    for (const node of elementNodes(document, resource, path)) {
      const text = document.string(document.member(node, referenceName));
      const key = text === undefined ? undefined : referenceKey(text, bases);
      if (key?.type === 'Patient') patients.add(key.id);
    }
  }
  return patients;
}
