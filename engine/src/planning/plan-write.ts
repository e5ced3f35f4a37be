/**
 * http.html#create, #update, #delete: one literal write. An update or delete carries the version that was decided on, so that it cannot hit
 * a state that nobody judged (http.html#concurrency).
 */
import { segment } from './segment.ts';
import { mintUpstreamRequest, type UpstreamRequest } from './upstream-request.ts';

export type PlannedWrite =
  | { readonly kind: 'create'; readonly type: string; readonly body: Uint8Array; readonly minimal: boolean }
  | {
      readonly kind: 'update';
      readonly type: string;
      readonly id: string;
      /** The version decided on; undefined = it must not exist yet. */
      readonly version: string | undefined;
      readonly body: Uint8Array;
      readonly minimal: boolean;
    }
  | { readonly kind: 'delete'; readonly type: string; readonly id: string; readonly version: string };

export function planWrite(write: PlannedWrite): UpstreamRequest {
  const headers = new Map([['accept', 'application/fhir+json']]);
  if (write.kind !== 'delete') {
    headers.set('content-type', 'application/fhir+json');
    headers.set('prefer', write.minimal ? 'return=minimal' : 'return=representation');
  }
  switch (write.kind) {
    case 'create':
      return mintUpstreamRequest({
        method: 'POST',
        path: segment(write.type),
        headers,
        body: write.body,
        writes: true,
        about: [write.type],
      });
    case 'update':
      if (write.version === undefined) headers.set('if-none-match', '*');
      else headers.set('if-match', `W/"${segment(write.version)}"`);
      return mintUpstreamRequest({
        method: 'PUT',
        path: `${segment(write.type)}/${segment(write.id)}`,
        headers,
        body: write.body,
        writes: true,
        about: [`${write.type}/${write.id}`],
      });
    case 'delete':
      headers.set('if-match', `W/"${segment(write.version)}"`);
      return mintUpstreamRequest({
        method: 'DELETE',
        path: `${segment(write.type)}/${segment(write.id)}`,
        headers,
        body: undefined,
        writes: true,
        about: [`${write.type}/${write.id}`],
      });
  }
}
