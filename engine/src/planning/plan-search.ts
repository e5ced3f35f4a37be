/**
 * The first upstream page of a search, rebuilt from the parsed request and never from the client's string (hardening B1-14). It must hold
 * every criterion that was asked, in a form that the upstream is told to refuse rather than to ignore.
 */
import type { Permit } from '../decision/permit.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { canonicalTarget } from '../request/canonical.ts';
import type { Criterion, SearchRequest, Sort } from '../request/request.ts';
import type { Dialect } from './dialect.ts';
import { gateSearch } from './gate-search.ts';
import { narrow } from './narrow.ts';
import { mintUpstreamRequest, type UpstreamRequest } from './upstream-request.ts';

export interface SearchGiven {
  readonly type: TypeFacts;
  readonly dialect: Dialect;
  readonly bases: { readonly ours: string; readonly upstream: string };
  /** Entries of the client's page. */
  readonly count: number;
  /** Only the number of matches is wanted; lawful in full sight alone. */
  readonly countOnly: boolean;
}

export interface SearchPlan {
  /** Undefined: nothing can match, and nothing is sent. */
  readonly first: UpstreamRequest | undefined;
  readonly narrowed: string;
  /** Sent as `Patient/<id>/<Type>`: an upstream may answer that there is no such patient, which is the same as no match. */
  readonly inCompartment: boolean;
}

const LONGEST_URL = 2000;
/** A filtered search usually needs more than one page of the asked size; asking for more at once saves round trips. */
const SMALLEST_FILTERED_PAGE = 50;

export function planSearch(asked: SearchRequest, permit: Permit, given: SearchGiven): SearchPlan {
  const { type, dialect } = given;
  const compartment = asked.compartment?.id;
  gateSearch({ criteria: [...asked.criteria, ...compartmentTerms(type, compartment)], sort: asked.sort }, type, permit);

  const only = permit.onlyPatient;
  const narrowed = narrow(
    asked.criteria.map((one) => localised(one, given.bases)),
    type,
    compartment,
    only,
    dialect,
  );
  if (narrowed === undefined) return { first: undefined, narrowed: only ?? '', inCompartment: false };

  const target = canonicalTarget({
    ...asked,
    level: narrowed.compartment === undefined ? 'type' : 'compartment',
    compartment: narrowed.compartment === undefined ? undefined : { type: 'Patient', id: narrowed.compartment },
    criteria: narrowed.criteria,
    sort: given.countOnly ? [] : tieBroken(asked.sort, type, dialect),
    count: given.countOnly ? undefined : upstreamCount(given.count, permit, dialect),
    total: asked.total === 'accurate' && permit.sight === 'full' ? 'accurate' : undefined,
    includes: [],
    special: new Map(),
    cursor: undefined,
    representation: {
      format: 'json',
      pretty: false,
      summary: given.countOnly ? 'count' : undefined,
      elements: undefined,
    },
  });
  const inCompartment = narrowed.compartment !== undefined;
  return { first: searchRequest(target.slice(1), dialect), narrowed: only ?? '', inCompartment };
}

/** A compartment search is a criterion on the parameters that make the compartment; they are gated like any other. */
function compartmentTerms(type: TypeFacts, patient: string | undefined): readonly Criterion[] {
  if (patient === undefined) return [];
  return type.patientCompartment
    .map((name) => type.searchParameters.get(name))
    .filter((definition) => definition !== undefined)
    .map((definition) => ({
      name: definition.name,
      definition,
      modifier: undefined,
      values: [`Patient/${patient}`],
      chain: undefined,
      has: undefined,
    }));
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
function upstreamCount(count: number, permit: Permit, dialect: Dialect): number {
  const wanted = permit.sight === 'full' ? count + 1 : Math.max(count + 1, SMALLEST_FILTERED_PAGE);
  return Math.min(wanted, dialect.maxCount);
}

function searchRequest(path: string, dialect: Dialect): UpstreamRequest {
  const headers = new Map([
    ['accept', 'application/fhir+json'],
    ['prefer', 'handling=strict'],
  ]);
  const query = path.indexOf('?');
  if (path.length <= LONGEST_URL || query < 0 || !dialect.postSearch) {
    return mintUpstreamRequest({ method: 'GET', path, headers, body: undefined, writes: false });
  }
  headers.set('content-type', 'application/x-www-form-urlencoded');
  const body = new TextEncoder().encode(path.slice(query + 1));
  return mintUpstreamRequest({ method: 'POST', path: `${path.slice(0, query)}/_search`, headers, body, writes: false });
}
