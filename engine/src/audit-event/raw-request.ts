/**
 * the request as received, for forensics, without anything that could be used again. Headers are no part of it; credentials
 * that somebody put into the query or the form are taken out, everything else stays as it was sent, attack strings included.
 */
import type { FhirRequest } from '../request/request.ts';

export function rawRequest({ method, target, form }: FhirRequest['original']): string {
  const line = `${method} ${withoutCredentials(target)}`;
  return form === undefined ? line : `${line}\n\n${withoutCredentials(form)}`;
}

const REMOVED = 'removed';

/** Names by which OAuth carries something that opens a door. `code` is not among them: here it is a search parameter. */
const credentials: ReadonlySet<string> = new Set([
  ...['access_token', 'refresh_token', 'id_token', 'token', 'assertion', 'client_assertion', 'client_secret'],
  ...['code_verifier', 'password', 'subject_token', 'actor_token', 'authorization'],
]);

function withoutCredentials(text: string): string {
  // A path alone holds none, and most requests have no more.
  if (!text.includes('=') && !text.includes('eyJ')) return text;
  return text
    .replace(/(^|[?&])([^=&?#]*)=([^&#]*)/g, (pair: string, before: string, name: string) =>
      credentials.has(decoded(name)) ? `${before}${name}=${REMOVED}` : pair,
    )
    .replace(/eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, REMOVED);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).trim().toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}
