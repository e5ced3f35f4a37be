/**
 * oidc-provider, configured for SMART: the one file that names its hooks. Everything is off that this server does not serve.
 * INVARIANT: PKCE with S256 for every client; opaque tokens only; every launch has a grant of its own.
 */
import Provider, { type Client, type Configuration, errors, type JWK, type KoaContextWithOIDC } from 'oidc-provider';
import type { FetchOutside } from '../token/fetch-outside.ts';
import { ID_TOKEN_ALGORITHMS } from '../token/keys.ts';
import { tokenHash } from '../token/token-hash.ts';
import { findAccount, issuedToken } from './account.ts';
import { accountClient } from './account-client.ts';
import { acrValues } from './assurance.ts';
import { checkAud, isFurther, pushedResource } from './audience.ts';
import { bindRefreshToKey } from './bind-refresh.ts';
import { CLOCK_SKEW_SECONDS, checkClientAssertion } from './client-assertion.ts';
import { extraClientProperties } from './client-metadata.ts';
import { originsOf } from './cors.ts';
import { paths, providerPaths } from './discovery.ts';
import { furtherTokenEndpoint } from './further-bases.ts';
import { checkLaunch } from './launch/check-launch.ts';
import { loginPolicy } from './login-policy.ts';
import { checkStillOnline, sessionSeconds } from './online-session.ts';
import { type FeatureSettings, providerFeatures } from './provider-features.ts';
import { providerFetch } from './provider-fetch.ts';
import { askedPurposes } from './purposes.ts';
import type { SignInSettings } from './sign-in-settings.ts';
import { type TokenClaimsDependencies, tokenClaims } from './token-claims.ts';

export interface ProviderSettings extends FeatureSettings, TokenClaimsDependencies {
  readonly issuer: string;
  readonly adapter: NonNullable<Configuration['adapter']>;
  readonly signingKeys: readonly JWK[];
  readonly cookieKeys: readonly string[];
  readonly stayConnectedDays: number;
  readonly brandName: string;
  readonly signIn: SignInSettings;
  readonly fetch: FetchOutside;
  /** A page for an error that cannot be sent to the app. */
  readonly renderError: NonNullable<Configuration['renderError']>;
}

const HOUR = 3600;
export function createProvider(use: ProviderSettings): Provider {
  const overTls = use.issuer.startsWith('https:');
  const stay = use.stayConnectedDays * 24 * HOUR;
  const longest = use.signIn.sessionHours * HOUR;
  const cookie = { signed: true, httpOnly: true, sameSite: 'lax', secure: overTls } as const;
  const prefix = overTls ? '__Secure-' : '';
  const tokenEndpoints = [use.issuer + paths.token, ...use.further.map(({ name }) => furtherTokenEndpoint(use.issuer, name))];
  const provider = new Provider(use.issuer, {
    adapter: use.adapter,
    jwks: { keys: [...use.signingKeys] },
    cookies: {
      keys: [...use.cookieKeys],
      names: {
        session: `${prefix}fireguard-session`,
        interaction: `${prefix}fireguard-step`,
        resume: `${prefix}fireguard-resume`,
      },
      long: cookie,
      short: cookie,
    },
    routes: { ...providerPaths },
    acrValues: [...acrValues],
    clients: [accountClient(use.issuer, use.brandName)],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time', 'at_hash'], fhirUser: ['fhirUser'], profile: ['name'] },
    scopes: ['openid', 'offline_access', 'online_access'],
    responseTypes: ['code'],
    clientAuthMethods: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
    ],
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS384', 'ES384'],
      idTokenSigningAlgValues: [...ID_TOKEN_ALGORITHMS],
      dPoPSigningAlgValues: ['ES256', 'ES384', 'RS256', 'PS256'],
    },
    pkce: { required: () => true },
    clockTolerance: CLOCK_SKEW_SECONDS,
    allowOmittingSingleRegisteredRedirectUri: false,
    acceptQueryParamAccessTokens: false,
    extraClientMetadata: { properties: [...extraClientProperties] },
    extraParams: {
      aud: (ctx, value) => checkAud(pushedResource(ctx) ?? value, use, false),
      launch: (ctx, value, client) => {
        // A handle names a patient of the first base: at another that id is somebody else.
        if (
          value !== undefined &&
          isFurther(pushedResource(ctx) ?? ctx.oidc.params?.['aud'] ?? ctx.oidc.params?.['resource'], use)
        )
          throw new errors.InvalidRequest('a launch is for the FHIR server that the EHR named');
        return checkLaunch(use.db, ctx, value, client);
      },
      purpose_of_use: (_ctx, value) => void askedPurposes(value),
    },
    features: providerFeatures(use),
    interactions: {
      policy: loginPolicy(use.signIn.secondFactorRoles),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    loadExistingGrant,
    findAccount: (ctx, id) => findAccount(use.db, use.fhirBase, id, () => issuedToken(ctx)),
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && (code.scopes.has('offline_access') || code.scopes.has('online_access')),
    rotateRefreshToken: async (ctx) => {
      await checkStillOnline(ctx, use.db, use.signIn);
      await bindRefreshToKey(ctx);
      return true;
    },
    // A second launch in the same session must not end the first; what ends with the session is checked on refresh and on sign-out.
    expiresWithSession: () => false,
    revokeGrantPolicy: () => true,
    clientBasedCORS: (_ctx, origin, client) => originsOf(client.redirectUris ?? []).includes(origin),
    assertJwtClientAuthClaimsAndHeader: (ctx, claims, header, client) =>
      checkClientAssertion(ctx, claims, header, client, tokenEndpoints),
    // Clients' keys come from published-keys.ts: what the provider fetches is a logout token's delivery, and nothing else.
    fetch: providerFetch(use.fetch),
    extraTokenClaims: (ctx, token) => tokenClaims(use, ctx, token),
    renderError: use.renderError,
    ttl: {
      // A JWT cannot be called back, so its own life is shorter.
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? HOUR,
      AuthorizationCode: 60,
      ClientCredentials: 300,
      Grant: stay + HOUR,
      IdToken: HOUR,
      Interaction: 30 * 60,
      // Rotation does not lengthen: "until 23 November" stays true.
      RefreshToken: (ctx, token) =>
        ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? (token.scopes.has('offline_access') ? stay : longest),
      // Saved anew with every use, so that a session which nobody uses ends earlier.
      Session: (_ctx, session) => sessionSeconds(session, use.signIn),
    },
  });
  // Addresses and the client's address come from the headers that forward.ts writes over whatever a client sent.
  provider.proxy = true;
  const { clientJwtAuthExpectedAudience: usual } = provider.OIDCContext.prototype;
  // Each of them is this server's token endpoint, by the name that a base gives it.
  provider.OIDCContext.prototype.clientJwtAuthExpectedAudience = function expected(
    this: InstanceType<typeof provider.OIDCContext>,
  ) {
    return new Set([...usual.call(this), ...tokenEndpoints]);
  };
  provider.Client.prototype.compareClientSecret = function compareHash(this: Client, presented: string) {
    return tokenHash(presented) === this.clientSecret;
  };
  return provider;
}

/** SMART App Launch: a launch is consented to on its own. The grant of this launch, once made, is the only one that counts. */
async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const id = ctx.oidc.result?.consent?.grantId;
  return id === undefined ? undefined : ctx.oidc.provider.Grant.find(id);
}
