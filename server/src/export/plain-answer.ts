/** An answer of the export's own, with the headers that every answer carries. */
import type { Collaborators } from '../gateway/collaborators.ts';
import type { Known } from '../gateway/known.ts';
import type { HttpResponse } from '../http/incoming.ts';
import { securityHeaders } from '../http/security-headers.ts';

type Headers = HttpResponse['headers'];

/** `body`: JSON. */
export function plainAnswer(known: Known, use: Collaborators, status: number, more: Headers, body?: Uint8Array): HttpResponse {
  const type: Headers = body === undefined ? [] : [['Content-Type', 'application/json; charset=utf-8']];
  return { status, headers: headersOf(known, use, [...type, ...more]), body: body ?? new Uint8Array(0) };
}

export function headersOf(known: Known, use: Collaborators, own: Headers): Headers {
  return [...own, ...securityHeaders(use.overTls), ['X-Request-Id', known.requestId]];
}
