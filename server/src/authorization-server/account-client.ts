/**
 * The person's own pages (account, my apps) as an app of ours: they sign in through the same steps as for any app, but there is nothing to consent to
 * and no token to get: the session is all that comes of it.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { ClientMetadata } from 'oidc-provider';

/** Those that people come back to from signing in. */
export const ownPages = ['/account', '/my-apps', '/who-looked', '/break-glass'] as const;
export type OwnPage = (typeof ownPages)[number];

export const accountClientId = 'fireguard-account';

export function accountClient(issuer: string, name: string): ClientMetadata {
  return {
    client_id: accountClientId,
    client_name: name,
    redirect_uris: ownPages.map((page) => issuer + page),
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'RS256',
    fireguard_scope: 'openid',
    fireguard_kind: 'public',
  };
}

/** Where a person signs in to come back to one of their own pages. The code that comes back is used by nobody: its verifier is thrown away here. */
export function signInAt(
  issuer: string,
  fhirBase: string,
  page: OwnPage,
  more: Readonly<Record<string, string>> = {},
  about?: string,
): string {
  return `/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: accountClientId,
    redirect_uri: `${issuer}${page}`,
    scope: 'openid',
    aud: fhirBase,
    // Comes back with the person: what a page was about, as a query.
    state: about === undefined ? 'own' : `about.${Buffer.from(about).toString('base64url')}`,
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })}`;
}
