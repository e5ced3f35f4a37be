/**
 * SMART App Launch 2.2 §Asymmetric authentication (client-confidential-asymmetric), RFC 7523 §3: what the provider does not check of a client's
 * assertion. It has checked signature, `iss`, expiry and that this `jti` is new.
 */
import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';

const LONGEST_SECONDS = 300;

/** Seconds by which clocks may differ; also given to the provider. */
export const CLOCK_SKEW_SECONDS = 30;

interface Assertion {
  readonly aud?: unknown;
  readonly sub?: unknown;
  readonly iss?: unknown;
  readonly exp?: unknown;
  readonly jti?: unknown;
}

export function checkClientAssertion(
  ctx: KoaContextWithOIDC,
  claims: Assertion,
  header: { readonly kid?: unknown; readonly typ?: unknown; readonly jku?: unknown; readonly alg?: unknown },
  client: Client,
  tokenEndpoints: readonly string[],
): void {
  // FAPI 2.0 Security Profile §5.3.2.1: the issuer, as one string.
  if (client.metadata()['fireguard_fapi'] === true) refuseUnless(claims.aud === ctx.oidc.provider.issuer, 'aud');
  const ours = (audience: unknown) => audience === ctx.oidc.provider.issuer || tokenEndpoints.includes(String(audience));
  // RFC 7523bis: one audience, and it is this server. A list that names others could be replayed there, or was meant for there.
  refuseUnless(Array.isArray(claims.aud) ? claims.aud.length > 0 && claims.aud.every(ours) : ours(claims.aud), 'aud');
  refuseUnless(claims.sub === claims.iss, 'sub');
  const now = Math.floor(Date.now() / 1000);
  refuseUnless(typeof claims.exp === 'number' && claims.exp <= now + LONGEST_SECONDS + CLOCK_SKEW_SECONDS, 'exp');
  refuseUnless(typeof claims.jti === 'string' && claims.jti.length <= 500, 'jti');
  refuseUnless(typeof header.kid === 'string', 'kid');
  refuseUnless(header.typ === undefined || /^(JWT|client-authentication\+jwt)$/i.test(String(header.typ)), 'typ');
  // No key is fetched from where the assertion says: `jku` may only repeat what is registered.
  refuseUnless(header.jku === undefined || header.jku === client.metadata()['fireguard_jwks_uri'], 'jku');
  const keys = (client.jwks?.keys ?? []) as readonly { readonly kid?: string; readonly kty?: string }[];
  const kty = /^(RS|PS)/.test(String(header.alg)) ? 'RSA' : 'EC';
  refuseUnless(keys.filter((key) => key.kid === header.kid && key.kty === kty).length === 1, 'kid names not exactly one key');
}

function refuseUnless(holds: boolean, what: string): void {
  if (!holds) throw new errors.InvalidClientAuth(`client assertion refused: ${what}`);
}
