/**
 * A token as it is presented, at any of our doors: looked up, for the right audience, and with proof of the key that it is bound to (RFC 9449 §7,
 * RFC 8705 §3). INVARIANT: a bound token without its proof is worth nothing, under whatever scheme it comes.
 */
import { Problem } from '@fireguard/engine';
import type { DpopNonces } from './dpop-nonces.ts';
import type { UsedOnce } from './dpop-proof.ts';
import { provenBy } from './dpop-proof.ts';
import type { ResolvedToken, TokenResolver } from './resolved-token.ts';

export interface PresentedToken {
  readonly scheme: 'bearer' | 'dpop';
  readonly token: string;
  /** Every DPoP line that came. */
  readonly proofs: readonly string[];
  readonly method: string;
  /** As clients write it. */
  readonly url: string;
  /** Of the client's certificate, SHA-256 of the DER, base64url. */
  readonly certificate: string | undefined;
}

export interface PresentTokenDependencies {
  readonly tokens: TokenResolver;
  readonly audience: string;
  readonly once: UsedOnce;
  readonly nonces?: DpopNonces | undefined;
  readonly now: () => number;
}

/** Undefined for every way in which it can be of no use: unknown, ended, for another audience, without its proof. Throws Problem dpop-nonce-needed. */
export async function presentToken(use: PresentTokenDependencies, shown: PresentedToken): Promise<ResolvedToken | undefined> {
  const token = await use.tokens.resolve(shown.token);
  if (token === undefined || token.audience !== use.audience || token.expiresAt <= use.now()) return undefined;
  switch (token.binding?.kind) {
    case undefined:
      return shown.scheme === 'bearer' ? token : undefined;
    case 'certificate':
      return shown.scheme === 'bearer' && shown.certificate === token.binding.thumbprint ? token : undefined;
    case 'dpop': {
      if (shown.scheme !== 'dpop') return undefined;
      const { method, url, proofs: lines } = shown;
      const request = {
        lines,
        method,
        url,
        token: shown.token,
        thumbprint: token.binding.thumbprint,
        nonces: use.nonces,
        now: use.now(),
      };
      switch (await provenBy(request, use.once)) {
        case 'proven':
          return token;
        case 'refused':
          return undefined;
        case 'nonce':
          throw new Problem('dpop-nonce-needed', 'The DPoP proof needs the nonce of this answer.');
      }
    }
  }
}
