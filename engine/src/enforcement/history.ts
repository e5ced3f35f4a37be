/**
 * http.html#history of a type and of the system: of what is visible now, and of what was when it last lived (search-semantics §8). A later page begins
 * near the upstream page that its cursor remembers, where its anchor is found there, else at the newest entry; what it holds is the same either way, and
 * depends on what is shown alone.
 */
import { decide } from '../decision/decide.ts';
import type { Permit, Refusal } from '../decision/permit.ts';
import { planSearch } from '../planning/plan-search.ts';
import { Problem } from '../problem.ts';
import { judge, type Visible, type Withheld } from '../release/visible.ts';
import type { HistoryRequest } from '../request/request.ts';
import { refused } from './admit.ts';
import { candidate, draft } from './draft.ts';
import { FactBook } from './fact-book.ts';
import { gatherAll } from './gather-all.ts';
import type { Given } from './given.ts';
import { HistoryPager } from './history-page.ts';
import { lastLiving } from './last-living.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { plainCriterion, plainSearch } from './plain-search.ts';
import { type HistoryRead, readHistory } from './read-history.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { requireHistory } from './require-history.ts';
import type { HistoryEntry } from './upstream-answer.ts';

/** Ids in one search. */
const ID_LIST = 100;
/** Of deleted resources, one request each: those whose last living version is not on the same page. */
const MOST_LOOKUPS = 200;
const PAGES_NEAR_HINT = 2;

export function* history(given: Given, asked: HistoryRequest): Generator<Need, Outcome, Found> {
  const permits = permitsFor(given, asked);
  if ('kind' in permits) return refused(given, permits);
  refuseUnserved(asked);
  requireHistory(given);
  const pager = new HistoryPager(given, asked);
  const budget = { pages: given.limits.pageBudget };
  const near = pager.hint === '' ? undefined : yield* readFrom(given, asked, permits, pager, pager.hint, budget);
  const isNear = near?.end === 'end' && pager.passed;
  if (near !== undefined && !isNear) pager.restart();
  const read = isNear ? near : yield* readFrom(given, asked, permits, pager, '', budget);
  return pager.release([...permits.values()][0]!.decision, read.withheld);
}

function* readFrom(
  given: Given,
  asked: HistoryRequest,
  permits: ReadonlyMap<string, Permit>,
  pager: HistoryPager,
  from: string,
  budget: { pages: number },
): Generator<Need, HistoryRead, Found> {
  const book = new FactBook(given);
  const learning: Learning = { given, book, permits, known: new Map(), lookups: { left: MOST_LOOKUPS } };
  return yield* readHistory(given, book, {
    place: { type: asked.type, id: undefined },
    from,
    budget,
    permitFor: (type) => permits.get(type),
    *standing(entries, alone) {
      const told = from === '' ? yield* learnFromNewest(learning, entries, alone) : yield* learnFrom(learning, entries, alone);
      return told ? (key) => learning.known.get(key) : undefined;
    },
    take: (one, page) => pager.take(one, page),
    goOn: (pages) => pager.passed || from === '' || pages < PAGES_NEAR_HINT,
  });
}

interface Learning {
  readonly given: Given;
  readonly book: FactBook;
  readonly permits: ReadonlyMap<string, Permit>;
  readonly known: Map<string, Visible | undefined>;
  readonly lookups: { left: number };
}

/** By type; the first refusal when nothing is open. */
function permitsFor(given: Given, { interaction, type }: HistoryRequest): ReadonlyMap<string, Permit> | Refusal {
  const permits = new Map<string, Permit>();
  let refusal: Refusal | undefined;
  const types =
    type === undefined ? [...given.tables.types.values()].filter(({ category }) => category !== 'none') : [{ name: type }];
  for (const { name } of types) {
    const decided = decide({ ...given, interaction, type: name });
    if (decided.kind === 'permit') permits.set(name, decided);
    else refusal ??= decided;
  }
  return permits.size > 0 ? permits : refusal!;
}

