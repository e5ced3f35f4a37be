/** tries that overtake each other. A statement's `now()` is when it came, not when it gets its row: whoever came first and waited sees times that lie ahead of it. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CountRule, countTry, waitOf } from './sign-in-counts.ts';
import type { Storage } from './storage.ts';
import { testStorage } from './testing.ts';

const rule: CountRule = { free: 3, longestMs: 300_000, forgetMs: 3_600_000 };
let storage: Storage;
beforeAll(async () => {
  storage = await testStorage();
});
afterAll(() => storage?.close());

const failures = async (key: string) =>
  (await storage.db.selectFrom('sign_in_count').select('failures').where('key', '=', key).executeTakeFirst())?.failures;

/** Comes first, and looks after somebody else has been counted. */
async function overtaken<Result>(key: string, look: (db: Storage['db']) => Promise<Result>): Promise<Result> {
  return storage.db.transaction().execute(async (early) => {
    await sql`SELECT now()`.execute(early);
    await countTry(storage.db, key, rule);
    return look(early);
  });
}

test('R-048 who is overtaken by a free try need not wait for it', async () => {
  expect(await overtaken('looks', (db) => waitOf(db, 'looks'))).toBeUndefined();
});

test('R-048 who is overtaken by a free try is counted like everybody', async () => {
  expect(await overtaken('counts', (db) => countTry(db, 'counts', rule))).toBeUndefined();
  expect(await failures('counts')).toBe(2);
});

test('R-048 who is overtaken by the last free try waits', async () => {
  await countTry(storage.db, 'waits', rule);
  await countTry(storage.db, 'waits', rule);
  expect(await overtaken('waits', (db) => countTry(db, 'waits', rule))).toBeGreaterThan(Date.now());
  expect(await failures('waits')).toBe(3);
});
