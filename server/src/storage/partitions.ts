/** The months of the audit tables, made ahead by its owner. What reached the default partition before its month was there is moved into it. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

/** Makes the partitions of the month of `now` and of the three after it. Months are UTC. `db` must be the owner's. */
export async function ensurePartitions(db: Kysely<Database>, now: Date): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('fireguard partitions'))`.execute(transaction);
    for (let ahead = 0; ahead < 4; ahead += 1) {
      const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
      const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1, 1));
      for (const table of ['audit_record', 'audit_patient']) await ensureMonth(transaction, table, from, to);
    }
  });
}

async function ensureMonth(db: Kysely<Database>, table: string, from: Date, to: Date): Promise<void> {
  const name = `${table}_${from.toISOString().slice(0, 7).replace('-', '_')}`;
  const { rows } = await sql<{ there: boolean }>`SELECT to_regclass(${name}) IS NOT NULL AS there`.execute(db);
  if (rows[0]!.there) return;
  const [low, high] = [sql.lit(from.toISOString()), sql.lit(to.toISOString())];
  await sql`CREATE TABLE ${sql.id(name)} (LIKE ${sql.id(table)} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`.execute(db);
  await sql`LOCK TABLE ${sql.id(`${table}_default`)} IN ACCESS EXCLUSIVE MODE`.execute(db);
  await sql`WITH moved AS (DELETE FROM ${sql.id(`${table}_default`)} WHERE recorded >= ${low} AND recorded < ${high} RETURNING *)
    INSERT INTO ${sql.id(name)} SELECT * FROM moved`.execute(db);
  await sql`ALTER TABLE ${sql.id(table)} ATTACH PARTITION ${sql.id(name)} FOR VALUES FROM (${low}) TO (${high})`.execute(db);
}
