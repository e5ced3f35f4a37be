/**
 * Another OpenID provider (OpenID Connect Core §3.1, RFC 9700 §2): authorization code with PKCE, state and nonce; the id_token's signature, issuer,
 * audience, times and nonce are checked by openid-client, and the answer's `iss` where the provider sends one (RFC 9207).
 */
import * as openid from 'openid-client';
import type { ExternalProviderSettings } from '../sign-in-settings.ts';

/** What must be the same when the browser comes back. */
export interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The person must show themselves there anew: a session that the provider remembers does not count. */
  readonly anew: boolean;
}

export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface ExternalProvider {
  readonly id: string;
  readonly name: string;
  readonly settings: ExternalProviderSettings;
  begin(anew: boolean): Promise<{ readonly url: URL; readonly journey: Journey }>;
  /** `query`: as the browser brought it back. Throws when anything is not as it must be. */
  finish(query: string, journey: Journey): Promise<ExternalIdentity>;
}

/** How lately the person must have shown themselves there, where this is asked for. */
const FRESH_SECONDS = 300;

export function externalProvider(settings: ExternalProviderSettings, issuer: string): ExternalProvider {
  const redirectUri = `${issuer}/sign-in/external/${settings.id}`;
  let known: Promise<openid.Configuration> | undefined;
  const configuration = () => {
    known ??= discover(settings);
    // A provider that was down is asked again.
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  return {
    id: settings.id,
    name: settings.name,
    settings,
    async begin(anew) {
      const verifier = openid.randomPKCECodeVerifier();
      const journey = { state: openid.randomState(), nonce: openid.randomNonce(), verifier, anew };
      const url = openid.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: settings.scope,
        state: journey.state,
        nonce: journey.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(anew ? { prompt: 'login', max_age: String(FRESH_SECONDS) } : {}),
      });
      return { url, journey };
    },
    async finish(query, journey) {
      const tokens = await openid.authorizationCodeGrant(await configuration(), new URL(`${redirectUri}?${query}`), {
        expectedState: journey.state,
        expectedNonce: journey.nonce,
        pkceCodeVerifier: journey.verifier,
        idTokenExpected: true,
        // Checks auth_time, which a provider must tell when it was asked for max_age.
        ...(journey.anew ? { maxAge: FRESH_SECONDS } : {}),
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new Error('the provider sent no id_token');
      return { issuer: claims.iss, subject: claims.sub, claims };
    },
  };
}

function discover(settings: ExternalProviderSettings): Promise<openid.Configuration> {
  const issuer = new URL(settings.issuer);
  const secret = settings.clientSecret;
  const auth = secret === undefined ? openid.None() : openid.ClientSecretBasic(secret);
  // Configuration refuses plain HTTP beyond this machine (posture.ts).
  const execute = issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : [];
  return openid.discovery(issuer, settings.clientId, secret, auth, { execute, timeout: 10 });
}
