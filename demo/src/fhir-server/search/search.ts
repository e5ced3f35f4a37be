// A search carried out: one page of matches in a total order, and what comes along with them.
import type { Version } from '../storage/version.ts';
import type { SearchContext } from './context.ts';
import { extracted, type Link } from './extract.ts';
import { type Filter, matching } from './filter.ts';
import { comparePlaces, cursorOf, type Place, parseCursor, placeOf } from './order.ts';
import type { Include, Query } from './query.ts';

export interface Page {
  readonly matches: readonly Version[];
  readonly included: readonly Version[];
  /** All matches of the search, not of this page. */
  readonly total: number;
  /** Position of the next page, if there is one. */
  readonly next: string | undefined;
}

/** `within`, when given, further limits the matches (a compartment). Pages continue after a place, not at an offset: writes do not shift them. */
export function search(context: SearchContext, query: Query, within?: (type: string) => Filter): Page {
  const found = query.types.flatMap((type) =>
    matching(context, type, [...(within === undefined ? [] : [within(type)]), ...(query.filters.get(type) ?? [])]),
  );
  const total = found.length;
  if (query.summary === 'count' || query.count === 0) return { matches: [], included: [], total, next: undefined };
  const compare = (one: { place: Place }, other: { place: Place }) => comparePlaces(query.sort, one.place, other.place);
  let placed = found.map((version) => ({ version, place: placeOf(context, query.sort, version) })).sort(compare);
  if (query.after !== undefined) {
    const after = { place: parseCursor(query.after, query.sort) };
    placed = placed.filter((each) => compare(each, after) > 0);
  }
  const page = placed.slice(0, query.count);
  const last = page.at(-1);
  const matches = page.map(({ version }) => version);
  return {
    matches,
    included: include(context, query, matches),
    total,
    next: placed.length > page.length && last !== undefined ? cursorOf(last.place) : undefined,
  };
}

const ROUNDS = 8;

/** §3.1.1.5.4: plain includes start from the matches, `:iterate` also from what was included. Each resource once. */
function include(context: SearchContext, query: Query, matches: readonly Version[]): readonly Version[] {
  const seen = new Set(matches);
  const included: Version[] = [];
  let from = matches;
  for (let round = 0; round < ROUNDS && from.length > 0; round++) {
    const found: Version[] = [];
    const add = (version: Version): void => {
      if (seen.has(version)) return;
      seen.add(version);
      found.push(version);
    };
    for (const each of query.includes) if (round === 0 || each.iterate) targets(context, each, from).forEach(add);
    for (const each of query.reverseIncludes) if (round === 0 || each.iterate) sources(context, each, from).forEach(add);
    included.push(...found);
    from = found;
  }
  return included.sort((one, other) => (one.key < other.key ? -1 : 1));
}

function targets(context: SearchContext, { source, parameter, target }: Include, from: readonly Version[]): readonly Version[] {
  const parameters =
    parameter === undefined
      ? [...context.definitions.parameters(source).values()].filter(({ type }) => type === 'reference')
      : [parameter];
  return from
    .filter((version) => version.facts.type === source)
    .flatMap((version) => parameters.flatMap((each) => extracted(version, each, context.base) as readonly Link[]))
    .flatMap((link) => {
      const [type = '', id = '', ...more] = (link.target ?? '').split('/');
      const version =
        more.length === 0 && (target === undefined || target === type) ? context.store.current(type, id) : undefined;
      return version === undefined ? [] : [version];
    });
}

function sources(context: SearchContext, { source, parameter, target }: Include, from: readonly Version[]): readonly Version[] {
  const keys = from.filter(({ facts }) => target === undefined || facts.type === target).map(({ key }) => key);
  const parameters =
    parameter === undefined
      ? [...context.definitions.parameters(source).values()].filter(({ type }) => type === 'reference')
      : [parameter];
  return parameters.flatMap((each) =>
    context.references
      .candidates(source, each, keys)
      .filter((version) =>
        (extracted(version, each, context.base) as readonly Link[]).some((link) => keys.includes(link.target ?? '')),
      ),
  );
}
