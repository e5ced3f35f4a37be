/**
 * RFC 9449 §9: nonces that a resource server gives, so that no proof can be made long before it is used. Made from the clock and a secret that all nodes
 * share, so that each accepts what another gave and nothing is stored. A new one every minute; one that was given is good for five.
 */
import { createHmac, hkdfSync, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { KeyStore } from '../storage/keys.ts';

export interface DpopNonces {
  /** Whether a proof without one is refused; otherwise one is offered, and held to once it is used. */
  readonly required: boolean;
  /** The newest. */
  next(): string;
  accepts(nonce: string): boolean;
}

const STEP_MS = 60_000;
/** Steps back for which a nonce is good; one ahead, since the clocks of nodes differ. */
const STEPS_BACK = 5;

export function createDpopNonces(secret: Uint8Array, required: boolean, now: () => number): DpopNonces {
  const at = (step: number) => createHmac('sha256', secret).update(`dpop-nonce\n${step}`).digest('base64url');
  const step = () => Math.floor(now() / STEP_MS);
  return Object.freeze<DpopNonces>({
    required,
    next: () => at(step()),
    accepts(nonce) {
      const given = Buffer.from(nonce);
      const newest = step() + 1;
      return Array.from({ length: STEPS_BACK + 2 }, (_one, back) => Buffer.from(at(newest - back))).some(
        (good) => good.length === given.length && timingSafeEqual(good, given),
      );
    },
  });
}

/** Of the authorization server and of the API, each its own: a nonce of one is none of the other (RFC 9449 §8.2). */
export async function loadDpopSecrets(
  store: KeyStore,
): Promise<{ readonly authorizationServer: Buffer; readonly api: Buffer }> {
  const [key] = await store.keysFor('dpop', () => ({
    id: randomUUID(),
    jwk: { kty: 'oct', k: randomBytes(32).toString('base64url') },
  }));
  const secret = Buffer.from(String(key?.jwk['k']), 'base64url');
  const derived = (of: string) => Buffer.from(hkdfSync('sha256', secret, '', `fireguard dpop ${of}`, 32));
  return Object.freeze({ authorizationServer: derived('authorization server'), api: derived('api') });
}
