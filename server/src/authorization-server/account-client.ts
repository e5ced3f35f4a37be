/**
 * The person's own pages (account, my apps) as an app of ours: they sign in through the same steps as for any app, but there is nothing to consent to
 * and no token to get: the session is all that comes of it.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { ClientMetadata } from 'oidc-provider';

export const accountClientId = 'fireguard-account';

export function accountClient(issuer: string, name: string): ClientMetadata {
  return {
    client_id: accountClientId,
    client_name: name,
    redirect_uris: [`${issuer}/account`, `${issuer}/my-apps`],
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
  page: '/account' | '/my-apps',
  more: Readonly<Record<string, string>> = {},
): string {
  return `/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: accountClientId,
    redirect_uri: `${issuer}${page}`,
    scope: 'openid',
    aud: fhirBase,
    state: 'own',
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })}`;
}
