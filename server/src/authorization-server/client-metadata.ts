/** A row of our client table as oidc-provider wants it. What the provider does not know travels as `fireguard_…`. */
import type { Selectable } from 'kysely';
import type { AllClientMetadata } from 'oidc-provider';
import type { ClientTable } from '../storage/schema.ts';

export const extraClientProperties = ['fireguard_scope', 'fireguard_kind'] as const;

/** Who may do what, by kind: none of them can choose another way of proving who it is. */
export function clientMetadata(client: Selectable<ClientTable>): AllClientMetadata {
  const common = {
    client_id: client.id,
    client_name: client.name,
    fireguard_scope: client.scope,
    fireguard_kind: client.kind,
    id_token_signed_response_alg: 'RS256',
  } as const;
  const keys = client.jwks_uri === null ? { jwks: client.jwks ?? { keys: [] } } : { jwks_uri: client.jwks_uri };
  const app = {
    ...common,
    application_type: client.redirect_uris.every((uri) => /^https?:/i.test(uri)) ? 'web' : 'native',
    redirect_uris: client.redirect_uris,
    response_types: ['code'],
    response_modes: ['query'],
    grant_types: ['authorization_code', 'refresh_token'],
  } as const;
  switch (client.kind) {
    case 'public':
      return { ...app, token_endpoint_auth_method: 'none' };
    case 'symmetric':
      // The provider only ever holds the hash; `compareClientSecret` in provider.ts hashes what is presented.
      return { ...app, token_endpoint_auth_method: 'client_secret_basic', client_secret: client.secret_hash ?? '' };
    case 'asymmetric':
      return { ...app, token_endpoint_auth_method: 'private_key_jwt', ...keys };
    case 'backend':
      return {
        ...common,
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'private_key_jwt',
        ...keys,
      };
  }
}
