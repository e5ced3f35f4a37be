/**
 * Reads the upstream pages of a history, newest first, and judges each version by itself (search-semantics §8). INVARIANT: a version is shown
 * only when the resource itself is visible now, or was when it last lived: what was relabelled or moved would otherwise be shown as it was.
 */
import type { Permit } from '../decision/permit.ts';
import { planHistory } from '../planning/plan-history.ts';
import { pagePath, planPage } from '../planning/plan-page.ts';
import { Problem } from '../problem.ts';
import type { ShownVersion } from '../release/release-history.ts';
import { judge, type Visible } from '../release/visible.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { type HistoryEntry, historyIn, odd, upstreamAnswer } from './upstream-answer.ts';

export interface Place {
  readonly type: string | undefined;
  readonly id: string | undefined;
}

/**
 * Of one page: the resources that are visible now, by `Type/id`; of deleted ones, their last living version. `alone`: entries that are visible by
 * themselves. Undefined: it cannot be told from here, and the history must be read from its beginning.
 */
export type Standing = (
  entries: readonly HistoryEntry[],
  alone: ReadonlySet<HistoryEntry>,
) => Generator<Need, ((key: string) => Visible | undefined) | undefined, Found>;

export interface HistoryReading {
  readonly place: Place;
  /** Begin at this upstream page; '' = at the newest entry. */
  readonly from: string;
  readonly budget: { pages: number };
  /** Undefined: nothing of the type is open. */
  readonly permitFor: (type: string) => Permit | undefined;
  readonly standing: Standing;
  /** A version and the upstream page that it was on; false = enough. */
  readonly take: (one: ShownVersion, page: string) => boolean;
  /** After each page; false = enough. */
  readonly goOn: (pagesRead: number) => boolean;
}

export interface HistoryRead {
  /** `lost`: it cannot be read from where it should begin. */
  readonly end: 'end' | 'lost';
  readonly withheld: number;
}

/** Throws Problem `too-costly` when the page budget is used up, which is the announced alarm. */
export function* readHistory(given: Given, book: FactBook, reading: HistoryReading): Generator<Need, HistoryRead, Found> {
  const { place, from, budget, permitFor, standing, take, goOn } = reading;
  const seen = new Set<string>();
  let withheld = 0;
  for (let path: string | undefined = from; path !== undefined; ) {
    if (budget.pages-- <= 0) throw new Problem('too-costly', 'The history is too long. Ask for one resource, or a later time.');
    if (seen.has(path)) throw odd('its pages go round in a circle');
    seen.add(path);
    const request = path === '' ? planHistory(place.type, place.id, given.dialect) : planPage(path, given.dialect);
    const answer = upstreamAnswer(yield request);
    // A hint may have expired upstream, which is no failure.
    if (path !== '' && path === from && answer.status >= 400 && answer.status < 500) return { end: 'lost', withheld };
    const { entries, next } = historyIn(answer);
    const asked = entries.filter(({ type, id }) => belongs(place, type, id) && permitFor(type) !== undefined);
    const judged = yield* judgedAlone(given, book, asked, permitFor);
    const visibleNow = yield* standing(asked, new Set(judged.keys()));
    if (visibleNow === undefined) return { end: 'lost', withheld };
    for (const entry of asked) {
      const now = visibleNow(`${entry.type}/${entry.id}`);
      const visible = entry.method === 'DELETE' ? now : judged.get(entry);
      if (now === undefined || visible === undefined) withheld++;
      else if (!take({ ...entry, visible, deleted: entry.lastModified }, path)) return { end: 'end', withheld };
    }
    if (!goOn(seen.size)) return { end: 'end', withheld };
    path = next === undefined ? undefined : pagePath(next, given.bases.upstream);
  }
  return { end: 'end', withheld };
}

/** The living versions that are visible by themselves. */
function* judgedAlone(
  given: Given,
  book: FactBook,
  entries: readonly HistoryEntry[],
  permitFor: HistoryReading['permitFor'],
): Generator<Need, ReadonlyMap<HistoryEntry, Visible>, Found> {
  const living = entries
    .filter(({ method }) => method !== 'DELETE')
    .map((entry) => ({ entry, one: draft(given, entry.type, entry.id, entry.document, entry.node) }));
  for (const type of new Set(living.map(({ entry }) => entry.type)))
    yield* book.gather(
      [permitFor(type)!],
      living.filter(({ entry }) => entry.type === type).map(({ one }) => one),
    );
  const visible = new Map<HistoryEntry, Visible>();
  for (const { entry, one } of living) {
    const judged = judge(permitFor(entry.type)!, candidate(one, book), book);
    if (judged.kind === 'visible') visible.set(entry, judged);
  }
  return visible;
}

function belongs(place: Place, type: string, id: string): boolean {
  return (place.type === undefined || place.type === type) && (place.id === undefined || place.id === id);
}
