/**
 * Is a resource in the compartment of one patient, exactly as the definition says (FHIR R4 compartmentdefinition-patient.html)? The bound of `patient/`
 * scopes and compartment searches. Narrower than what a resource is about: a Device of the patient is not in it.
 */
import { elementNodes } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import type { FhirTables } from '../fhir/tables.ts';
import { type JsonDocument, type JsonNode, name } from '../json/scan.ts';
import { compartmentPaths } from './compartment-paths.ts';
import { referenceName } from './pointed-at.ts';

const resourceTypeName = name('resourceType');
const idName = name('id');

export function inCompartment(
  document: JsonDocument,
  resource: JsonNode,
  tables: FhirTables,
  bases: readonly string[],
  patientId: string,
): boolean {
  const type = tables.types.get(document.string(document.member(resource, resourceTypeName)) ?? '');
  if (type === undefined) return false;
  if (type.name === 'Patient' && document.string(document.member(resource, idName)) === patientId) return true;
  for (const { path } of compartmentPaths(type)) {
    for (const node of elementNodes(document, resource, path)) {
      const text = document.string(document.member(node, referenceName));
      const key = text === undefined ? undefined : referenceKey(text, bases);
      if (key?.type === 'Patient' && key.id === patientId) return true;
    }
  }
  return false;
}
