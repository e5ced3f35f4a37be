/**
 * What each kind of FHIR server supports, as data, with what is known to be odd about it. An ability that is not sure is not claimed: what would need it is
 * refused, or done by us. `basic` is the floor: a server of which nothing but read and search may be assumed.
 */
import type { Dialect } from '@fireguard/engine';
import type { UpstreamSettings } from './config.ts';

/** What is compared as it stands, or not at all. */
const plain: Dialect['matchesAlike'] = new Set(['token', 'reference', 'uri']);
const every: Dialect['matchesAlike'] = new Set([...plain, 'string', 'date', 'number', 'quantity', 'composite']);
const able = {
  ifMatch: true,
  sortById: true,
  postSearch: true,
  matchesAlike: plain,
  foldsAccents: false,
  checksReferences: true,
  history: true,
  transactions: true,
} as const;

const dialects: Readonly<Record<UpstreamSettings['dialect'], Dialect>> = Object.freeze({
  generic: { ...able, name: 'generic', compartmentSearch: false, maxCount: 200 },
  demo: { ...able, name: 'demo', compartmentSearch: true, maxCount: 1000, matchesAlike: every, checksReferences: false },
  // Ignores parameters that it does not know, unless it is told to be strict; errors are OperationOutcomes with internals in their diagnostics.
  // Its JPA server (8.6.1, tried) has no searches in compartments.
  hapi: { ...able, name: 'hapi', compartmentSearch: false, maxCount: 500 },
  medplum: { ...able, name: 'medplum', compartmentSearch: false, maxCount: 1000 },
  // A PUT to an id that is not there creates it; a page has a hundred entries at most unless its MaxPageSize says more.
  firely: { ...able, name: 'firely', compartmentSearch: true, maxCount: 100 },
  // Sorts by few parameters, one at a time, and not by `_id`; nothing says that a DELETE heeds If-Match, so nothing is changed there.
  microsoft: { ...able, name: 'microsoft', compartmentSearch: true, maxCount: 1000, sortById: false, ifMatch: false },
  // Takes no form by POST and no compartment; histories are those of instances alone; errors of its front door are not FHIR.
  google: {
    ...able,
    name: 'google',
    compartmentSearch: false,
    maxCount: 1000,
    sortById: false,
    postSearch: false,
    history: false,
  },
  basic: {
    name: 'basic',
    ifMatch: false,
    sortById: false,
    compartmentSearch: false,
    postSearch: false,
    maxCount: 50,
    matchesAlike: new Set<never>(),
    foldsAccents: false,
    checksReferences: true,
    history: false,
    transactions: false,
  },
});

/** `abilities`: what the operator, or `fireguard probe`, knows better. */
export function dialectOf(name: UpstreamSettings['dialect'], abilities: UpstreamSettings['abilities'] = {}): Dialect {
  const known = Object.entries(abilities).filter(([, value]) => value !== undefined);
  return known.length === 0 ? dialects[name] : Object.freeze({ ...dialects[name], ...Object.fromEntries(known) });
}
