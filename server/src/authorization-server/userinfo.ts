/** OpenID Connect Core §5.3: the claims of the person whose token this is. Answered by us because our tokens are for the FHIR server (RFC 8707). */
import { Problem } from '@fireguard/engine';
import type { FastifyRequest } from 'fastify';
import { clientCertificate } from '../http/client-certificate.ts';
import { type PresentTokenDependencies, presentToken } from '../token/present-token.ts';
import type { ResolvedToken } from '../token/resolved-token.ts';
import { claimsOf } from './account.ts';

export type UserinfoAnswer =
  | { readonly status: 200; readonly body: object }
  | { readonly status: 401 | 403; readonly body: object; readonly challenge: string };

export async function userinfo(use: PresentTokenDependencies, request: FastifyRequest, url: string): Promise<UserinfoAnswer> {
  const shown = shownToken(request.headers.authorization);
  if (shown === undefined) return { status: 401, body: { error: 'invalid_request' }, challenge: 'Bearer' };
  const scheme = shown.scheme === 'dpop' ? 'DPoP' : 'Bearer';
  const { dpop } = request.headers;
  const token = await shownAs(use, {
    ...shown,
    proofs: dpop === undefined ? [] : [dpop].flat(),
    method: request.method,
    url,
    certificate: clientCertificate(request.raw)?.thumbprint,
  });
  if (token === 'nonce') return { status: 401, body: { error: 'use_dpop_nonce' }, challenge: 'DPoP error="use_dpop_nonce"' };
  if (token?.person === undefined)
    return { status: 401, body: { error: 'invalid_token' }, challenge: `${scheme} error="invalid_token"` };
  const scopes = new Set(token.scope.split(' '));
  if (!scopes.has('openid'))
    return {
      status: 403,
      body: { error: 'insufficient_scope' },
      challenge: `${scheme} error="insufficient_scope", scope="openid"`,
    };
  const { sub, name, fhirUser } = claimsOf(token.person, use.audience);
  return {
    status: 200,
    body: {
      sub,
      ...(scopes.has('profile') ? { name } : {}),
      ...(scopes.has('fhirUser') && fhirUser !== undefined ? { fhirUser } : {}),
    },
  };
}

/** `nonce`: its proof must be made again, with the nonce of the answer. */
async function shownAs(
  use: PresentTokenDependencies,
  shown: Parameters<typeof presentToken>[1],
): Promise<ResolvedToken | 'nonce' | undefined> {
  try {
    return await presentToken(use, shown);
  } catch (error) {
    if (error instanceof Problem && error.code === 'dpop-nonce-needed') return 'nonce';
    throw error;
  }
}

/** RFC 6750 §2.1: the one place where a token may stand. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/-]{1,4096}=*)$/i.exec(authorization ?? '')?.[1];
}

function shownToken(
  authorization: string | undefined,
): { readonly scheme: 'bearer' | 'dpop'; readonly token: string } | undefined {
  const bearer = bearerToken(authorization);
  if (bearer !== undefined) return { scheme: 'bearer', token: bearer };
  const bound = /^DPoP ([A-Za-z0-9._~+/-]{1,4096}=*)$/i.exec(authorization ?? '')?.[1];
  return bound === undefined ? undefined : { scheme: 'dpop', token: bound };
}
