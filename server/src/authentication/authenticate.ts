/**
 * Who is calling: from the request's credential to a frozen `Caller`. It looks at the Authorization header and at nothing else: cookies are
 * not credentials here, a token in the query is just an unknown parameter. It must not decide what the caller may do, and must not tell an
 * unknown token from an expired one.
 */
import { type Caller, Problem } from '@fireguard/engine';
import type { TokenResolver } from '../token/resolved-token.ts';
import { anonymousCaller } from './anonymous-caller.ts';
import { bearerToken } from './bearer-token.ts';
import { callerOf } from './caller-of.ts';
import { parsedScopes } from './parsed-scopes.ts';

export interface Credentialed {
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly address: string;
}

export interface AuthenticationOptions {
  readonly tokens: TokenResolver;
  /** The FHIR base; a token for any other resource is not a token here (RFC 8707, hardening A1). */
  readonly audience: string;
  readonly now: () => number;
}

export type Authenticate = (request: Credentialed) => Promise<Caller>;

export function authentication(options: AuthenticationOptions): Authenticate {
  const scopesOf = parsedScopes();
  return async (request) => {
    const token = bearerToken(request.headers.get('authorization'));
    if (token === undefined) return anonymousCaller(request.address);
    const resolved = await options.tokens.resolve(token);
    // One answer for every way in which a token can be of no use: unknown, expired, revoked, for another audience.
    if (resolved === undefined || resolved.audience !== options.audience || resolved.expiresAt <= options.now()) {
      throw new Problem('token-invalid', 'The access token is not valid.');
    }
    return callerOf(resolved, scopesOf(resolved.scope), request.address);
  };
}
