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

/** Of one page: the resources that are visible now, by `Type/id`; of deleted ones, their last living version. */
export type Standing = (entries: readonly HistoryEntry[]) => Generator<Need, (key: string) => Visible | undefined, Found>;

export interface HistoryReading {
  readonly place: Place;
  /** Undefined: nothing of the type is open. */
  readonly permitFor: (type: string) => Permit | undefined;
  readonly standing: Standing;
  /** False = enough. */
  readonly take: (one: ShownVersion) => boolean;
}

/** How many versions were withheld. Throws Problem `too-costly` when the page budget is used up, which is the announced alarm. */
export function* readHistory(given: Given, book: FactBook, reading: HistoryReading): Generator<Need, number, Found> {
  const { place, permitFor, standing, take } = reading;
  const seen = new Set<string>();
  let budget = given.limits.pageBudget;
  let withheld = 0;
  let path: string | undefined = '';
  while (path !== undefined) {
    if (budget-- <= 0) throw new Problem('too-costly', 'The history is too long. Ask for one resource, or a later time.');
    if (seen.has(path)) throw odd('its pages go round in a circle');
    seen.add(path);
    const request = path === '' ? planHistory(place.type, place.id, given.dialect) : planPage(path, given.dialect);
    const { entries, next } = historyIn(upstreamAnswer(yield request));
    const asked = entries.filter(({ type, id }) => belongs(place, type, id) && permitFor(type) !== undefined);
    const visibleNow = yield* standing(asked);
    const drafts = asked.map((one) =>
      one.method === 'DELETE' ? undefined : draft(given, one.type, one.id, one.document, one.node),
    );
    for (const type of new Set(asked.map((one) => one.type)))
      yield* book.gather(
        [permitFor(type)!],
        drafts.filter((one) => one?.type === type).map((one) => one!),
      );
    for (const [index, entry] of asked.entries()) {
      const one = drafts[index];
      const now = visibleNow(`${entry.type}/${entry.id}`);
      const then =
        now === undefined || one === undefined ? undefined : judge(permitFor(entry.type)!, candidate(one, book), book);
      const visible = one === undefined ? now : then?.kind === 'visible' ? then : undefined;
      if (now === undefined || visible === undefined) withheld++;
      else if (!take({ ...entry, visible, deleted: entry.lastModified })) return withheld;
    }
    path = next === undefined ? undefined : pagePath(next, given.bases.upstream);
  }
  return withheld;
}

function belongs(place: Place, type: string, id: string): boolean {
  return (place.type === undefined || place.type === type) && (place.id === undefined || place.id === id);
}
