import { expect, test } from 'vitest';
import { GuardedCache } from './guarded-cache.ts';

const bounds = { maxAgeMs: 60_000, maxEntries: 10 };
/** A store of one number, slow to answer, that counts how often it is asked. */
function store() {
  const it = { value: 1, reads: 0, load: async () => 0 };
  it.load = async () => {
    it.reads += 1;
    const { value } = it;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return value;
  };
  return it;
}

test.each([
  [false, 2],
  [true, 1],
])('many who miss at once (trusted: %s) cost the store at most %i reads', async (isTrusted, most) => {
  const cache = new GuardedCache<number>({ trusted: () => isTrusted }, bounds);
  const it = store();
  const answers = await Promise.all(Array.from({ length: 64 }, () => cache.get('k', it.load)));
  expect(new Set(answers)).toEqual(new Set([1]));
  expect(it.reads).toBe(most);
  await cache.get('k', it.load);
  expect(it.reads).toBe(isTrusted ? 1 : 3);
});

test('INVARIANT: untrusted, a change holds for whoever asks after it, although a read was under way', async () => {
  const cache = new GuardedCache<number>({ trusted: () => false }, bounds);
  const it = store();
  const before = cache.get('k', it.load);
  it.value = 2;
  const after = cache.get('k', it.load);
  expect([await before, await after]).toEqual([1, 2]);
});

test('INVARIANT: a change that asking for trust brings is not overlooked by the read that just ended', async () => {
  // As the cluster does it: what was heard is applied when trust is asked for.
  let heard = false;
  const cache: GuardedCache<number> = new GuardedCache<number>(
    {
      trusted: () => {
        if (heard) cache.clear();
        heard = false;
        return true;
      },
    },
    bounds,
  );
  const it = store();
  const reading = cache.get('k', it.load);
  it.value = 2;
  heard = true;
  expect(await reading).toBe(1);
  expect(await cache.get('k', it.load)).toBe(2);
});
