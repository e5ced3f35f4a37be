/** http.html#read, #vread: one instance, whole, as FHIR JSON. Never with the client's conditions: they are answered after visibility. */
import { segment } from './segment.ts';
import { mintUpstreamRequest, type UpstreamRequest } from './upstream-request.ts';

const headers: ReadonlyMap<string, string> = new Map([['accept', 'application/fhir+json']]);

export function planRead(type: string, id: string, version?: string): UpstreamRequest {
  const path = `${segment(type)}/${segment(id)}`;
  return mintUpstreamRequest({
    method: 'GET',
    path: version === undefined ? path : `${path}/_history/${segment(version)}`,
    headers,
    body: undefined,
    writes: false,
  });
}
