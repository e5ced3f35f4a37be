/** RFC 7591 §2: what a client says of itself, every field checked. What is not understood is ignored, as §2 asks; what is understood and wrong is refused. */
import { narrow, parseScopes } from '@fireguard/engine';
import { z } from 'zod';
import type { ClientProtocol } from '../../storage/schema.ts';
import { ID_TOKEN_ALGORITHMS } from '../../token/keys.ts';
import { logoutUri } from './logout-uri.ts';
import { publicJwks } from './public-jwks.ts';
import { redirectUri } from './redirect-uri.ts';

const https = z.url({ protocol: /^https$/ }).max(2000);
const shown = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u)
  .refine((text) => text.trim() === text);

const metadata = z.object({
  client_name: shown,
  redirect_uris: z.array(redirectUri).max(20).default([]),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'])
    .default('client_secret_basic'),
  grant_types: z
    .array(z.enum(['authorization_code', 'refresh_token', 'client_credentials']))
    .min(1)
    .max(3)
    .default(['authorization_code']),
  response_types: z.array(z.literal('code')).max(1).optional(),
  scope: z.string().max(4000).default(''),
  jwks: publicJwks.optional(),
  jwks_uri: https.optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
  id_token_signed_response_alg: z.enum(ID_TOKEN_ALGORITHMS).optional(),
  post_logout_redirect_uris: z.array(redirectUri).max(20).optional(),
  backchannel_logout_uri: logoutUri.optional(),
  // Kept by nobody and fetched by nobody, but a wrong one is told.
  logo_uri: https.optional(),
  client_uri: https.optional(),
  policy_uri: https.optional(),
  tos_uri: https.optional(),
  contacts: z.array(z.string().max(200)).max(10).optional(),
  software_statement: z.never({ error: 'software statements are not taken here' }).optional(),
});

export interface RequestedClient {
  readonly name: string;
  readonly kind: 'public' | 'symmetric' | 'asymmetric' | 'backend';
  readonly redirectUris: readonly string[];
  readonly scope: string;
  readonly jwks: string | null;
  readonly jwksUri: string | null;
  readonly protocol: ClientProtocol;
}

export type ReadClient =
  | { readonly ok: true; readonly client: RequestedClient }
  | { readonly ok: false; readonly error: 'invalid_redirect_uri' | 'invalid_client_metadata'; readonly why: string };

/** `most`: the scope that it may have at most. */
export function readClientRequest(body: unknown, most: string): ReadClient {
  const parsed = metadata.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = String(issue?.path[0] ?? '');
    const error = field === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata';
    return { ok: false, error, why: `${field}: ${issue?.message ?? 'not understood'}` };
  }
  const asked = parsed.data;
  const backend = asked.grant_types.includes('client_credentials');
  const keyed = asked.token_endpoint_auth_method === 'private_key_jwt';
  const wrong = (why: string): ReadClient => ({ ok: false, error: 'invalid_client_metadata', why });
  if (backend && (asked.grant_types.length > 1 || !keyed || asked.redirect_uris.length > 0))
    return wrong('a service has client_credentials alone, private_key_jwt, and no redirect address');
  if (!backend && !asked.grant_types.includes('authorization_code')) return wrong('an app has authorization_code');
  if (!backend && asked.redirect_uris.length === 0)
    return { ok: false, error: 'invalid_redirect_uri', why: 'an app needs a redirect address' };
  if (keyed !== ((asked.jwks === undefined) !== (asked.jwks_uri === undefined)) || (!keyed && (asked.jwks ?? asked.jwks_uri)))
    return wrong('private_key_jwt needs exactly one of jwks and jwks_uri, other methods neither');
  const scopes = parseScopes(asked.scope);
  if (scopes.some(({ kind }) => kind === 'invalid')) return wrong('scope: one of them is not a SMART scope');
  const scope = asked.scope === '' ? most : narrow(scopes, parseScopes(most)).join(' ');
  if (scope === '') return wrong('scope: nothing of it may be granted to clients of this token');
  return {
    ok: true,
    client: {
      name: asked.client_name,
      kind: backend ? 'backend' : keyed ? 'asymmetric' : asked.token_endpoint_auth_method === 'none' ? 'public' : 'symmetric',
      redirectUris: asked.redirect_uris,
      scope,
      jwks: asked.jwks === undefined ? null : JSON.stringify(asked.jwks),
      jwksUri: asked.jwks_uri ?? null,
      protocol: {
        ...(asked.token_endpoint_auth_method === 'client_secret_post' ? { secretInBody: true as const } : {}),
        ...(asked.dpop_bound_access_tokens === true ? { dpopBound: true as const } : {}),
        ...(asked.id_token_signed_response_alg === undefined ? {} : { idTokenAlg: asked.id_token_signed_response_alg }),
        ...(asked.post_logout_redirect_uris === undefined ? {} : { postLogoutRedirectUris: asked.post_logout_redirect_uris }),
        ...(asked.backchannel_logout_uri === undefined ? {} : { backChannelLogoutUri: asked.backchannel_logout_uri }),
      },
    },
  };
}
