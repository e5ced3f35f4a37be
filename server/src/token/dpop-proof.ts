/**
 * RFC 9449 §4.3: whether a DPoP proof is for this request, this token and this key. INVARIANT: a proof is good once, on all nodes together, and only
 * around the moment at which it was made.
 */
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type { DpopNonces } from './dpop-nonces.ts';

export const DPOP_ALGORITHMS = ['ES256', 'ES384', 'RS256', 'PS256'] as const;

/** Clocks may differ by this much, and no proof lives longer. */
const WINDOW_SECONDS = 120;

export interface ProvenRequest {
  /** Every DPoP line that came. */
  readonly lines: readonly string[];
  readonly method: string;
  /** As clients write it; query and fragment do not count. */
  readonly url: string;
  readonly token: string;
  /** RFC 7638, of the key that the token is bound to. */
  readonly thumbprint: string;
  /** Undefined: none are given here. */
  readonly nonces: DpopNonces | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `nonce`: good but for its nonce, which is missing or old; it may be made again with a newer one. */
export type Proof = 'proven' | 'refused' | 'nonce';

/** `once`: true for exactly one of any number of callers with this id, until `expiresAt` at least. */
export type UsedOnce = (id: string, expiresAt: Date) => Promise<boolean>;

export async function provenBy(request: ProvenRequest, once: UsedOnce): Promise<Proof> {
  const [proof] = request.lines;
  if (proof === undefined || request.lines.length !== 1 || proof.length > 8192) return 'refused';
  const verified = await jwtVerify(proof, EmbeddedJWK, {
    algorithms: [...DPOP_ALGORITHMS],
    typ: 'dpop+jwt',
    currentDate: new Date(request.now),
    clockTolerance: WINDOW_SECONDS,
  }).catch(() => undefined);
  const jwk = verified?.protectedHeader.jwk;
  if (verified === undefined || jwk === undefined || 'd' in jwk) return 'refused';
  const { htm, htu, iat, jti, ath, nonce } = verified.payload as Readonly<Record<string, unknown>>;
  const made = typeof iat === 'number' && Math.abs(request.now / 1000 - iat) <= WINDOW_SECONDS;
  if (!made || htm !== request.method || plain(htu) !== plain(request.url)) return 'refused';
  if (ath !== createHash('sha256').update(request.token).digest('base64url')) return 'refused';
  if (typeof jti !== 'string' || jti === '' || jti.length > 200) return 'refused';
  if ((await calculateJwkThumbprint(jwk)) !== request.thumbprint) return 'refused';
  const { nonces } = request;
  if (nonces !== undefined && (nonce === undefined ? nonces.required : !(typeof nonce === 'string' && nonces.accepts(nonce))))
    return 'nonce';
  // Last, so that what proves nothing uses nothing up.
  const isFirst = await once(`dpop ${request.thumbprint} ${jti}`, new Date(request.now + 2 * WINDOW_SECONDS * 1000));
  return isFirst ? 'proven' : 'refused';
}

/** RFC 9449 §4.3 (9): compared without query and fragment, after normalisation (RFC 3986 §6.2). */
function plain(address: unknown): string | undefined {
  const url = typeof address === 'string' && address.length < 4096 ? URL.parse(address) : null;
  return url === null ? undefined : `${url.origin}${url.pathname}`;
}
