/**
 * RFC 9449 §5: the refresh token that a public client gets with a DPoP proof is bound to the proof's key, also where the one before was not (the provider
 * hands on only what the one before was bound to). Asked while a refresh token is rotated, after the provider has checked the proof.
 */
import { calculateJwkThumbprint, decodeProtectedHeader } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';

export async function bindRefreshToKey(ctx: KoaContextWithOIDC): Promise<void> {
  const proof = ctx.get('DPoP');
  const { RefreshToken: token } = ctx.oidc.entities;
  if (proof === '' || token === undefined || token.jkt !== undefined || ctx.oidc.client?.clientAuthMethod !== 'none') return;
  const { jwk } = decodeProtectedHeader(proof);
  if (jwk === undefined) throw new Error('a proof without a key was taken');
  token.jkt = await calculateJwkThumbprint(jwk);
}
