/**
 * http.html#history of a type and of the system: of what is visible now, and of what was when it last lived (search-semantics §8). Read from its
 * newest entry on for every page, so that each resource's newest state is met first, and the page depends on what is shown alone.
 */
import { decide } from '../decision/decide.ts';
import type { Permit, Refusal } from '../decision/permit.ts';
import { planSearch } from '../planning/plan-search.ts';
import { denied, nothingDisclosed } from '../release/denied.ts';
import type { Visible } from '../release/visible.ts';
import type { HistoryRequest } from '../request/request.ts';
import { presentedToken } from './admit.ts';
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

export function* history(given: Given, asked: HistoryRequest): Generator<Need, Outcome, Found> {
  const permits = permitsFor(given, asked);
  if ('kind' in permits) {
    const as = permits.denyAs === 'empty' ? 'not-found' : permits.denyAs;
    return denied(as, permits.decision, nothingDisclosed, presentedToken(given));
  }
  refuseUnserved(asked);
  requireHistory(given);
  const pager = new HistoryPager(given, asked);
  const book = new FactBook(given);
  const known = new Map<string, Visible | undefined>();
  const withheld = yield* readHistory(given, book, {
    place: { type: asked.type, id: undefined },
    permitFor: (type) => permits.get(type),
    *standing(entries) {
      yield* learn(given, book, permits, entries, known);
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
): Generator<Need, void, Found> {
  const living = new Map<string, string[]>();
  for (const { type, id, method } of entries) {
    const key = `${type}/${id}`;
    if (known.has(key)) continue;
    known.set(key, undefined);
    if (method !== 'DELETE') living.set(type, [...(living.get(type) ?? []), id]);
    else {
      const last = yield* lastLiving(given, book, permits.get(type)!, id);
      if (last?.kind === 'visible') known.set(key, last);
    }
  }
  for (const [type, ids] of living) {
    for (let at = 0; at < ids.length; at += ID_LIST)
      yield* current(given, book, permits.get(type)!, ids.slice(at, at + ID_LIST), known);
  }
}

function* current(
  given: Given,
  book: FactBook,
  permit: Permit,
  ids: readonly string[],
  known: Map<string, Visible | undefined>,
): Generator<Need, void, Found> {
  const { tables, dialect, bases } = given;
  const type = tables.types.get(permit.type)!;
  const search = plainSearch(given, type.name, [plainCriterion(type.searchParameters.get('_id')!, ids)]);
  const plan = planSearch(search, permit, { type, tables, dialect, bases, count: undefined });
  const { visible } = yield* gatherAll(given, book, permit, plan, ids.length);
  for (const one of visible) known.set(`${one.type}/${one.id}`, one);
}
