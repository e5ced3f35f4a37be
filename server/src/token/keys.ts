/** The keys that the two servers share: RS256 for id_tokens (SMART requires it), and secrets for cookies. Made on the first start, newest first. */
import { generateKeyPair, randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import type { Kysely } from 'kysely';
import { keysFor } from '../storage/keys.ts';
import type { Database } from '../storage/schema.ts';

export interface TokenKeys {
  /** Private JWKs with `kid`, `alg` and `use`; the first one signs, the others are still published. */
  readonly signing: readonly JWK[];
  /** The first one signs cookies and forms, the others are still accepted. */
  readonly cookie: readonly string[];
}

export async function loadKeys(db: Kysely<Database>): Promise<TokenKeys> {
  const signing = await keysFor(db, 'token-signing', makeSigningKey);
  const cookie = await keysFor(db, 'cookie', () => ({
    id: randomUUID(),
    jwk: { kty: 'oct', k: randomBytes(32).toString('base64url') },
  }));
  return Object.freeze({
    signing: signing.map(({ id, jwk }) => ({ ...(jwk as JWK), kid: id, alg: 'RS256', use: 'sig' })),
    cookie: cookie.map(({ jwk }) => String(jwk['k'])),
  });
}

async function makeSigningKey(): Promise<{ readonly id: string; readonly jwk: Record<string, unknown> }> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 3072 });
  return { id: randomUUID(), jwk: { ...privateKey.export({ format: 'jwk' }) } };
}
