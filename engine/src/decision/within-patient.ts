/**
 * The bound of `patient/` scopes and of patients' own sight: the patient's compartment, but of Patients the patient's own alone. The definition
 * of the compartment holds linked Patients too; they are records of their own, whose links are not followed without a decision (hardening
 * B10-122), and a search narrowed to one `_id` would not find them.
 */
import { inCompartment } from '../compartment/in-compartment.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { Candidate } from './permit.ts';

export function withinPatient(candidate: Candidate, tables: FhirTables, bases: readonly string[], patient: string): boolean {
  if (candidate.type === 'Patient') return candidate.id === patient;
  return inCompartment(candidate.document, candidate.node, tables, bases, patient);
}
