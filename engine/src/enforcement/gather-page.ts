/**
 * Refills one client page from upstream pages (search-semantics §7): reads on until one more visible match than asked is in hand, or the end.
 * INVARIANT: what is returned depends on visible matches alone.
 */
import type { Permit } from '../decision/permit.ts';
import type { SearchPlan } from '../planning/plan-search.ts';
import type { Visible } from '../release/visible.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { readMatches } from './read-matches.ts';

export interface Start {
  /** Begin at this upstream page; '' = at the first. */
  readonly hint: string;
  /** Id after which to begin; undefined = at the beginning. */
  readonly after: string | undefined;
}

export interface Gathered {
  /** At most `count`. */
  readonly visible: readonly Visible[];
  /** Upstream page of the last one: the hint of the next cursor. */
  readonly lastPage: string;
  readonly more: boolean;
  /** The upstream's own count, from its first page. */
  readonly upstreamTotal: number | undefined;
  readonly withheld: number;
}

const nothing: Gathered = { visible: [], lastPage: '', more: false, upstreamTotal: 0, withheld: 0 };
const PAGES_NEAR_HINT = 2;

/** Undefined: the anchor is nowhere among the visible matches. `budget`: upstream pages that may be read for this client page. */
export function* gatherPage(
  given: Given,
  book: FactBook,
  permit: Permit,
  plan: SearchPlan,
  start: Start,
  count: number,
  budget: { pages: number },
): Generator<Need, Gathered | undefined, Found> {
  // Nothing can match, so nothing is sent; and no resource can have been the anchor of a page.
  if (plan.first === undefined) return start.after === undefined ? nothing : undefined;
  if (plan.others.length > 0) throw new Error('several searches have no pages');
  if (start.after !== undefined && start.hint !== '') {
    const near = yield* gatherFrom(given, book, permit, plan, start, start.hint, count, budget);
    if (near !== undefined) return near;
  }
  return yield* gatherFrom(given, book, permit, plan, start, '', count, budget);
}

function* gatherFrom(
  given: Given,
  book: FactBook,
  permit: Permit,
  plan: SearchPlan,
  start: Start,
  from: string,
  count: number,
  budget: { pages: number },
): Generator<Need, Gathered | undefined, Found> {
  const visible: { readonly one: Visible; readonly page: string }[] = [];
  let passed = start.after === undefined;
  const before = book.wouldOpen;
  const read = yield* readMatches(given, book, {
    permit,
    plan,
    first: plan.first!,
    from,
    budget,
    take: (one, page) => {
      if (passed) visible.push({ one, page });
      else if (one.id === start.after) {
        passed = true;
        // How much is read again before the anchor depends on what is hidden there.
        book.wouldOpen = before;
      }
      return visible.length <= count;
    },
    // The anchor has left the place that the hint remembers: begin at the beginning rather than read on to the end.
    goOn: (pages) => passed || from === '' || pages < PAGES_NEAR_HINT,
  });
  if (!passed || read.end === 'lost') {
    book.wouldOpen = before;
    return undefined;
  }
  const shown = visible.slice(0, count);
  return {
    visible: shown.map(({ one }) => one),
    lastPage: shown.at(-1)?.page ?? from,
    more: visible.length > count,
    upstreamTotal: read.upstreamTotal,
    withheld: read.withheld,
  };
}
