/**
 * The matches of one client page over all types of a search: streamed in the upstream's order, type after type; or read to the end and sorted here,
 * where the order shows in what may be masked, or where they must be counted. Lawful there because they are bounded.
 */

import { compareKeys, type SortKey, sortKeyFor } from '../matching/sort-key.ts';
import { matchingOf } from '../planning/plan-search.ts';
import { Problem } from '../problem.ts';
import { releasedForm } from '../release/released-form.ts';
import type { Visible } from '../release/visible.ts';
import type { FactBook } from './fact-book.ts';
import { gatherAll } from './gather-all.ts';
import { gatherPage } from './gather-page.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Part, Wanted } from './search.ts';

export interface Gathered {
  readonly visible: readonly Visible[];
  readonly more: boolean;
  /** Number of all visible matches, where it is known; always undefined on later pages. */
  readonly total: number | undefined;
  readonly lastPage: string;
  readonly withheld: number;
}

/** Undefined: the anchor of the page is nowhere among the visible matches. */
export function* gatherTypes(
  given: Given,
  book: FactBook,
  parts: readonly Part[],
  wanted: Wanted,
): Generator<Need, Gathered | undefined, Found> {
  const { search, countOnly, continued } = wanted;
  const bounded = parts.every(({ plan }) => plan.bounded);
  const sortsHere =
    !countOnly && (parts.some(({ plan }) => plan.sortHere !== undefined) || (parts.length > 1 && search.sort.length > 0));
  if (sortsHere && !bounded) throw new Problem('too-costly', 'Sorting is too costly here. Narrow the search.');
  const counts = countOnly || (search.total === 'accurate' && continued === undefined);
  // The upstream's number counts what is hidden too, so it is lawful in full sight alone, where it has evaluated everything.
  const lawful = parts.length === 1 && parts[0]!.permit.sight === 'full' && parts[0]!.plan.onReleased.length === 0;
  if (sortsHere || (counts && bounded && !lawful)) return yield* everything(given, book, parts, wanted, sortsHere);
  if (countOnly && !lawful) throw new Problem('too-costly', 'Counting is too costly here.');
  return yield* streamed(given, book, parts, wanted, counts && lawful);
}

function* everything(
  given: Given,
  book: FactBook,
  parts: readonly Part[],
  { search, count, countOnly, continued }: Wanted,
  sortsHere: boolean,
): Generator<Need, Gathered | undefined, Found> {
  let visible: readonly Visible[] = [];
  let withheld = 0;
  for (const { permit, plan } of parts) {
    const all = yield* gatherAll(given, book, permit, plan, given.limits.matchesRead);
    visible = [...visible, ...all.visible];
    withheld += all.withheld;
  }
  if (sortsHere) visible = sorted(given, visible, search.sort);
  const after = continued?.cursor.after;
  const from = after === undefined ? 0 : visible.findIndex(({ type, id }) => `${type}/${id}` === after) + 1;
  if (after !== undefined && from === 0) return undefined;
  const shown = countOnly ? [] : visible.slice(from, from + count);
  const more = !countOnly && from + count < visible.length;
  return { visible: shown, more, total: continued === undefined ? visible.length : undefined, lastPage: '', withheld };
}

function sorted(given: Given, visible: readonly Visible[], sort: Wanted['search']['sort']): readonly Visible[] {
  const matching = matchingOf(given);
  const keyOf = sort.map((one) => {
    const key = sortKeyFor(one, matching);
    if (key === undefined) throw new Problem('too-costly', 'Sorting by this is too costly here.');
    return key;
  });
  const keyed = visible.map((one) => {
    const { document, node } = releasedForm(one);
    return { one, keys: keyOf.map((key): SortKey => key(document, node)) };
  });
  const place = ({ type, id }: Visible): string => `${type}/${id}`;
  keyed.sort((a, b) => compareKeys(sort, a.keys, b.keys) || (place(a.one) < place(b.one) ? -1 : 1));
  return keyed.map(({ one }) => one);
}

function* streamed(
  given: Given,
  book: FactBook,
  parts: readonly Part[],
  { count, countOnly, continued }: Wanted,
  tellsUpstreamTotal: boolean,
): Generator<Need, Gathered | undefined, Found> {
  const budget = { pages: given.limits.pageBudget + parts.length - 1 };
  const [anchorType, anchorId] = continued?.cursor.after.split('/') ?? [];
  const first = anchorType === undefined ? 0 : parts.findIndex(({ type }) => type.name === anchorType);
  if (first < 0) return undefined;
  const visible: Visible[] = [];
  let lastPage = '';
  let withheld = 0;
  let more = false;
  let upstreamTotal: number | undefined;
  for (const { permit, plan } of parts.slice(first)) {
    const isAnchor = continued !== undefined && permit.type === anchorType;
    const hint = isAnchor && continued.cursor.plan === plan.fingerprint ? continued.cursor.hint : '';
    const start = { hint, after: isAnchor ? anchorId : undefined };
    const room = countOnly ? 0 : count - visible.length;
    const gathered = yield* gatherPage(given, book, permit, plan, start, room, budget);
    if (gathered === undefined) return undefined;
    if (gathered.visible.length > 0) lastPage = gathered.lastPage;
    visible.push(...gathered.visible);
    withheld += gathered.withheld;
    upstreamTotal = gathered.upstreamTotal;
    more = gathered.more;
    if (more) break;
  }
  const total = more ? (tellsUpstreamTotal ? upstreamTotal : undefined) : visible.length;
  return { visible, more: more && !countOnly, total: continued === undefined ? total : undefined, lastPage, withheld };
}
