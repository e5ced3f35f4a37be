/** Answers that are no FHIR interaction: they say the same to everybody, know nothing and therefore leave no record but a log line. */
import { outcomeBody } from '@fireguard/engine';
import type { HttpResponse, Incoming } from '../http/incoming.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { Collaborators } from './collaborators.ts';
import { requestIdOf } from './request-id.ts';

const fixed = {
  elsewhere: { status: 404, issue: 'not-found', text: 'There is nothing here.' },
  'document-method': { status: 405, issue: 'not-supported', text: 'Only GET is possible here.' },
  host: { status: 421, issue: 'not-supported', text: 'This host name is not served here.' },
  crowded: { status: 429, issue: 'throttled', text: 'Too many requests at the same time.' },
  broken: { status: 500, issue: 'exception', text: 'Internal error.' },
} as const;

export function fixedAnswer(what: keyof typeof fixed, incoming: Incoming, use: Collaborators, at?: string): HttpResponse {
  const { status, issue, text } = fixed[what];
  const requestId = requestIdOf(incoming.headers);
  use.log({ requestId, route: 'outside', status, ms: 0, ...(at === undefined ? {} : { problem: 'bug', at }) });
  const headers: (readonly [string, string])[] = [['Content-Type', 'application/fhir+json; charset=utf-8']];
  if (status === 405) headers.push(['Allow', 'GET, HEAD, OPTIONS']);
  headers.push(...securityHeaders(use.overTls), ['X-Request-Id', requestId]);
  return { status, headers, body: outcomeBody(issue, text) };
}
