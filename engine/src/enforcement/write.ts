/** Every write by itself: decide it whole, then send it. */
import type { JsonDocument } from '../json/scan.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { refuseNewIds } from './new-id.ts';
import type { Outcome } from './outcome.ts';
import { prepareWrite, type WriteRequest } from './prepare-write.ts';
import type { Prepared } from './prepared.ts';
import { prepareProvenance, readProvenance } from './provenance.ts';
import { sendTogether } from './send-together.ts';
import { sendWrite } from './send-write.ts';

export function* write(given: Given, asked: WriteRequest): Generator<Need, Outcome, Found> {
  const bodies = ['resource' in asked ? asked.resource : undefined, 'patch' in asked ? asked.patch : undefined];
  for (const body of bodies) if (body !== undefined) refuseNewIds(body);
  const { provenance: header } = asked.conditions;
  const provenance = header === undefined ? undefined : readProvenance(given, header);
  const book = new FactBook(given);
  const one = yield* prepareWrite(given, book, asked);
  if (one.kind !== 'prepared') return one;
  return provenance === undefined ? yield* sendWrite(given, book, one) : yield* withProvenance(given, book, one, provenance);
}

/** Both are decided before either is sent, and told as the first alone. */
function* withProvenance(given: Given, book: FactBook, one: Prepared, document: JsonDocument): Generator<Need, Outcome, Found> {
  const other = yield* prepareProvenance(given, book, document, one);
  if (other.kind !== 'prepared') return other;
  const told = yield* sendTogether(given, book, [
    { position: 0, write: one },
    { position: 1, write: other },
  ]);
  const outcome = told.get(0)!;
  if (outcome.kind === 'problem') throw outcome.problem;
  return outcome;
}
