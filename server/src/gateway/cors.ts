/**
 * Cross-origin requests (R-041 to R-044, hardening A5). Discovery and the capability statement: any origin. Everything else: origins of
 * registered redirect URIs, compared whole. `null` never; no credentials, since the API has no cookies.
 */
import type { Origins } from './registered-origins.ts';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const ASKED =
  'Authorization, DPoP, Content-Type, Accept, Prefer, If-Match, If-None-Match, If-Modified-Since, If-None-Exist, Range, If-Range, X-Provenance, X-Security-Context, Category, Fireguard-Reason, X-Request-Id';
const SHOWN =
  'ETag, Location, Content-Location, Last-Modified, Accept-Ranges, Content-Range, WWW-Authenticate, DPoP-Nonce, X-Request-Id, Retry-After, X-Progress, Expires';

type Headers = readonly (readonly [string, string])[];
const NONE: Headers = [];

/** The allowed origin for this request: itself, `*`, or undefined. */
async function allowed(origin: string | undefined, open: boolean, origins: Origins): Promise<string | undefined> {
  if (origin === undefined || origin === 'null') return undefined;
  if (open) return '*';
  // When it cannot be looked up nobody is allowed; the answer itself does not depend on it.
  return (await origins.has(origin).catch(() => false)) ? origin : undefined;
}

/** Headers to add to an answer. `open`: discovery or metadata. */
export async function corsHeaders(origin: string | undefined, open: boolean, origins: Origins): Promise<Headers> {
  const value = await allowed(origin, open, origins);
  return value === undefined
    ? NONE
    : [
        ['Access-Control-Allow-Origin', value],
        ['Access-Control-Expose-Headers', SHOWN],
      ];
}

/** Headers of a preflight's answer; without an allowed origin there are none. */
export async function preflightHeaders(origin: string | undefined, open: boolean, origins: Origins): Promise<Headers> {
  const value = await allowed(origin, open, origins);
  if (value === undefined) return NONE;
  return [
    ['Access-Control-Allow-Origin', value],
    ['Access-Control-Allow-Methods', METHODS],
    ['Access-Control-Allow-Headers', ASKED],
    ['Access-Control-Max-Age', '600'],
  ];
}