/**
 * Which of these are visible now. INVARIANT: the first entry met of a resource is its newest, so it tells whether the resource lives, and one that is
 * hidden by itself hides all.
 */
function* learnFromNewest(
  learning: Learning,
  entries: readonly HistoryEntry[],
  alone: ReadonlySet<HistoryEntry>,
): Generator<Need, true, Found> {
  const { known } = learning;
  const living: HistoryEntry[] = [];
  for (const entry of newOnes(learning, entries)) {
    known.set(`${entry.type}/${entry.id}`, undefined);
    if (alone.has(entry)) living.push(entry);
    if (entry.method !== 'DELETE') continue;
    const last = yield* lastOf(learning, entry, entries);
    if (last?.kind === 'visible') known.set(`${entry.type}/${entry.id}`, last);
  }
  yield* learnCurrent(learning, living);
  return true;
}

/**
 * The same from the middle of a history, where what a resource became later was not met: looked for among what there is now, else in its own history. Of
 * resources without an entry that could be shown nothing need be known. False: that would be too many requests.
 */
function* learnFrom(
  learning: Learning,
  entries: readonly HistoryEntry[],
  alone: ReadonlySet<HistoryEntry>,
): Generator<Need, boolean, Found> {
  const { given, book, permits, known, lookups } = learning;
  const fresh = newOnes(
    learning,
    entries.filter((entry) => alone.has(entry) || entry.method === 'DELETE'),
  );
  yield* learnCurrent(learning, fresh);
  for (const { type, id } of fresh) {
    const key = `${type}/${id}`;
    if (known.has(key)) continue;
    if (lookups.left-- <= 0) return false;
    const last = yield* lastLiving(given, book, permits.get(type)!, id);
    known.set(key, last?.kind === 'visible' ? last : undefined);
  }
  return true;
}

/** The first entry of each resource that is not known yet. */
function newOnes({ known }: Learning, entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const first = new Map<string, HistoryEntry>();
  for (const entry of entries) {
    const key = `${entry.type}/${entry.id}`;
    if (!known.has(key) && !first.has(key)) first.set(key, entry);
  }
  return [...first.values()];
}

function* learnCurrent(learning: Learning, entries: readonly HistoryEntry[]): Generator<Need, void, Found> {
  for (const type of new Set(entries.map((entry) => entry.type))) {
    const ids = entries.filter((entry) => entry.type === type).map(({ id }) => id);
    for (let at = 0; at < ids.length; at += ID_LIST) yield* current(learning, type, ids.slice(at, at + ID_LIST));
  }
}

/** The last living version is mostly a little further down the same page. Throws Problem `too-costly`, as the page budget does. */
function* lastOf(
  { given, book, permits, lookups }: Learning,
  { type, id }: HistoryEntry,
  entries: readonly HistoryEntry[],
): Generator<Need, Visible | Withheld | undefined, Found> {
  const permit = permits.get(type)!;
  const near = entries.find((one) => one.type === type && one.id === id && one.method !== 'DELETE');
  if (near === undefined) {
    if (lookups.left-- <= 0) throw new Problem('too-costly', 'The history is too long. Ask for one resource, or a later time.');
    return yield* lastLiving(given, book, permit, id);
  }
  const one = draft(given, type, id, near.document, near.node);
  yield* book.gather([permit], [one]);
  return judge(permit, candidate(one, book), book);
}

function* current(
  { given, book, permits, known }: Learning,
  typeName: string,
  ids: readonly string[],
): Generator<Need, void, Found> {
  const { tables, dialect, bases, now } = given;
  const type = tables.types.get(typeName)!;
  const permit = permits.get(typeName)!;
  const search = plainSearch(given, typeName, [plainCriterion(type.searchParameters.get('_id')!, ids)]);
  const plan = planSearch(search, permit, { type, tables, dialect, bases, now, count: undefined });
  const { visible } = yield* gatherAll(given, book, permit, plan, ids.length);
  for (const one of visible) known.set(`${one.type}/${one.id}`, one);
}
