/** The one patient that an operation is about, as `Patient/id`. */
import { Problem } from '../problem.ts';
import type { OperationInput } from './operation-input.ts';

/** Throws Problem `parameter-invalid` unless exactly one of `names` names one patient of ours. */
export function patientGiven(input: OperationInput, names: readonly string[]): string {
  const given = names.flatMap((name) => input.all(name));
  const [one = ''] = given;
  const id = one.startsWith('Patient/') ? one.slice('Patient/'.length) : one;
  if (given.length !== 1 || !/^[A-Za-z0-9\-.]{1,64}$/.test(id))
    throw new Problem('parameter-invalid', 'The operation needs one patient.');
  return `Patient/${id}`;
}
