/** Keys of the house, sealed in its database and the same on all nodes: those of cursors, newest first, and that of pseudonyms. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Storage } from '../storage/storage.ts';

export async function cursorKeys(storage: Storage): Promise<readonly Uint8Array[]> {
  return keysFor(storage, 'cursor');
}

/** INVARIANT: the oldest, for ever: with another, every pseudonym that was told would be another. */
export async function pseudonymKey(storage: Storage): Promise<Uint8Array> {
  const oldest = (await keysFor(storage, 'pseudonym')).at(-1);
  if (oldest === undefined) throw new Error('there is no key for pseudonyms');
  return oldest;
}

async function keysFor(storage: Storage, use: 'cursor' | 'pseudonym'): Promise<readonly Uint8Array[]> {
  const keys = await storage.keys.keysFor(use, () => ({
    id: randomUUID(),
    jwk: { kty: 'oct', k: randomBytes(32).toString('base64url') },
  }));
  return keys.map(({ jwk }) => Buffer.from(String(jwk['k']), 'base64url'));
}
