/** Bearer token → who asks (RFC 6750 §2.1): the static admin token, or an access token whose audience is the admin API. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '@fireguard/engine';
import type { TokenResolver } from '../token/resolved-token.ts';
import type { AdminCaller } from './admin-caller.ts';

export interface AdminAuthentication {
  readonly tokens: TokenResolver;
  /** Undefined: there is no static token, and nothing may be signed in with one. */
  readonly adminToken: string | undefined;
  /** What a token may be meant for. */
  readonly audiences: readonly string[];
}

/**
 * The scope that makes an access token one for this API. INVARIANT: a token without it is worth nothing here, whatever its person's roles, so that
 * no SMART app acts as an administrator; only clients registered for it can be granted it.
 */
export const adminScope = '__fireguard-admin';

/** `lines`: every Authorization line that came. Throws Problem('token-missing') or Problem('token-invalid'). */
export async function authenticateAdmin(lines: readonly string[], use: AdminAuthentication): Promise<AdminCaller> {
  if (lines.length === 0) throw new Problem('token-missing', 'The admin API needs a bearer token.');
  const token = lines.length === 1 ? /^Bearer +([A-Za-z0-9\-._~+/]{16,4096}=*)$/i.exec(lines[0]!)?.[1] : undefined;
  if (token === undefined) throw invalid();
  if (use.adminToken !== undefined && sameSecret(token, use.adminToken)) {
    return Object.freeze({
      kind: 'token',
      name: 'Admin token',
      person: undefined,
      client: undefined,
      token: undefined,
      roles: [],
    });
  }
  const meaning = await use.tokens.resolve(token);
  // INVARIANT: a token that is bound to a key is no bearer token.
  if (meaning === undefined || meaning.person === undefined || meaning.binding !== undefined) throw invalid();
  if (!use.audiences.includes(meaning.audience) || !meaning.scope.split(' ').includes(adminScope)) throw invalid();
  const { person, client } = meaning;
  return Object.freeze({
    kind: 'person',
    name: person.name,
    person: { id: person.id, fhirUser: person.fhirUser },
    client: { id: client.id, name: client.name },
    token: { id: meaning.id, issuer: meaning.issuer },
    roles: person.roles,
  });
}

/** Hashes first, so that both sides have one length and the comparison takes one time. */
function sameSecret(given: string, known: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(known));
}

function invalid(): Problem {
  return new Problem('token-invalid', 'The token is not known here, has ended, or is for something else.');
}
