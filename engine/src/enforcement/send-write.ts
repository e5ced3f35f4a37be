/** Sends one prepared write by itself, and tells what became of it. */
import { planWrite } from '../planning/plan-write.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import type { Prepared } from './prepared.ts';
import { tellDone } from './tell-done.ts';
import { upstreamAnswer } from './upstream-answer.ts';

export function* sendWrite(given: Given, book: FactBook, write: Prepared): Generator<Need, Outcome, Found> {
  return yield* tellDone(given, book, write, upstreamAnswer(yield planWrite(write.plan)));
}
