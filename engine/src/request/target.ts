/**
 * The canonical parser of request targets (RFC 9112 §3.2.1, R-245). One reading, or none: whatever two parsers could read differently is
 * refused, so that the upstream never sees another request than the one that was decided.
 */
import { Problem } from '../problem.ts';
import { percentDecode } from './percent.ts';

export interface Target {
  /** Decoded path segments below the FHIR base; none for the base itself. */
  readonly segments: readonly string[];
  /** The raw text after `?`; undefined when there is no `?`. */
  readonly query: string | undefined;
}

/** Bytes of a target. A longer one has a body to use (`POST _search`). */
export const LONGEST_TARGET = 8192;

export function parseTarget(target: string): Target {
  if (target.length > LONGEST_TARGET)
    throw new Problem('request-not-understood', 'The URL is too long: send the search by POST.');
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? undefined : target.slice(mark + 1);
  if (query !== undefined) checkQuery(query);
  if (path === '' || path === '/') return { segments: [], query };
  if (!path.startsWith('/')) throw oddUrl();
  return { segments: path.slice(1).split('/').map(segmentOf), query };
}

/** FHIR's own segments need these characters only; everything else in a path is an attempt or a mistake. */
function segmentOf(raw: string): string {
  if (!/^[A-Za-z0-9\-._~$*%]+$/.test(raw)) throw oddUrl();
  const segment = percentDecode(raw, false);
  if (!/^[A-Za-z0-9\-._$*]+$/.test(segment) || segment === '.' || segment === '..') throw oddUrl();
  return segment;
}

/** Printable ASCII, no fragment. Also the rule for a form's body. */
export function checkQuery(query: string): void {
  for (let at = 0; at < query.length; at++) {
    const code = query.charCodeAt(at);
    if (code < 0x21 || code > 0x7e || code === 0x23)
      throw new Problem('request-not-understood', 'The query holds a character that must be encoded.');
  }
}

function oddUrl(): Problem {
  return new Problem('request-not-understood', 'The URL is not one of the forms that FHIR knows.');
}
