/** http.html#history: the versions of an instance, a type or the system, whole and newest first. `_since` and `_at` are ours to hold. */
import type { Dialect } from './dialect.ts';
import { segment } from './segment.ts';
import { mintUpstreamRequest, type UpstreamRequest } from './upstream-request.ts';

const headers: ReadonlyMap<string, string> = new Map([['accept', 'application/fhir+json']]);

export function planHistory(
  type: string | undefined,
  id: string | undefined,
  dialect: Pick<Dialect, 'maxCount'>,
): UpstreamRequest {
  const place = [type, id].filter((part) => part !== undefined).map((part) => `${segment(part)}/`);
  const path = `${place.join('')}_history?_count=${dialect.maxCount}`;
  return mintUpstreamRequest({ method: 'GET', path, headers, body: undefined, writes: false });
}
