/** Seals what must be read again (a TOTP secret) with AES-256-GCM, bound to whom it belongs. R-048: a copy of one row opens nothing. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export interface SecretSeal {
  seal(secret: Uint8Array, owner: string): string;
  /** Undefined when it was sealed for somebody else, or by no key of ours. */
  open(sealed: string, owner: string): Uint8Array | undefined;
}

/** `keys`: 32 bytes each; the first one seals, all open. */
export function secretSeal(keys: readonly Uint8Array[]): SecretSeal {
  const [first] = keys;
  if (first === undefined) throw new Error('a seal needs a key');
  return {
    seal(secret, owner) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', first, nonce).setAAD(Buffer.from(owner));
      return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < 28) return undefined;
      for (const key of keys) {
        try {
          const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
          decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-16));
          return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
        } catch {
          // Another key's, or nobody's: the next one is tried.
        }
      }
      return undefined;
    },
  };
}
