/** Failed tries to sign in, by a key that tells nothing (a hash): what slows guessing down on every node alike. Times are the database's. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

export interface CountRule {
  /** Failures that cost nothing. */
  readonly free: number;
  readonly longestMs: number;
  /** After this long without a try all is forgotten. */
  readonly forgetMs: number;
}

/**
 * Counts a try as failed, in one statement, so that many at once count too; `forgetTry` takes it back, and `forgetTriesUnder` all with this `nameKey`. Undefined: go on. Otherwise it must wait,
 * until then (milliseconds since the epoch), and was not counted. INVARIANT: times are `clock_timestamp()`, when the row was had: `now()` is when the statement came, and of many at once one that
 * was overtaken would wait for a try that is free, or go on uncounted.
 */
export async function countTry(db: Db, key: string, rule: CountRule, nameKey?: string): Promise<number | undefined> {
  for (;;) {
    const { rows } = await sql<{ failures: number }>`
    INSERT INTO sign_in_count AS c (key, name_key, failures, wait_until, seen)
    VALUES (${key}, ${nameKey ?? null}, 1, clock_timestamp(), clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
      failures = CASE WHEN c.seen < clock_timestamp() - ${rule.forgetMs} * interval '1 millisecond' THEN 1 ELSE c.failures + 1 END,
      wait_until = CASE WHEN c.seen < clock_timestamp() - ${rule.forgetMs} * interval '1 millisecond' OR c.failures + 1 < ${rule.free} THEN clock_timestamp()
        ELSE clock_timestamp() + least(${rule.longestMs}, 1000 * 2 ^ least(c.failures + 1 - ${rule.free}, 20)) * interval '1 millisecond' END,
      seen = clock_timestamp()
    WHERE c.wait_until <= clock_timestamp() RETURNING failures`.execute(db);
    if (rows.length > 0) return undefined;
    const until = await waitOf(db, key);
    // What it had to wait for is over meanwhile: it is counted now.
    if (until !== undefined) return until;
  }
}

/** Until when this key must wait; undefined: it need not. */
export async function waitOf(db: Db, key: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('sign_in_count')
    .select('wait_until')
    .where('key', '=', key)
    .where('wait_until', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst();
  return row?.wait_until.getTime();
}

export async function forgetTries(db: Db, key: string): Promise<void> {
  await db.deleteFrom('sign_in_count').where('key', '=', key).execute();
}

/** All tries under one name, from wherever. */
export async function forgetTriesUnder(db: Db, nameKey: string): Promise<void> {
  await db.deleteFrom('sign_in_count').where('name_key', '=', nameKey).execute();
}

/** One try fewer: it succeeded, or was none. */
export async function forgetTry(db: Db, key: string): Promise<void> {
  await db
    .updateTable('sign_in_count')
    .set({ failures: sql<number>`greatest(failures - 1, 0)`, wait_until: sql<Date>`clock_timestamp()` })
    .where('key', '=', key)
    .execute();
}

/** Removes what has been forgotten. */
export async function deleteOldCounts(db: Db): Promise<void> {
  await db.deleteFrom('sign_in_count').where('seen', '<', sql<Date>`now() - interval '1 day'`).execute();
}
