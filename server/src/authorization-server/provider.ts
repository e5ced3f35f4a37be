/**
 * oidc-provider, configured for SMART: the one file that names its hooks. Everything is off that this server does not serve.
 * INVARIANT: PKCE with S256 for every client; opaque tokens only; every launch has a grant of its own.
 */
import type { Kysely } from 'kysely';
import Provider, { type Client, type Configuration, errors, type JWK, type KoaContextWithOIDC } from 'oidc-provider';
import type { Database } from '../storage/schema.ts';
import { tokenHash } from '../token/token-hash.ts';
import { findAccount } from './account.ts';
import { checkAud, defaultAudience } from './audience.ts';
import { CLOCK_SKEW_SECONDS, checkClientAssertion } from './client-assertion.ts';
import { accountClient } from './account-client.ts';
import { acrValues } from './assurance.ts';
import { extraClientProperties } from './client-metadata.ts';
import { originsOf } from './cors.ts';
import { paths } from './discovery.ts';
import { fetchClientKeys } from './fetch-client-keys.ts';
import { grantableScope } from './grantable-scope.ts';
import { checkLaunch } from './launch/check-launch.ts';
import { loginPolicy } from './login-policy.ts';
import type { SignInSettings } from './sign-in-settings.ts';

export interface ProviderSettings {
  readonly issuer: string;
  readonly fhirBase: string;
  readonly db: Kysely<Database>;
  readonly adapter: NonNullable<Configuration['adapter']>;
  readonly signingKeys: readonly JWK[];
  readonly cookieKeys: readonly string[];
  readonly stayConnectedDays: number;
  readonly brandName: string;
  readonly signIn: SignInSettings;
  readonly acceptPrivateKeyAddresses: boolean;
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
    routes: { ...paths, end_session: '/session/end' },
    acrValues: [...acrValues],
    clients: [accountClient(use.issuer, use.brandName)],
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], fhirUser: ['fhirUser'], profile: ['name'] },
    scopes: ['openid', 'offline_access', 'online_access'],
    responseTypes: ['code'],
    clientAuthMethods: ['none', 'client_secret_basic', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: ['RS384', 'ES384'], idTokenSigningAlgValues: ['RS256'] },
    pkce: { required: () => true },
    clockTolerance: CLOCK_SKEW_SECONDS,
    allowOmittingSingleRegisteredRedirectUri: false,
    acceptQueryParamAccessTokens: false,
    extraClientMetadata: { properties: [...extraClientProperties] },
    extraParams: {
      aud: (_ctx, value) => checkAud(value, use.fhirBase, false),
      launch: (ctx, value, client) => checkLaunch(use.db, ctx, value, client),
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientAuthMethod !== 'none' },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
      // Tokens are for the FHIR server; userinfo.ts answers with them all the same.
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx) => defaultAudience(ctx, use.fhirBase),
        useGrantedResource: () => true,
        async getResourceServerInfo(ctx, resource, client) {
          if (resource !== use.fhirBase)
            throw new errors.InvalidTarget('resource is not the FHIR server that this server protects');
          return { scope: await grantableScope(ctx, client), audience: use.fhirBase, accessTokenFormat: 'opaque' };
        },
      },
    },
    interactions: {
      policy: loginPolicy(use.signIn.secondFactorRoles),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    loadExistingGrant,
    findAccount: (_ctx, id) => findAccount(use.db, use.fhirBase, id),
    issueRefreshToken: (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') && (code.scopes.has('offline_access') || code.scopes.has('online_access')),
    rotateRefreshToken: async (ctx) => {
      await checkStillOnline(ctx);
      return true;
    },
    // A second launch in the same session must not end the first; what ends with the session is checked on refresh and on sign-out.
    expiresWithSession: () => false,
    revokeGrantPolicy: () => true,
    clientBasedCORS: (_ctx, origin, client) => originsOf(client.redirectUris ?? []).includes(origin),
    assertJwtClientAuthClaimsAndHeader: (ctx, claims, header, client) =>
      checkClientAssertion(ctx, claims, header, client, use.issuer + paths.token),
    fetch: fetchClientKeys(use.acceptPrivateKeyAddresses),
    renderError: use.renderError,
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      ClientCredentials: 300,
      Grant: stay + HOUR,
      IdToken: HOUR,
      Interaction: 30 * 60,
      // Rotation does not lengthen: "until 23 November" stays true.
      RefreshToken: (ctx, token) =>
        ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? (token.scopes.has('offline_access') ? stay : longest),
      Session: (_ctx, session) => {
        const age = session.loginTs === undefined ? 0 : Math.floor(Date.now() / 1000) - session.loginTs;
        // Saved anew with every use: a session that nobody uses ends earlier, unless its person asked to stay signed in.
        const idle = session.transient === true ? use.signIn.idleMinutes * 60 : longest;
        return Math.max(1, Math.min(idle, longest - age));
      },
    },
  });
  // Addresses and the client's address come from the headers that forward.ts writes over whatever a client sent.
  provider.proxy = true;
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

/** SMART App Launch 2.2 §Refresh, online_access: usable while the person's session lasts. */
async function checkStillOnline(ctx: KoaContextWithOIDC): Promise<void> {
  const token = ctx.oidc.entities.RefreshToken;
  if (token === undefined || token.scopes.has('offline_access')) return;
  const session = token.sessionUid === undefined ? undefined : await ctx.oidc.provider.Session.findByUid(token.sessionUid);
  if (session?.accountId !== token.accountId) throw new errors.InvalidGrant('the session has ended');
}
