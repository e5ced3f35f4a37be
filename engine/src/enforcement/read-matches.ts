/**
 * Reads the upstream pages of one search in their order and judges what they hold. Each page costs one batch of facts, each match is judged by
 * itself, and what the released form must meet is asked of the released form. INVARIANT: who takes the matches sees visible ones alone; only
 * the page budget depends on more, and that is the announced alarm.
 */
import type { Permit } from '../decision/permit.ts';
import { pagePath, planPage } from '../planning/plan-page.ts';
import type { SearchPlan } from '../planning/plan-search.ts';
import type { UpstreamRequest } from '../planning/upstream-request.ts';
import { Problem } from '../problem.ts';
import { releasedForm } from '../release/released-form.ts';
import { judge, type Visible } from '../release/visible.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need, UpstreamAnswer } from './need.ts';
import { odd, pageIn, upstreamAnswer } from './upstream-answer.ts';

export interface Reading {
  readonly permit: Permit;
  readonly plan: SearchPlan;
  /** Of the plan: known to be there. */
  readonly first: UpstreamRequest;
  /** Begin here instead; '' = at the first page. */
  readonly from: string;
  readonly budget: { pages: number };
  /** A visible match and the upstream page it was on; false = enough. */
  readonly take: (one: Visible, page: string) => boolean;
  /** After each page; false = enough. */
  readonly goOn: (pagesRead: number) => boolean;
}

export interface Read {
  /** `lost`: the upstream no longer has the page to begin at. */
  readonly end: 'end' | 'enough' | 'lost';
  /** The upstream's own count, from its first page. */
  readonly upstreamTotal: number | undefined;
  readonly withheld: number;
  /** The last page that was read. */
  readonly lastPage: string;
}

export function* readMatches(given: Given, book: FactBook, reading: Reading): Generator<Need, Read, Found> {
  const { permit, plan, first, from, budget } = reading;
  const seen = new Set<string>();
  const pages = new Set<string>();
  let upstreamTotal: number | undefined;
  let withheld = 0;
  let lastPage = from;
  for (let path: string | undefined = from; path !== undefined; ) {
    if (pages.has(path)) throw odd('its pages go round in a circle');
    if (budget.pages-- <= 0) throw new Problem('too-costly', 'The search is too costly.', { detail: 'page budget used up' });
    pages.add(path);
    lastPage = path;
    const answer = upstreamAnswer(yield path === '' ? first : planPage(path, given.dialect));
    if (path === '' && plan.inCompartment && hasNoPatient(answer)) break;
    // A hint may have expired upstream, which is no failure: the search is then begun from its start.
    if (path !== '' && path === from && answer.status >= 400 && answer.status < 500)
      return { end: 'lost', upstreamTotal, withheld, lastPage };
    const page = pageIn(answer, permit.type);
    book.pages.push(page.document);
    if (path === '') upstreamTotal = page.total;

    const matches = page.matches.filter(({ id }) => !seen.has(id) && seen.add(id));
    const drafts = matches.map(({ id, node }) => draft(given, permit.type, id, page.document, node));
    yield* book.gather([permit], drafts);
    for (const one of drafts) {
      const judged = judge(permit, candidate(one, book), book);
      if (judged.kind === 'withheld') {
        withheld++;
        book.wouldOpen ||= judged.wouldOpen;
      } else if (meets(judged, plan) && !reading.take(judged, path))
        return { end: 'enough', upstreamTotal, withheld, lastPage };
    }
    if (!reading.goOn(pages.size)) return { end: 'enough', upstreamTotal, withheld, lastPage };
    path = page.next === undefined ? undefined : pagePath(page.next, given.bases.upstream);
  }
  return { end: 'end', upstreamTotal, withheld, lastPage };
}

function meets(one: Visible, { onReleased }: SearchPlan): boolean {
  if (onReleased.length === 0) return true;
  const { document, node } = releasedForm(one);
  return onReleased.every((matches) => matches(document, node));
}

/** INVARIANT: whether the patient of a compartment exists is never told (search-semantics §8): absent is the same as nothing visible. */
function hasNoPatient({ status }: UpstreamAnswer): boolean {
  return status === 404 || status === 410;
}
