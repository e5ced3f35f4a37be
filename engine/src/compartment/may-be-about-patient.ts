/** Can a resource of this type be about a patient at all? Asked of references, whose targets are not at hand. */
import type { FhirTables } from '../fhir/tables.ts';

/** INVARIANT: an unknown type can. A business type can when it has a reference to patients of its own: Device, Group, Schedule. */
export function mayBeAboutPatient(tables: FhirTables, name: string): boolean {
  const type = tables.types.get(name);
  switch (type?.category) {
    case undefined:
    case 'patient':
    case 'not-classified':
      return true;
    case 'business':
      for (const parameter of type?.searchParameters.values() ?? []) {
        if (parameter.kind === 'plain' && parameter.targets.includes('Patient')) return true;
      }
      return false;
    case 'anonymous':
    case 'individual':
    case 'none':
      return false;
  }
}
