/**
 * http.html#history of a type and of the system: of what is visible now, and of what was when it last lived (search-semantics §8). Read from its
 * newest entry on for every page, so that each resource's newest state is met first, and the page depends on what is shown alone.
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
import { readHistory } from './read-history.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { requireHistory } from './require-history.ts';
import type { HistoryEntry } from './upstream-answer.ts';

/** Ids in one search. */
const ID_LIST = 100;
/** Of deleted resources, one request each: those whose last living version is not on the same page. */
const MOST_LOOKUPS = 200;

export function* history(given: Given, asked: HistoryRequest): Generator<Need, Outcome, Found> {
  const permits = permitsFor(given, asked);
  if ('kind' in permits) return refused(given, permits);
  refuseUnserved(asked);
  requireHistory(given);
  const pager = new HistoryPager(given, asked);
  const book = new FactBook(given);
  const known = new Map<string, Visible | undefined>();
  const lookups = { left: MOST_LOOKUPS };
  const withheld = yield* readHistory(given, book, {
    place: { type: asked.type, id: undefined },
    permitFor: (type) => permits.get(type),
    *standing(entries) {
      yield* learn(given, book, permits, entries, known, lookups);
      return (key) => known.get(key);
    },
    take: (one) => pager.take(one),
  });
  return pager.release([...permits.values()][0]!.decision, withheld);
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

/** Which of these are visible now. INVARIANT: the first entry met of a resource is its newest, so it tells whether the resource lives. */
function* learn(
  given: Given,
  book: FactBook,
  permits: ReadonlyMap<string, Permit>,
  entries: readonly HistoryEntry[],
  known: Map<string, Visible | undefined>,
  lookups: { left: number },
): Generator<Need, void, Found> {
  const living = new Map<string, string[]>();
  const fresh = entries.filter(({ type, id }, index) => {
    const first = entries.findIndex((one) => one.type === type && one.id === id);
    return first === index && !known.has(`${type}/${id}`);
  });
  for (const entry of fresh) {
    const { type, id, method } = entry;
    known.set(`${type}/${id}`, undefined);
    if (method !== 'DELETE') living.set(type, [...(living.get(type) ?? []), id]);
    else {
      const last = yield* lastOf(given, book, permits.get(type)!, entry, entries, lookups);
      if (last?.kind === 'visible') known.set(`${type}/${id}`, last);
    }
  }
  for (const [type, ids] of living) {
    for (let at = 0; at < ids.length; at += ID_LIST)
      yield* current(given, book, permits.get(type)!, ids.slice(at, at + ID_LIST), known);
  }
}

/** The last living version is mostly a little further down the same page. Throws Problem `too-costly`, as the page budget does. */
function* lastOf(
  given: Given,
  book: FactBook,
  permit: Permit,
  { type, id }: HistoryEntry,
  entries: readonly HistoryEntry[],
  lookups: { left: number },
): Generator<Need, Visible | Withheld | undefined, Found> {
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
  given: Given,
  book: FactBook,
  permit: Permit,
  ids: readonly string[],
  known: Map<string, Visible | undefined>,
): Generator<Need, void, Found> {
  const { tables, dialect, bases, now } = given;
  const type = tables.types.get(permit.type)!;
  const search = plainSearch(given, type.name, [plainCriterion(type.searchParameters.get('_id')!, ids)]);
  const plan = planSearch(search, permit, { type, tables, dialect, bases, now, count: undefined });
  const { visible } = yield* gatherAll(given, book, permit, plan, ids.length);
  for (const one of visible) known.set(`${one.type}/${one.id}`, one);
}
