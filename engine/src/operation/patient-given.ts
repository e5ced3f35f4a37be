/** The one patient that an operation is about, as `Patient/id`. */
import { Problem } from '../problem.ts';
import type { OperationInput } from './operation-input.ts';

/** Throws Problem `parameter-invalid` unless exactly one of `names` names one patient of ours. */
export function patientGiven(input: OperationInput, names: readonly string[]): string {
  const given = names.flatMap((name) => input.all(name));
  if (given.length !== 1) throw noPatient();
  return `Patient/${patientId(given[0]!)}`;
}

/** Of `Patient/id` or a bare id. Throws Problem `parameter-invalid`. */
export function patientId(text: string): string {
  const id = text.startsWith('Patient/') ? text.slice('Patient/'.length) : text;
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) throw noPatient();
  return id;
}

function noPatient(): Problem {
  return new Problem('parameter-invalid', 'The operation needs one patient.');
}
