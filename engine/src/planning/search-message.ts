/** How a search travels to the upstream: as a GET, or as a POST where it is too long for a URL (search.html#Introduction). */
import { Problem } from '../problem.ts';
import type { Dialect } from './dialect.ts';
import { mintUpstreamRequest, type UpstreamRequest } from './upstream-request.ts';

const LONGEST_URL = 2000;
/** What servers and proxies let pass at most. */
const LONGEST_GET = 8000;

/** `path`: below the upstream's base, with its query. Throws Problem `too-costly`. */
export function searchMessage(path: string, dialect: Pick<Dialect, 'postSearch'>): UpstreamRequest {
  const headers = new Map([
    ['accept', 'application/fhir+json'],
    ['prefer', 'handling=strict'],
  ]);
  const query = path.indexOf('?');
  if (path.length <= LONGEST_URL || query < 0 || !dialect.postSearch) {
    if (path.length > LONGEST_GET) throw new Problem('too-costly', 'The search is too long for the server behind.');
    return mintUpstreamRequest({ method: 'GET', path, headers, body: undefined, writes: false });
  }
  headers.set('content-type', 'application/x-www-form-urlencoded');
  const body = new TextEncoder().encode(path.slice(query + 1));
  return mintUpstreamRequest({ method: 'POST', path: `${path.slice(0, query)}/_search`, headers, body, writes: false });
}
