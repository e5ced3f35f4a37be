/** The state in which a deleted resource last lived, judged: it stands for the resource that is no longer there (search-semantics §8). */
import type { Permit } from '../decision/permit.ts';
import { planHistory } from '../planning/plan-history.ts';
import { judge, type Visible, type Withheld } from '../release/visible.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { historyIn, upstreamAnswer } from './upstream-answer.ts';

/** Undefined: the upstream has no such version any more. */
export function* lastLiving(
  given: Given,
  book: FactBook,
  permit: Permit,
  id: string,
): Generator<Need, Visible | Withheld | undefined, Found> {
  const answer = upstreamAnswer(yield planHistory(permit.type, id, given.dialect));
  if (answer.status === 404 || answer.status === 410) return undefined;
  const { entries } = historyIn(answer);
  const living = entries.find((one) => one.method !== 'DELETE' && one.type === permit.type && one.id === id);
  if (living === undefined) return undefined;
  const one = draft(given, permit.type, id, living.document, living.node);
  yield* book.gather([permit], [one]);
  return judge(permit, candidate(one, book), book);
}
