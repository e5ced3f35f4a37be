/** Releases the capability statement, to anybody. */
import type { JsonDocument } from '../json/scan.ts';
import { text } from '../json/write.ts';
import { type CapabilitiesGiven, capabilityStatement } from './capabilities.ts';
import { nothingDisclosed } from './denied.ts';
import { mintReleased, type Released } from './released.ts';

export function releaseCapabilities(upstream: JsonDocument, given: CapabilitiesGiven): Released {
  return mintReleased({
    status: 200,
    headers: new Map([['content-type', 'application/fhir+json; charset=utf-8']]),
    body: new TextEncoder().encode(text(capabilityStatement(upstream, given))),
    decision: {
      effect: 'permit',
      rules: ['builtin:capabilities'],
      reason: 'The capability statement is public and says nothing of any patient.',
      cause: undefined,
    },
    disclosure: nothingDisclosed,
  });
}
