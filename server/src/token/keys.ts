/**
 * The keys that the two servers share: RS256 (SMART requires it), ES256 (FAPI 2.0), PS256 and EdDSA for id_tokens (RS256 also for JWTs), and secrets for
 * cookies. Made on the first start, newest first; each for one algorithm alone. A key that was replaced is published until what it signed has lapsed
 * (OpenID Connect Core §10.1.1).
 */
import { generateKeyPair, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import type { Cluster } from '../storage/cluster.ts';
import type { KeyStore, NewKey, StoredKey } from '../storage/keys.ts';

export interface TokenKeys {
  /** Private JWKs with `kid`, `alg` and `use`; of each `alg` the first one signs, the others are still published. */
  readonly signing: readonly JWK[];
  /** The first one signs cookies and forms, the others are still accepted. */
  readonly cookie: readonly string[];
}

/** Longer than any id_token or JWT lives, so that an id_token_hint of the last day is known. */
const PUBLISHED_AFTER_MS = 24 * 3_600_000;

/** OpenID Connect Core §3.1.3.7; the first is the one without a choice. */
export const ID_TOKEN_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type IdTokenAlgorithm = (typeof ID_TOKEN_ALGORITHMS)[number];

export async function loadKeys(store: KeyStore, now: () => number = Date.now): Promise<TokenKeys> {
  let signing: readonly StoredKey[] = [];
  for (const alg of ID_TOKEN_ALGORITHMS)
    signing = await store.keysFor(
      'token-signing',
      () => make(alg),
      (key) => algorithmOf(key) === alg && key.retired_at === null,
    );
  const cookie = await store.keysFor('cookie', () => ({
    id: randomUUID(),
    jwk: { kty: 'oct', k: randomBytes(32).toString('base64url') },
  }));
  const published = signing.filter(
    ({ retired_at }) => retired_at === null || retired_at.getTime() + PUBLISHED_AFTER_MS > now(),
  );
  return Object.freeze({
    signing: published.map((key) => ({ ...(key.jwk as JWK), kid: key.id, alg: algorithmOf(key), use: 'sig' })),
    cookie: cookie.map(({ jwk }) => String(jwk['k'])),
  });
}

/** New keys sign from now on, on every live node once this resolves. Gives their ids. */
export async function rotateSigningKeys(
  { keys: store, cluster }: { readonly keys: KeyStore; readonly cluster: Cluster },
  now: number,
): Promise<readonly string[]> {
  const keys = await Promise.all(ID_TOKEN_ALGORITHMS.map(make));
  await store.replaceKeys('token-signing', keys);
  await store.deleteRetiredKeys('token-signing', new Date(now - PUBLISHED_AFTER_MS));
  await cluster.announce({ kind: 'key', id: 'token-signing' });
  return keys.map(({ id }) => id);
}

/** Keys that were made before there was a choice do not say theirs. */
function algorithmOf({ jwk }: StoredKey): IdTokenAlgorithm {
  return (jwk['alg'] as IdTokenAlgorithm | undefined) ?? (jwk['kty'] === 'RSA' ? 'RS256' : 'ES256');
}

async function make(alg: IdTokenAlgorithm): Promise<NewKey> {
  const { privateKey } = await pairFor(alg);
  return { id: randomUUID(), jwk: { ...privateKey.export({ format: 'jwk' }), alg } };
}

function pairFor(alg: IdTokenAlgorithm): Promise<{ readonly privateKey: KeyObject }> {
  switch (alg) {
    case 'RS256':
    case 'PS256':
      return promisify(generateKeyPair)('rsa', { modulusLength: 3072 });
    case 'ES256':
      return promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
    case 'EdDSA':
      return promisify(generateKeyPair)('ed25519');
  }
}
