/** http.html#capabilities */
import { mintUpstreamRequest, type UpstreamRequest } from './upstream-request.ts';

export function planMetadata(): UpstreamRequest {
  return mintUpstreamRequest({
    method: 'GET',
    path: 'metadata',
    headers: new Map([['accept', 'application/fhir+json']]),
    body: undefined,
    writes: false,
  });
}
