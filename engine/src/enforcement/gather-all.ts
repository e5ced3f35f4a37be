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
  const all = yield* gatherBeyond(given, book, permit, plan, limit);
  if (all.visible.length > limit) throw new Problem('too-costly', 'The search is too costly. Narrow it.');
  return all;
}

/** Stops at the first visible match beyond `limit`. */
export function* gatherBeyond(
  given: Given,
  book: FactBook,
  permit: Permit,
  plan: SearchPlan,
  limit: number,
): Generator<Need, All, Found> {
  if (plan.first === undefined) return { visible: [], withheld: 0 };
  const visible: Visible[] = [];
  const seen = new Set<string | undefined>();
  let withheld = 0;
  const budget = { pages: given.limits.pageBudget };
  for (const first of [plan.first, ...plan.others]) {
    const read = yield* readMatches(given, book, {
      permit,
      plan,
      first,
      from: '',
      budget,
      take: (one) => {
        if (!seen.has(one.id)) visible.push(one);
        seen.add(one.id);
        return visible.length <= limit;
      },
      goOn: () => true,
    });
    withheld += read.withheld;
    if (visible.length > limit) break;
  }
  return { visible, withheld };
}
