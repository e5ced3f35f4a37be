/** What each kind of FHIR server supports, as data. `basic` is the floor: a server of which nothing but read and search may be assumed. */
import type { Dialect } from '@fireguard/engine';
import type { UpstreamSettings } from './config.ts';

const dialects: Readonly<Record<UpstreamSettings['dialect'], Dialect>> = Object.freeze({
  generic: { name: 'generic', ifMatch: true, sortById: true, compartmentSearch: false, postSearch: true, maxCount: 200 },
  demo: { name: 'demo', ifMatch: true, sortById: true, compartmentSearch: true, postSearch: true, maxCount: 1000 },
  hapi: { name: 'hapi', ifMatch: true, sortById: true, compartmentSearch: true, postSearch: true, maxCount: 500 },
  medplum: { name: 'medplum', ifMatch: true, sortById: true, compartmentSearch: false, postSearch: true, maxCount: 1000 },
  basic: { name: 'basic', ifMatch: false, sortById: false, compartmentSearch: false, postSearch: false, maxCount: 50 },
});

export function dialectOf(name: UpstreamSettings['dialect']): Dialect {
  return dialects[name];
}
