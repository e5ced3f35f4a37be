/**
 * RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3 and RFC 9728 §5.1: what a 401 says. The same for every route and id; `error` only where a token was
 * presented.
 */
import { DPOP_ALGORITHMS } from '../token/dpop-proof.ts';
import type { Presented } from './known.ts';
import { resourceMetadataUrl } from './resource-metadata.ts';

/** `error`: what is wrong with what was presented, as parameters. */
export function challenge(base: string, presented: Presented, error = 'error="invalid_token"'): string {
  const metadata = `resource_metadata="${resourceMetadataUrl(base)}"`;
  switch (presented) {
    case 'nothing':
      return `Bearer realm="fhir", ${metadata}`;
    case 'bearer':
      return `Bearer realm="fhir", ${error}, ${metadata}`;
    case 'dpop':
      return `DPoP realm="fhir", ${error}, algs="${DPOP_ALGORITHMS.join(' ')}", ${metadata}`;
  }
}
