/**
 * The first upstream page of a search, rebuilt from the parsed request and never from the client's string (hardening B1-14). It must hold
 * every criterion that was asked and may be asked there, in a form that the upstream is told to refuse rather than to ignore; what is not sent
 * is met on the released form instead.
 */
import { inCompartment } from '../compartment/in-compartment.ts';
import type { Permit } from '../decision/permit.ts';
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import type { Matcher } from '../matching/matcher.ts';
import type { Matching } from '../matching/matching.ts';
import { canonicalTarget } from '../request/canonical.ts';
import type { Criterion, SearchRequest, Sort } from '../request/request.ts';
import { isBounded } from './bounded.ts';
import type { Dialect } from './dialect.ts';
import { fingerprint } from './fingerprint.ts';
import { narrow } from './narrow.ts';
import { searchMessage } from './search-message.ts';
import type { UpstreamRequest } from './upstream-request.ts';
import { elementClosed, isMaskable, ways } from './ways.ts';

export interface SearchGiven {
  readonly type: TypeFacts;
  readonly tables: FhirTables;
  readonly dialect: Dialect;
  readonly bases: { readonly ours: string; readonly upstream: string };
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Entries of the client's page; 0 = only their number, which is lawful in full sight alone; undefined = all that there are. */
  readonly count: number | undefined;
}

export interface SearchPlan {
  /** Undefined: nothing can match, and nothing is sent. */
  readonly first: UpstreamRequest | undefined;
  /** Further searches: what any of them finds is found. All must be read to the end, and sorted here. */
  readonly others: readonly UpstreamRequest[];
  /** '' when nothing is sent. */
  readonly fingerprint: string;
  /** Sent as `Patient/<id>/<Type>`: an upstream may answer that there is no such patient, which is the same as no match. */
  readonly inCompartment: boolean;
  /** What the released form of a match must meet as well. */
  readonly onReleased: readonly Matcher[];
  /** The matches may be read to the end: to count them, or to sort them here. */
  readonly bounded: boolean;
  /** Undefined = the upstream's order is the client's, or none is asked. Otherwise all matches must be sorted by this, on released forms. */
  readonly sortHere: readonly Sort[] | undefined;
}

/** A filtered search usually needs more than one page of the asked size; asking for more at once saves round trips. */
const SMALLEST_FILTERED_PAGE = 50;

/** `asked` holds no chains, `_has`, includes. Throws Problem `element-closed`, `parameter-unknown` or `too-costly`. */
export function planSearch(asked: SearchRequest, permit: Permit, given: SearchGiven): SearchPlan {
  const { type, dialect } = given;
  const matching = matchingOf(given);
  const compartment = asked.compartment?.id;
  const criteria = asked.criteria.map((one) => localised(one, given.bases));
  const chosen = ways(criteria, asked.sort, { type, permit, dialect, matching });
  const onReleased = [...chosen.onReleased, ...compartmentAgain(permit, given, compartment, matching)];

  const only = permit.onlyPatient;
  const narrowed = narrow(chosen.pushed, compartment, only, given);
  if (narrowed === undefined)
    return {
      onReleased,
      sortHere: undefined,
      first: undefined,
      others: [],
      fingerprint: '',
      inCompartment: false,
      bounded: true,
    };
  const { compartment: within, either } = narrowed;
  const bounded = isBounded(narrowed.criteria, within !== undefined || either.length > 0, given.tables);
  const sortsHere = chosen.sortsHere || either.length > 0;
  if ((chosen.keepsBack || sortsHere) && !bounded) throw elementClosed();

  const messageOf = (criteria: readonly Criterion[]): UpstreamRequest =>
    searchMessage(
      canonicalTarget({
        ...asked,
        level: within === undefined ? 'type' : 'compartment',
        types: [type.name],
        compartment: within === undefined ? undefined : { type: 'Patient', id: within },
        criteria,
        sort: tieBroken(sortsHere ? [] : asked.sort, type, dialect),
        count: sortsHere ? dialect.maxCount : upstreamCount(given.count, permit, dialect),
        total: permit.sight === 'full' && (asked.total === 'accurate' || given.count === 0) ? 'accurate' : undefined,
        includes: [],
        special: new Map(),
        cursor: undefined,
        representation: { format: 'json', pretty: false, summary: undefined, elements: undefined },
      }).slice(1),
      dialect,
    );
  const [first, ...others] =
    either.length === 0 ? [messageOf(narrowed.criteria)] : either.map((one) => messageOf([...narrowed.criteria, one]));
  return {
    first,
    others,
    fingerprint: fingerprint(first!),
    inCompartment: within !== undefined,
    onReleased,
    bounded,
    sortHere: sortsHere ? asked.sort : undefined,
  };
}

export function matchingOf({ bases, dialect, now }: Pick<SearchGiven, 'bases' | 'dialect' | 'now'>): Matching {
  return {
    bases: [bases.ours, bases.upstream],
    foldsAccents: dialect.foldsAccents,
    bareCodes: 'any-system',
    approximateAt: now,
  };
}

/**
 * A compartment search is a criterion on the parameters that make the compartment. It is always sent, so where one of them is maskable the
 * released form must still lie in it.
 */
function compartmentAgain(
  permit: Permit,
  given: SearchGiven,
  patient: string | undefined,
  { bases }: Matching,
): readonly Matcher[] {
  const { type, dialect, tables } = given;
  if (patient === undefined) return [];
  const maskable = type.patientCompartment
    .map((name) => type.searchParameters.get(name))
    .some((one) => one !== undefined && isMaskable(one, { type, permit }));
  if (!maskable) return [];
  if (!dialect.matchesAlike.has('reference')) throw elementClosed();
  return [(document, resource) => inCompartment(document, resource, tables, bases, patient)];
}

/** Values that name a place under our base mean the same place under the upstream's. */
function localised(criterion: Criterion, { ours, upstream }: SearchGiven['bases']): Criterion {
  const { type } = criterion.definition;
  if (type !== 'reference' && type !== 'uri') return criterion;
  const base = type === 'reference' ? '' : `${upstream}/`;
  const values = criterion.values.map((value) => (value.startsWith(`${ours}/`) ? base + value.slice(ours.length + 1) : value));
  return { ...criterion, values };
}

/** Ties need one order, or hidden resources show in it (search-semantics §7). */
function tieBroken(sort: readonly Sort[], type: TypeFacts, dialect: Dialect): readonly Sort[] {
  const definition = type.searchParameters.get('_id');
  if (!dialect.sortById || definition === undefined || sort.some((one) => one.definition.name === '_id')) return sort;
  return [...sort, { definition, descending: false }];
}

/** One more than asked, to know whether there is a next page. */
function upstreamCount(count: number | undefined, permit: Permit, dialect: Dialect): number {
  if (count === undefined) return dialect.maxCount;
  const wanted = permit.sight === 'full' ? count + 1 : Math.max(count + 1, SMALLEST_FILTERED_PAGE);
  return Math.min(wanted, dialect.maxCount);
}
