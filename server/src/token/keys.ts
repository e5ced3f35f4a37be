/**
 * The keys that the two servers share: RS256 (SMART requires it) and ES256 (FAPI 2.0) for id_tokens and JWTs, and secrets for cookies. Made on the
 * first start, newest first. A key that was replaced is published until what it signed has lapsed (OpenID Connect Core §10.1.1).
 */
import { generateKeyPair, randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import type { Kysely } from 'kysely';
import type { Cluster } from '../storage/cluster.ts';
import { deleteRetiredKeys, keysFor, type NewKey, replaceKeys, type StoredKey } from '../storage/keys.ts';
import type { Database } from '../storage/schema.ts';

export interface TokenKeys {
  /** Private JWKs with `kid`, `alg` and `use`; of each `alg` the first one signs, the others are still published. */
  readonly signing: readonly JWK[];
  /** The first one signs cookies and forms, the others are still accepted. */
  readonly cookie: readonly string[];
}

/** Longer than any id_token or JWT lives, so that an id_token_hint of the last day is known. */
const PUBLISHED_AFTER_MS = 24 * 3_600_000;

export async function loadKeys(db: Kysely<Database>, now: () => number = Date.now): Promise<TokenKeys> {
  await keysFor(db, 'token-signing', makeRsa, isOf('RSA'));
  const signing = await keysFor(db, 'token-signing', makeEc, isOf('EC'));
  const cookie = await keysFor(db, 'cookie', () => ({
    id: randomUUID(),
    jwk: { kty: 'oct', k: randomBytes(32).toString('base64url') },
  }));
  const published = signing.filter(
    ({ retired_at }) => retired_at === null || retired_at.getTime() + PUBLISHED_AFTER_MS > now(),
  );
  return Object.freeze({
    signing: published.map(({ id, jwk }) => ({
      ...(jwk as JWK),
      kid: id,
      alg: jwk['kty'] === 'RSA' ? 'RS256' : 'ES256',
      use: 'sig',
    })),
    cookie: cookie.map(({ jwk }) => String(jwk['k'])),
  });
}

/** New keys sign from now on, on every live node once this resolves. Gives their ids. */
export async function rotateSigningKeys(
  { db, cluster }: { readonly db: Kysely<Database>; readonly cluster: Cluster },
  now: number,
): Promise<readonly string[]> {
  const keys = [await makeRsa(), await makeEc()];
  await replaceKeys(db, 'token-signing', keys);
  await deleteRetiredKeys(db, 'token-signing', new Date(now - PUBLISHED_AFTER_MS));
  await cluster.announce({ kind: 'key', id: 'token-signing' });
  return keys.map(({ id }) => id);
}

const isOf =
  (kty: string) =>
  ({ jwk, retired_at }: StoredKey): boolean =>
    jwk['kty'] === kty && retired_at === null;

async function makeRsa(): Promise<NewKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 3072 });
  return { id: randomUUID(), jwk: { ...privateKey.export({ format: 'jwk' }) } };
}

async function makeEc(): Promise<NewKey> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return { id: randomUUID(), jwk: { ...privateKey.export({ format: 'jwk' }) } };
}
