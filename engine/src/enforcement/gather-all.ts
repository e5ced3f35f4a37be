/**
 * All visible matches of one search: for stages, includes, counts and sorts of our own. Lawful because its limit counts visible matches alone
 * (search-semantics §10).
 */
import type { Permit } from '../decision/permit.ts';
import type { SearchPlan } from '../planning/plan-search.ts';
import { Problem } from '../problem.ts';
import type { Visible } from '../release/visible.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { readMatches } from './read-matches.ts';

export interface All {
  readonly visible: readonly Visible[];
  readonly withheld: number;
}

/** Throws Problem `too-costly` beyond `limit` visible matches. */
export function* gatherAll(
  given: Given,
  book: FactBook,
  permit: Permit,
  plan: SearchPlan,
  limit: number,
): Generator<Need, All, Found> {
  if (plan.first === undefined) return { visible: [], withheld: 0 };
  const visible: Visible[] = [];
  const { withheld } = yield* readMatches(given, book, {
    permit,
    plan,
    first: plan.first,
    from: '',
    budget: { pages: given.limits.pageBudget },
    take: (one) => visible.push(one) <= limit,
    goOn: () => true,
  });
  if (visible.length > limit) throw new Problem('too-costly', 'The search is too costly. Narrow it.');
  return { visible, withheld };
}
