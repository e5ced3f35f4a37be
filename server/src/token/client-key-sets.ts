/**
 * Keys that clients publish (`jwks_uri`; SMART App Launch 2.2 §Asymmetric authentication, R-106): kept no longer than Cache-Control says, fetched once
 * more for an unknown `kid` (at most every ten seconds, whoever asks), one fetch at a time for each address. INVARIANT: what cannot be fetched anew
 * when it must be is no key; an old set never outlives its time.
 */
import type { JWK } from 'jose';
import type { FetchOutside } from './fetch-outside.ts';

const UNKNOWN_KID_MS = 10_000;
/** Without a word about caching. */
const USUAL_SECONDS = 60;
const LONGEST_SECONDS = 86_400;
const MOST_ADDRESSES = 1000;

export interface ClientKeySets {
  /** Those of the address with this `kid`, or all; empty when there are none or they cannot be had. */
  keys(uri: string, kid: string | undefined): Promise<readonly JWK[]>;
  /** What was last had, for use within the same request. */
  held(uri: string): readonly JWK[];
}

interface Held {
  readonly keys: readonly JWK[];
  readonly fetchedAt: number;
  readonly freshUntil: number;
}

export function createClientKeySets(use: { readonly fetch: FetchOutside; readonly now: () => number }): ClientKeySets {
  const sets = new Map<string, Held>();
  const underway = new Map<string, Promise<Held>>();

  const fetchNow = (uri: string): Promise<Held> => {
    const running = underway.get(uri);
    if (running !== undefined) return running;
    const fetching = read(use, uri)
      .catch(() => ({ keys: [], fetchedAt: use.now(), freshUntil: 0 }))
      .then((held) => {
        if (sets.size >= MOST_ADDRESSES) sets.delete(sets.keys().next().value ?? '');
        sets.set(uri, held);
        return held;
      })
      .finally(() => underway.delete(uri));
    underway.set(uri, fetching);
    return fetching;
  };

  return {
    async keys(uri, kid) {
      let held = sets.get(uri);
      const mine = () => (held?.keys ?? []).filter((key) => kid === undefined || key.kid === kid);
      if (held === undefined || held.freshUntil <= use.now()) held = await fetchNow(uri);
      else if (mine().length === 0 && held.fetchedAt + UNKNOWN_KID_MS <= use.now()) held = await fetchNow(uri);
      return mine();
    },
    held: (uri) => sets.get(uri)?.keys ?? [],
  };
}

async function read(use: { readonly fetch: FetchOutside; readonly now: () => number }, uri: string): Promise<Held> {
  const answer = await use.fetch(uri);
  if (answer.status !== 200) throw new Error(`keys answered ${answer.status}`);
  const { keys } = JSON.parse(answer.text) as { readonly keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('not a JWK Set');
  const fetchedAt = use.now();
  const freshFor = freshSeconds(answer.headers.get('cache-control'));
  return { keys: Object.freeze(keys.slice(0, 50).filter(isUsable)), fetchedAt, freshUntil: fetchedAt + freshFor * 1000 };
}

/** RFC 9111 §5.2.2, as far as it shortens. A set that may not be kept is good for the request that fetched it. */
export function freshSeconds(cacheControl: string | null): number {
  if (cacheControl === null) return USUAL_SECONDS;
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return 0;
  const age = /\bmax-age\s*=\s*"?(\d{1,9})/i.exec(cacheControl)?.[1];
  return age === undefined ? USUAL_SECONDS : Math.min(Number(age), LONGEST_SECONDS);
}

/** Public keys of the two families; a set with somebody's private key in it is not worth trusting, that key least. */
function isUsable(key: unknown): key is JWK {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, crv, use, d, k, x, y, n, e, kid } = key as Record<string, unknown>;
  if (d !== undefined || k !== undefined || (use !== undefined && use !== 'sig')) return false;
  if (kid !== undefined && typeof kid !== 'string') return false;
  if (kty === 'RSA') return typeof n === 'string' && n.length >= 342 && typeof e === 'string';
  return kty === 'EC' && (crv === 'P-384' || crv === 'P-256') && typeof x === 'string' && typeof y === 'string';
}
