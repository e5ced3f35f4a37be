/**
 * Refills one client page from upstream pages (search-semantics §7): reads on until one more visible match than asked is in hand, or the end.
 * Each upstream page costs one batch of facts, and each match is judged by itself. INVARIANT: what is returned depends on visible matches
 * alone; only the page budget depends on more, and that is the announced alarm.
 */
import type { Permit } from '../decision/permit.ts';
import { pagePath, planPage } from '../planning/plan-page.ts';
import type { UpstreamRequest } from '../planning/upstream-request.ts';
import { Problem } from '../problem.ts';
import { judge, type Visible } from '../release/visible.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need, UpstreamAnswer } from './need.ts';
import { odd, pageIn, upstreamAnswer } from './upstream-answer.ts';

export interface Start {
  readonly first: UpstreamRequest;
  /** As in `SearchPlan`. */
  readonly inCompartment: boolean;
  /** Begin here instead; '' = at the first page. */
  readonly hint: string;
  /** `Type/id` after which to begin; undefined = at the beginning. */
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

const PAGES_NEAR_HINT = 2;

/** Undefined: the anchor is nowhere among the visible matches. */
export function* gatherPage(
  given: Given,
  book: FactBook,
  permit: Permit,
  start: Start,
  count: number,
): Generator<Need, Gathered | undefined, Found> {
  const budget = { pages: given.limits.pageBudget };
  if (start.after !== undefined && start.hint !== '') {
    const near = yield* gatherFrom(given, book, permit, start, start.hint, count, budget);
    if (near !== undefined) return near;
  }
  return yield* gatherFrom(given, book, permit, start, '', count, budget);
}

function* gatherFrom(
  given: Given,
  book: FactBook,
  permit: Permit,
  start: Start,
  from: string,
  count: number,
  budget: { pages: number },
): Generator<Need, Gathered | undefined, Found> {
  const visible: { readonly one: Visible; readonly page: string }[] = [];
  const seen = new Set<string>();
  const pages = new Set<string>();
  let upstreamTotal: number | undefined;
  let withheld = 0;
  let passed = start.after === undefined;
  for (let path: string | undefined = from; path !== undefined; ) {
    if (pages.has(path)) throw odd('its pages go round in a circle');
    if (budget.pages-- <= 0) throw new Problem('too-costly', 'The search is too costly.', { detail: 'page budget used up' });
    pages.add(path);
    const answer = upstreamAnswer(yield path === '' ? start.first : planPage(path));
    if (path === '' && start.inCompartment && hasNoPatient(answer)) break;
    // A hint may have expired upstream, which is no failure: the search is then begun from its start.
    if (path !== '' && path === from && answer.status >= 400 && answer.status < 500) return undefined;
    const page = pageIn(answer, permit.type);
    if (path === '') upstreamTotal = page.total;

    const matches = page.matches.filter(({ id }) => !seen.has(id) && seen.add(id));
    const drafts = matches.map(({ id, node }) => draft(given, permit.type, id, page.document, node));
    yield* book.gather([permit], drafts);
    for (const one of drafts) {
      const judged = judge(permit, candidate(one, book), book);
      if (judged.kind === 'withheld') withheld++;
      else if (passed) visible.push({ one: judged, page: path });
      else passed = `${one.type}/${one.id}` === start.after;
      if (visible.length > count) break;
    }
    if (visible.length > count) break;
    // The anchor has left the place that the hint remembers: begin at the beginning rather than read on to the end.
    if (!passed && from !== '' && pages.size === PAGES_NEAR_HINT) return undefined;
    path = page.next === undefined ? undefined : pagePath(page.next, given.bases.upstream);
  }
  if (!passed) return undefined;
  const shown = visible.slice(0, count);
  return {
    visible: shown.map(({ one }) => one),
    lastPage: shown.at(-1)?.page ?? from,
    more: visible.length > count,
    upstreamTotal,
    withheld,
  };
}

/** INVARIANT: whether the patient of a compartment exists is never told (search-semantics §8): absent is the same as nothing visible. */
export function hasNoPatient({ status }: UpstreamAnswer): boolean {
  return status === 404 || status === 410;
}
