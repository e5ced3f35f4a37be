/**
 * Seals the private keys that the database holds (AES-256-GCM), under a key that it does not hold, so that neither a copy of the database nor whoever may
 * read it can sign as this server. INVARIANT: what was sealed for one place opens at no other; a key that is not sealed is never taken for one that is.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export interface KeySeal {
  /** `place`: purpose and id. */
  seal(place: string, jwk: Record<string, unknown>): Record<string, unknown>;
  /** Undefined: not sealed, or by a key that is not here. */
  open(place: string, stored: Record<string, unknown>): Record<string, unknown> | undefined;
  /** Whether it was sealed by the first of our keys. */
  isNewest(stored: Record<string, unknown>): boolean;
}

/** Newest first: the first seals, the others still open. */
export function keySeal(secrets: readonly [Uint8Array, ...Uint8Array[]]): KeySeal {
  const keys = secrets.map((secret) => {
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'fireguard keys in the database', 32));
    return { key, name: createHash('sha256').update(key).digest('hex').slice(0, 16) };
  });
  const [newest] = keys as [(typeof keys)[number], ...typeof keys];
  return Object.freeze<KeySeal>({
    seal(place, jwk) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce).setAAD(Buffer.from(place));
      const sealed = [nonce, cipher.update(JSON.stringify(jwk), 'utf8'), cipher.final(), cipher.getAuthTag()];
      return { by: newest.name, sealed: Buffer.concat(sealed).toString('base64url') };
    },
    open(place, stored) {
      const found = keys.find(({ name }) => name === stored['by']);
      const bytes = Buffer.from(typeof stored['sealed'] === 'string' ? stored['sealed'] : '', 'base64url');
      if (found === undefined || bytes.length < 28) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', found.key, bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-16));
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
        return JSON.parse(text) as Record<string, unknown>;
      } catch {
        return undefined;
      }
    },
    isNewest: (stored) => stored['by'] === newest.name,
  });
}
