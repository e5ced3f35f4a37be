/** Encrypts page cursors: opaque, authentic, and of a size that depends on the client's own request alone (search-semantics §7). */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Cursor } from '@fireguard/engine';

/** Bytes kept for everything but the target. A hint that does not fit is dropped: the next page then starts from the search's beginning. */
const ROOM = 1024;
const STEP = 512;

export interface CursorSeal {
  seal(cursor: Cursor): string;
  unseal(text: string): Cursor | undefined;
}

/** `keys`: 32 bytes each; the first encrypts, all decrypt, so that a key can be changed while links are in use. */
export function cursorSeal(keys: readonly Uint8Array[]): CursorSeal {
  const current = keys[0];
  if (current === undefined || keys.some((key) => key.length !== 32)) throw new Error('a cursor key has 32 bytes');
  return Object.freeze<CursorSeal>({
    seal: (cursor) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current, iv);
      return Buffer.concat([iv, cipher.update(padded(cursor)), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    unseal: (text) => {
      const sealed = Buffer.from(text, 'base64url');
      if (sealed.length < 12 + 16 + ROOM || sealed.toString('base64url') !== text) return undefined;
      for (const key of keys) {
        const opened = open(key, sealed);
        if (opened !== undefined) return JSON.parse(opened) as Cursor;
      }
      return undefined;
    },
  });
}

function padded(cursor: Cursor): Buffer {
  const target = Buffer.byteLength(JSON.stringify(cursor.target));
  const size = Math.ceil(target / STEP) * STEP + ROOM;
  let text = JSON.stringify(cursor);
  if (Buffer.byteLength(text) > size) text = JSON.stringify({ ...cursor, hint: '' });
  const bytes = Buffer.alloc(size, 0x20);
  if (bytes.write(text) < Buffer.byteLength(text)) throw new Error('a cursor beyond its size');
  return bytes;
}

function open(key: Uint8Array, sealed: Buffer): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
