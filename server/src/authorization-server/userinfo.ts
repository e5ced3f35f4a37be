/** OpenID Connect Core §5.3: the claims of the person whose token this is. Answered by us because our tokens are for the FHIR server (RFC 8707). */
import type { ResolvedToken, TokenResolver } from '../token/resolved-token.ts';
import { claimsOf } from './account.ts';

export type UserinfoAnswer =
  | { readonly status: 200; readonly body: object }
  | { readonly status: 401 | 403; readonly body: object; readonly challenge: string };

export async function userinfo(
  tokens: TokenResolver,
  fhirBase: string,
  authorization: string | undefined,
): Promise<UserinfoAnswer> {
  const bearer = bearerToken(authorization);
  if (bearer === undefined) return { status: 401, body: { error: 'invalid_request' }, challenge: 'Bearer' };
  const token: ResolvedToken | undefined = await tokens.resolve(bearer);
  if (token?.person === undefined || token.audience !== fhirBase)
    return { status: 401, body: { error: 'invalid_token' }, challenge: 'Bearer error="invalid_token"' };
  const scopes = new Set(token.scope.split(' '));
  if (!scopes.has('openid'))
    return {
      status: 403,
      body: { error: 'insufficient_scope' },
      challenge: 'Bearer error="insufficient_scope", scope="openid"',
    };
  const { sub, name, fhirUser } = claimsOf(token.person, fhirBase);
  return {
    status: 200,
    body: {
      sub,
      ...(scopes.has('profile') ? { name } : {}),
      ...(scopes.has('fhirUser') && fhirUser !== undefined ? { fhirUser } : {}),
    },
  };
}

/** RFC 6750 §2.1: the one place where a token may stand. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/-]{1,4096}=*)$/i.exec(authorization ?? '')?.[1];
}
