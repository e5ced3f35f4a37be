/** Answers in the form of an upstream's. */
import type { UpstreamAnswer } from '@fireguard/engine';

const encoder = new TextEncoder();

export function answer(status: number, body: object, more: readonly (readonly [string, string])[] = []): UpstreamAnswer {
  const { meta } = body as { readonly meta?: { readonly lastUpdated?: string } };
  const headers = new Map<string, string>([['content-type', 'application/fhir+json'], ...more]);
  if (meta?.lastUpdated !== undefined) {
    headers.set('etag', 'W/"1"');
    headers.set('last-modified', new Date(meta.lastUpdated).toUTCString());
  }
  return { kind: 'upstream', status, headers, body: encoder.encode(JSON.stringify(body)) };
}

export function outcome(status: number, code: string, diagnostics?: string): UpstreamAnswer {
  return answer(status, {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code, ...(diagnostics === undefined ? {} : { diagnostics }) }],
  });
}
