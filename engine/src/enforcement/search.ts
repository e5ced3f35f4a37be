/** http.html#search and #paging, as search-semantics §7 has it: what a server would answer that holds only what this caller may see. */
import { decide } from '../decision/decide.ts';
import type { Permit } from '../decision/permit.ts';
import { planSearch, type SearchPlan } from '../planning/plan-search.ts';
import { denied, nothingDisclosed } from '../release/denied.ts';
import { deniedSearchset, releaseSearchset } from '../release/release-searchset.ts';
import type { Released } from '../release/released.ts';
import { canonicalTarget } from '../request/canonical.ts';
import type { SearchRequest } from '../request/request.ts';
import { presentedToken } from './admit.ts';
import { countMatches } from './count-matches.ts';
import { FactBook } from './fact-book.ts';
import { type Gathered, gatherPage } from './gather-page.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Denied, Outcome } from './outcome.ts';
import { type Continued, cursorInvalid, makeCursor, openCursor } from './page-cursor.ts';
import { cursorLink, searchLink } from './page-links.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { unserved } from './unserved.ts';

interface Wanted {
  readonly search: SearchRequest;
  readonly permit: Permit;
  readonly count: number;
  readonly continued: Continued | undefined;
  /** The link of this very page. */
  readonly self: string;
}

export function* search(given: Given, asked: SearchRequest): Generator<Need, Outcome, Found> {
  const type = asked.types.length === 1 ? given.tables.types.get(asked.types[0]!) : undefined;
  if (asked.level === 'system' || type === undefined) return unserved(given);
  const permit = admitSearch(given, asked, type.name);
  if (permit.kind === 'denied') return permit;
  refuseUnserved(asked);

  const continued = asked.cursor === undefined ? undefined : openCursor(given, asked, asked.cursor);
  if (continued !== undefined) refuseUnserved(continued.search);
  const search = continued?.search ?? asked;
  const count = Math.min(search.count ?? given.limits.defaultCount, given.limits.maxCount);
  if (count === 0 || search.representation.summary === 'count') return yield* countMatches(given, search, type, permit);

  const self = asked.cursor === undefined ? searchLink(given, search, count) : cursorLink(given, type.name, asked.cursor);
  const wanted = { search, permit, count, continued, self };
  const plan = planSearch(search, permit, { type, dialect: given.dialect, bases: given.bases, count, countOnly: false });
  return release(given, wanted, plan, yield* gather(given, wanted, plan));
}

/** A refusal by policy may answer as if nothing were found; then the answer is that of a search without matches. */
function admitSearch(given: Given, asked: SearchRequest, type: string): Permit | Denied {
  const decided = decide({ ...given, interaction: 'search', type });
  if (decided.kind === 'permit') return decided;
  const { decision, denyAs } = decided;
  if (denyAs === 'unauthorized' || denyAs === 'forbidden')
    return denied(denyAs, decision, nothingDisclosed, presentedToken(given));
  const { cursor, total } = asked;
  const count = Math.min(asked.count ?? given.limits.defaultCount, given.limits.maxCount);
  const self = cursor === undefined ? searchLink(given, asked, count) : cursorLink(given, type, cursor);
  return deniedSearchset(self, total === 'none' ? undefined : 0, decision);
}

function* gather(given: Given, { permit, count, continued }: Wanted, plan: SearchPlan): Generator<Need, Gathered, Found> {
  if (plan.first === undefined) {
    // Nothing can match, so nothing is sent; and no resource can have been the anchor of a page.
    if (continued !== undefined) throw cursorInvalid();
    return { visible: [], lastPage: '', more: false, upstreamTotal: 0, withheld: 0 };
  }
  const cursor = continued?.cursor;
  const hint = cursor !== undefined && cursor.narrowed === plan.narrowed ? cursor.hint : '';
  const start = { first: plan.first, inCompartment: plan.inCompartment, hint, after: cursor?.after };
  const gathered = yield* gatherPage(given, new FactBook(given), permit, start, count);
  if (gathered === undefined) throw cursorInvalid();
  return gathered;
}

function release(given: Given, wanted: Wanted, plan: SearchPlan, gathered: Gathered): Released {
  const { search, permit, count, continued, self } = wanted;
  const { visible, withheld } = gathered;
  const last = gathered.more ? visible.at(-1) : undefined;
  const place = { target: canonicalTarget({ ...search, count }), hint: gathered.lastPage, narrowed: plan.narrowed };
  const next = last === undefined ? undefined : makeCursor(given, { ...place, after: `${last.type}/${last.id}` });
  const page = {
    type: permit.type,
    visible,
    self,
    next: next === undefined ? undefined : cursorLink(given, permit.type, next),
    total: search.total === 'none' || continued !== undefined ? undefined : totalOf(wanted, gathered),
    withheld,
  };
  return releaseSearchset(page, permit.decision, given.bases);
}

/** Free when the first page holds everything. The upstream's number counts what is hidden too, so it is lawful in full sight alone. */
function totalOf({ search, permit }: Wanted, { visible, more, upstreamTotal }: Gathered): number | undefined {
  if (!more) return visible.length;
  return search.total === 'accurate' && permit.sight === 'full' ? upstreamTotal : undefined;
}
