/** Every write by itself: decide it whole, then send it. */
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { refuseNewIds } from './new-id.ts';
import type { Outcome } from './outcome.ts';
import { prepareWrite, type WriteRequest } from './prepare-write.ts';
import { sendWrite } from './send-write.ts';

export function* write(given: Given, asked: WriteRequest): Generator<Need, Outcome, Found> {
  const bodies = ['resource' in asked ? asked.resource : undefined, 'patch' in asked ? asked.patch : undefined];
  for (const body of bodies) if (body !== undefined) refuseNewIds(body);
  const book = new FactBook(given);
  const one = yield* prepareWrite(given, book, asked);
  return one.kind === 'prepared' ? yield* sendWrite(given, book, one) : one;
}
