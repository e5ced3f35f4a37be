/** What the server says of itself: SMART App Launch 2.2 §Conformance, OpenID Connect Discovery, RFC 8414, RFC 9728. Only what is served is named. */
import { DPOP_ALGORITHMS } from '../token/dpop-proof.ts';

/** The provider's own. */
const served = {
  authorization: '/authorize',
  token: '/token',
  introspection: '/introspect',
  revocation: '/revoke',
  jwks: '/jwks',
  userinfo: '/userinfo',
  pushed_authorization_request: '/par',
  end_session: '/session/end',
} as const;

export const providerPaths = served;
export const paths = { ...served, registration: '/register', brands: '/user-access-brands.json' } as const;

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** Certificates need TLS that ends here. */
function authMethods(issuer: string): readonly string[] {
  const certificates = issuer.startsWith('https:') ? ['tls_client_auth', 'self_signed_tls_client_auth'] : [];
  return ['client_secret_basic', 'client_secret_post', 'private_key_jwt', ...certificates];
}

/** Documents that exist only where the operator wrote something for them. */
export interface DiscoverySettings {
  /** Of the primary brand; undefined where no brands are published (SMART App Launch 2.2 §User-access brands). */
  readonly brand: { readonly system: string; readonly value: string } | undefined;
  /** ways to declare an emergency, under a name that says whose protocol it is. Undefined or empty: nobody may. */
  readonly breakGlass?: readonly string[] | undefined;
}

/** Scopes named to clients; granular forms of them are supported too. */
export const supportedScopes = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'launch/encounter',
  'offline_access',
  'online_access',
  'patient/*.cruds',
  'patient/*.rs',
  'user/*.cruds',
  'user/*.rs',
  'system/*.cruds',
  'system/*.rs',
] as const;

/** `tokenEndpoint`: of a further base. */
export function smartConfiguration(
  issuer: string,
  { brand, breakGlass = [] }: DiscoverySettings,
  tokenEndpoint = issuer + paths.token,
): Readonly<Record<string, unknown>> {
  return Object.freeze({
    issuer,
    jwks_uri: issuer + paths.jwks,
    authorization_endpoint: issuer + paths.authorization,
    token_endpoint: tokenEndpoint,
    introspection_endpoint: issuer + paths.introspection,
    revocation_endpoint: issuer + paths.revocation,
    userinfo_endpoint: issuer + paths.userinfo,
    registration_endpoint: issuer + paths.registration,
    management_endpoint: `${issuer}/my-apps`,
    pushed_authorization_request_endpoint: issuer + paths.pushed_authorization_request,
    ...(brand === undefined ? {} : { user_access_brand_bundle: issuer + paths.brands, user_access_brand_identifier: brand }),
    ...(breakGlass.length === 0
      ? {}
      : { fireguard_break_the_glass: { page: `${issuer}/break-glass`, methods_supported: breakGlass } }),
    grant_types_supported: ['authorization_code', 'client_credentials', 'refresh_token', EXCHANGE],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: authMethods(issuer),
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    scopes_supported: supportedScopes,
    capabilities: [
      'launch-ehr',
      'launch-standalone',
      'authorize-post',
      'client-public',
      'client-confidential-symmetric',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-banner',
      'context-style',
      'context-ehr-patient',
      'context-ehr-encounter',
      'context-standalone-patient',
      'context-standalone-encounter',
      'permission-patient',
      'permission-user',
      'permission-offline',
      'permission-online',
      'permission-v1',
      'permission-v2',
    ],
  });
}

/** What oidc-provider's own discovery document lacks or says too much of. */
export function discoveryCorrections(issuer: string): Readonly<Record<string, unknown>> {
  return {
    userinfo_endpoint: issuer + paths.userinfo,
    response_modes_supported: ['query'],
    scopes_supported: supportedScopes,
    registration_endpoint: issuer + paths.registration,
    token_endpoint_auth_methods_supported: ['none', ...authMethods(issuer)],
    introspection_endpoint_auth_methods_supported: authMethods(issuer),
    introspection_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    revocation_endpoint_auth_methods_supported: ['none', ...authMethods(issuer)],
    revocation_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
  };
}

/** RFC 9728; served by the API's host. */
export function protectedResourceMetadata(issuer: string, fhirBase: string): Readonly<Record<string, unknown>> {
  return Object.freeze({
    resource: fhirBase,
    authorization_servers: [issuer],
    scopes_supported: supportedScopes,
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: DPOP_ALGORITHMS,
    ...(fhirBase.startsWith('https:') ? { tls_client_certificate_bound_access_tokens: true } : {}),
  });
}
