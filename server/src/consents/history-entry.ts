/** http.html#history: one version as an entry. */
import type { KeptConsent } from '../storage/consents.ts';
import { keptResource } from './kept-resource.ts';

export function historyEntry(kept: KeptConsent, base: string): string {
  const { id, version, createdAt } = kept;
  const resource = keptResource(kept);
  const method = resource === undefined ? 'DELETE' : 'PUT';
  const told = JSON.stringify({
    request: { method, url: `Consent/${id}` },
    response: {
      status: resource === undefined ? '204' : version === 1 ? '201' : '200',
      etag: `W/"${version}"`,
      lastModified: createdAt.toISOString(),
    },
  });
  const shown = resource === undefined ? '' : `"resource":${new TextDecoder().decode(resource)},`;
  return `{"fullUrl":${JSON.stringify(`${base}/Consent/${id}`)},${shown}${told.slice(1)}`;
}
