/** A row of our client table as oidc-provider wants it. What the provider does not know travels as `fireguard_…`. */
import type { JWK } from 'jose';
import type { Selectable } from 'kysely';
import type { AllClientMetadata } from 'oidc-provider';
import type { ClientTable } from '../storage/schema.ts';

export const extraClientProperties = [
  'fireguard_scope',
  'fireguard_kind',
  'fireguard_jwks_uri',
  'fireguard_fapi',
  'fireguard_audiences',
  'fireguard_registered_itself',
] as const;

export const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** `published`: the keys at the client's `jwks_uri`, had before (published-keys.ts). Who may do what, by kind: none can choose another way of proving who it is. */
export function clientMetadata(client: Selectable<ClientTable>, published: readonly JWK[]): AllClientMetadata {
  const { protocol } = client;
  const fapi = protocol.fapi === true;
  const keys = { jwks: client.jwks_uri === null ? (client.jwks ?? { keys: [] }) : { keys: [...published] } };
  const proof = proofOf(client);
  const common = {
    client_id: client.id,
    client_name: client.name,
    fireguard_scope: client.scope,
    fireguard_kind: client.kind,
    ...(client.registration_hash === null ? {} : { fireguard_registered_itself: true }),
    ...(client.jwks_uri === null ? {} : { fireguard_jwks_uri: client.jwks_uri }),
    ...(fapi ? { fireguard_fapi: true, require_pushed_authorization_requests: client.kind !== 'backend' } : {}),
    ...(protocol.jwtAudiences === undefined ? {} : { fireguard_audiences: [...protocol.jwtAudiences] }),
    ...(protocol.dpopBound === true || (fapi && protocol.certificateBound !== true) ? { dpop_bound_access_tokens: true } : {}),
    ...(protocol.certificateBound === true ? { tls_client_certificate_bound_access_tokens: true } : {}),
    id_token_signed_response_alg: protocol.idTokenAlg ?? (fapi ? 'ES256' : 'RS256'),
    ...(proof.keyed ? keys : {}),
    ...proof.metadata,
  } as const;
  const exchange = protocol.tokenExchange === true ? [EXCHANGE_GRANT] : [];
  if (client.kind === 'backend')
    return { ...common, redirect_uris: [], response_types: [], grant_types: ['client_credentials', ...exchange] };
  return {
    ...common,
    application_type: client.redirect_uris.every((uri) => /^https?:/i.test(uri)) ? 'web' : 'native',
    redirect_uris: client.redirect_uris,
    response_types: ['code'],
    response_modes: ['query'],
    grant_types: ['authorization_code', 'refresh_token', ...exchange],
    ...(protocol.postLogoutRedirectUris === undefined
      ? {}
      : { post_logout_redirect_uris: [...protocol.postLogoutRedirectUris] }),
    ...(protocol.backChannelLogoutUri === undefined
      ? {}
      : { backchannel_logout_uri: protocol.backChannelLogoutUri, backchannel_logout_session_required: true }),
  };
}

interface Proof {
  /** Whether registered keys are part of it. */
  readonly keyed: boolean;
  readonly metadata: Partial<AllClientMetadata>;
}

function proofOf({ kind, protocol, secret_hash }: Selectable<ClientTable>): Proof {
  switch (kind) {
    case 'public':
      return { keyed: false, metadata: { token_endpoint_auth_method: 'none' } };
    case 'symmetric':
      // The provider only ever holds the hash; `compareClientSecret` in provider.ts hashes what is presented.
      return {
        keyed: false,
        metadata: {
          token_endpoint_auth_method: protocol.secretInBody === true ? 'client_secret_post' : 'client_secret_basic',
          client_secret: secret_hash ?? '',
        },
      };
    case 'asymmetric':
    case 'backend': {
      const { mutualTls } = protocol;
      if (mutualTls === undefined) return { keyed: true, metadata: { token_endpoint_auth_method: 'private_key_jwt' } };
      return mutualTls.kind === 'self-signed'
        ? { keyed: true, metadata: { token_endpoint_auth_method: 'self_signed_tls_client_auth' } }
        : {
            keyed: false,
            metadata: { token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: mutualTls.subject },
          };
    }
  }
}
