/** What each kind of FHIR server supports, as data. `basic` is the floor: a server of which nothing but read and search may be assumed. */
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
  hapi: { ...able, name: 'hapi', compartmentSearch: true, maxCount: 500 },
  medplum: { ...able, name: 'medplum', compartmentSearch: false, maxCount: 1000 },
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

export function dialectOf(name: UpstreamSettings['dialect']): Dialect {
  return dialects[name];
}
