/**
 * From an outcome to what goes on the wire. One order of headers for every answer, so that hidden and absent cannot be told apart by it
 * (I11); nothing names what runs here or behind.
 */
import { type Denied, type Outcome, outcomeBody, Released, xmlOf } from '@fireguard/engine';
import type { HttpResponse } from '../http/incoming.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { challenge } from './challenge.ts';
import { challengeError, insufficientSignIn } from './challenge-error.ts';
import type { Collaborators } from './collaborators.ts';
import type { Known } from './known.ts';
import type { Failure } from './record.ts';
import { toldStatus } from './told-status.ts';

const FHIR_JSON = 'application/fhir+json; charset=utf-8';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** Headers that an outcome may carry, in the order in which they go out. */
const CARRIED = [
  ['content-type', 'Content-Type'],
  ['etag', 'ETag'],
  ['last-modified', 'Last-Modified'],
  ['location', 'Location'],
  ['content-location', 'Content-Location'],
  ['content-disposition', 'Content-Disposition'],
  ['accept-ranges', 'Accept-Ranges'],
  ['content-range', 'Content-Range'],
] as const;

/** `place`: the URL at which what was begun can be followed. */
export function answerOf(known: Known, outcome: Outcome, use: Collaborators, place?: string): HttpResponse {
  // INVARIANT (I3): a body comes from `release` or is a deny's fixed text.
  if (outcome.kind !== 'denied' && !Released.isReleased(outcome)) throw new Error('not released');
  const error = outcome.kind === 'denied' ? deniedError(outcome, use) : undefined;
  const headers = place === undefined ? outcome.headers : new Map([...outcome.headers, ['content-location', place]]);
  return build(known, toldStatus(outcome.status, use), headers, outcome.body, use, error);
}

function deniedError({ status, stepUp, decision }: Denied, { limits }: Collaborators): string | undefined {
  if (stepUp !== undefined) return insufficientSignIn(stepUp);
  return status === 403 && limits.deniedProfile === 'iua' && decision.cause === 'scope'
    ? 'error="insufficient_scope"'
    : undefined;
}

export function failureAnswer(known: Known, failure: Failure, use: Collaborators): HttpResponse {
  if (failure.kind === 'bug')
    return build(known, 500, NONE, outcomeBody('exception', `Internal error. Reference: ${known.requestId}`), use);
  const { publicText } = failure.problem;
  const answer = { ...failure.problem.answer, status: toldStatus(failure.problem.answer.status, use, failure.problem.code) };
  const error = challengeError(failure.problem);
  const body = outcomeBody(answer.issue, publicText);
  const isXml = known.asked === undefined ? known.wantsXml : known.asked.representation.format === 'xml';
  if (!isXml) return build(known, answer.status, NONE, body, use, error);
  return build(known, answer.status, XML, xmlOf(body, use.tables.version), use, error);
}

const NONE: ReadonlyMap<string, string> = new Map();
const XML: ReadonlyMap<string, string> = new Map([['content-type', 'application/fhir+xml; charset=utf-8']]);

function build(
  known: Known,
  status: number,
  carried: ReadonlyMap<string, string>,
  body: Uint8Array,
  use: Collaborators,
  error?: string,
): HttpResponse {
  const headers: (readonly [string, string])[] = [];
  for (const [name, spelled] of CARRIED) {
    const value = carried.get(name) ?? (name === 'content-type' && body.length > 0 ? FHIR_JSON : undefined);
    if (value !== undefined) headers.push([spelled, value]);
  }
  const challenged = status === 401 ? challenge(use.base, known.presented, error) : carried.get('www-authenticate');
  if (challenged !== undefined) headers.push(['WWW-Authenticate', challenged]);
  if (known.presented === 'dpop' && use.nonces !== undefined) headers.push(['DPoP-Nonce', use.nonces.next()]);
  if (status === 405) headers.push(['Allow', METHODS]);
  headers.push(...securityHeaders(use.overTls), ['X-Request-Id', known.requestId]);
  return { status, headers, body };
}
