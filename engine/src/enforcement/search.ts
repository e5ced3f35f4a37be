/**
 * http.html#search and #paging, as search-semantics has it: what a server would answer that holds only what this caller may see. A search of
 * several types is one search a type, in the order of their names.
 */

import type { Permit } from '../decision/permit.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { planSearch, type SearchPlan } from '../planning/plan-search.ts';
import { Problem } from '../problem.ts';
import { releaseSearchset } from '../release/release-searchset.ts';
import type { Released } from '../release/released.ts';
import type { Visible } from '../release/visible.ts';
import { canonicalTarget } from '../request/canonical.ts';
import type { SearchRequest } from '../request/request.ts';
import { type Admitted, admitSearch } from './admit-search.ts';
import { FactBook } from './fact-book.ts';
import { gatherIncludes } from './gather-includes.ts';
import { type Gathered, gatherTypes } from './gather-types.ts';
import type { Given } from './given.ts';
import { labelFor } from './label-for.ts';
import { localCriteria } from './local-criteria.ts';
import type { Found, Need } from './need.ts';
import { withOpenIncludes } from './open-includes.ts';
import type { Outcome } from './outcome.ts';
import { type Continued, cursorInvalid, LONGEST_HINT, makeCursor, openCursor } from './page-cursor.ts';
import { cursorLink, searchLink } from './page-links.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { spreadIncludes } from './spread-includes.ts';
import { Stages } from './stages.ts';

/** One type of a search, planned. */
export interface Part {
  readonly type: TypeFacts;
  readonly permit: Permit;
  readonly plan: SearchPlan;
}

export interface Wanted {
  readonly search: SearchRequest;
  readonly count: number;
  readonly countOnly: boolean;
  readonly continued: Continued | undefined;
}

/** What an operation puts before the first page of the search that it implies. */
export interface Opening {
  readonly visible: readonly Visible[];
  readonly self: string;
}

export function* search(given: Given, asked: SearchRequest, opening?: Opening): Generator<Need, Outcome, Found> {
  const admitted = admitSearch(given, asked);
  if (admitted.kind === 'denied') return admitted;
  refuseUnserved(asked);

  const continued = asked.cursor === undefined ? undefined : openCursor(given, asked, asked.cursor);
  if (continued !== undefined) refuseUnserved(continued.search);
  const understood = continued?.search ?? asked;
  // A cursor names the types again: they are admitted afresh.
  const open = continued === undefined || asked.types.length === 1 ? admitted : admitSearch(given, understood);
  if (open.kind === 'denied') return open;
  const count = Math.min(understood.count ?? given.limits.defaultCount, given.limits.maxCount);
  const book = new FactBook(given);
  try {
    return yield* searched(given, asked, { search: understood, count, continued }, open, book, opening);
  } finally {
    // What is answered has been copied.
    for (const page of book.pages) page.letGo();
  }
}

function* searched(
  given: Given,
  asked: SearchRequest,
  { search: understood, count, continued }: Omit<Wanted, 'countOnly'>,
  open: Admitted,
  book: FactBook,
  opening: Opening | undefined,
): Generator<Need, Outcome, Found> {
  const stages = new Stages(given, book);
  const search = withOpenIncludes(given, understood, stages, (one) => searchLink(given, one, count));
  if ('kind' in search) return search;
  const countOnly = count === 0 || search.representation.summary === 'count';
  const wanted: Wanted = { search, count, countOnly, continued };

  const includes = countOnly ? [] : yield* spreadIncludes(given, stages, search);
  const parts = yield* planned(given, stages, open, wanted);
  const gathered = yield* gatherTypes(given, book, parts, wanted);
  if (gathered === undefined) throw cursorInvalid();
  const included = yield* gatherIncludes(given, stages, includes, gathered.visible);
  return release(given, asked, wanted, open, { gathered, included, stages, parts, opening, book });
}

function* planned(
  given: Given,
  stages: Stages,
  { types }: Admitted,
  { search, count, countOnly }: Wanted,
): Generator<Need, readonly Part[], Found> {
  const parts: Part[] = [];
  const { tables, dialect, bases, now } = given;
  for (const { type, permit } of types) {
    const list = search.special.get('_list');
    const listed = yield* stages.listed(list === undefined ? undefined : `List/${list}`, type);
    const within = yield* stages.listed(search.special.get('_in'), type);
    const criteria = yield* stages.plain([...search.criteria, ...listed, ...within], type);
    const sort = search.sort.map((one) => ({ ...one, definition: type.searchParameters.get(one.definition.name)! }));
    const one = {
      ...search,
      criteria: criteria ?? localCriteria(search.criteria, type),
      sort,
    };
    const all = countOnly ? permit.sight !== 'full' : search.total === 'accurate';
    const plan = planSearch(one, permit, { type, tables, dialect, bases, now, count: all ? undefined : countOnly ? 0 : count });
    parts.push({ type, permit, plan: criteria === undefined ? { ...plan, first: undefined, bounded: true } : plan });
  }
  return parts;
}

interface Results {
  readonly gathered: Gathered;
  readonly included: readonly Visible[];
  readonly stages: Stages;
  readonly parts: readonly Part[];
  readonly opening: Opening | undefined;
  readonly book: FactBook;
}

function release(given: Given, asked: SearchRequest, wanted: Wanted, { decision }: Admitted, results: Results): Released {
  const { search, count, countOnly, continued } = wanted;
  const { gathered, included, stages, parts, opening } = results;
  const before = opening?.visible ?? [];
  const total = search.total === 'none' || continued !== undefined ? undefined : gathered.total;
  if (countOnly && gathered.total === undefined) throw new Problem('too-costly', 'Counting is too costly here.');
  const last = gathered.more ? gathered.visible.at(-1) : undefined;
  const next =
    last &&
    makeCursor(given, {
      target: canonicalTarget({ ...search, count }),
      hint: gathered.lastPage.length > LONGEST_HINT ? '' : gathered.lastPage,
      plan: parts.find(({ type }) => type.name === last.type)?.plan.fingerprint ?? '',
      after: `${last.type}/${last.id}`,
    });
  const page = {
    visible: before.length === 0 ? gathered.visible : [...before, ...gathered.visible],
    included,
    self:
      opening?.self ??
      (asked.cursor === undefined
        ? searchLink(given, search, countOnly ? (search.count ?? 0) : count)
        : cursorLink(given, asked, asked.cursor)),
    next: next === undefined ? undefined : cursorLink(given, search, next),
    total: countOnly ? gathered.total : total === undefined ? undefined : total + before.length,
    withheld: gathered.withheld + stages.withheld,
    shape: { ...search.representation, version: given.tables.version },
    // Counted only: there is nobody to whom a single entry would be shown.
    wouldOpen: results.book.wouldOpen && !countOnly,
  };
  return releaseSearchset({ ...page, labelFor: labelFor(given) }, decision, given.bases);
}
