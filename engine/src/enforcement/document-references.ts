/** `$docref` (IHE MHD and the International Patient Access guide): a search of DocumentReference by patient, type and period. Nothing is made on demand. */
import { impliedSearch } from '../operation/implied-search.ts';
import type { OperationInput } from '../operation/operation-input.ts';
import { patientGiven } from '../operation/patient-given.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Called } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { search } from './search.ts';

export function* documentReferences(given: Given, asked: Called, input: OperationInput): Generator<Need, Outcome, Found> {
  const [start, end] = [input.one('start'), input.one('end')];
  const implied = impliedSearch(asked, given.tables, '/DocumentReference', [
    ['patient', patientGiven(input, ['patient'])],
    ['type', input.one('type')],
    ['period', start === undefined ? undefined : `ge${start}`],
    ['period', end === undefined ? undefined : `le${end}`],
  ]);
  return yield* search(given, implied);
}
