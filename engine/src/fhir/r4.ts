/** The tables of FHIR R4 (4.0.1). */
import { fhirTables } from './fhir-tables.ts';
import type { FhirTables } from './tables.ts';

export function r4(): FhirTables {
  return fhirTables('R4');
}
