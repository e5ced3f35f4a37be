/** Answers in the form of an upstream's. */
import type { UpstreamAnswer } from '@fireguard/engine';

const encoder = new TextEncoder();

export function answer(
  status: number,
  body: Uint8Array | object | undefined,
  more: readonly (readonly [string, string])[] = [],
): UpstreamAnswer {
  const headers = new Map<string, string>([
    ...(body === undefined ? [] : [['content-type', 'application/fhir+json'] as const]),
    ...more,
  ]);
  const bytes =
    body === undefined ? new Uint8Array(0) : body instanceof Uint8Array ? body : encoder.encode(JSON.stringify(body));
  return { kind: 'upstream', status, headers, body: bytes };
}

export function outcome(status: number, code: string): UpstreamAnswer {
  return answer(status, { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] });
}
