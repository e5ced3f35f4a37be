/**
 * Issue "Audit", what it must show 5, the share of every run: two hundred thousand events (`npm run bench -- audit-search` has ten million, and measures). Slow, because they must be written. How much of the
 * tables a search touches is what makes it fast, and does not depend on what else the machine does.
 */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillTrail, trail } from '../../../../bench/audit-trail.ts';
import { auditRecordsIn } from '../../../src/storage/audit-records.ts';
import { asSuperuser } from '../../../src/storage/managed.ts';
import { ensurePartitions } from '../../../src/storage/partitions.ts';
import { dropMonth } from '../../../src/storage/retention.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';

const events = 200_000;
let database: TestDatabase;
let storage: Storage;

beforeAll(async () => {
  database = await testDatabase();
  storage = await database.open();
  for (const month of [0, 3]) await storage.asOwner((owner) => ensurePartitions(owner, new Date(Date.UTC(2026, month, 1))));
  await asSuperuser(database.host, database.database, (owner) => fillTrail(owner, events));
}, 300_000);
afterAll(() => database.drop());

interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** Rows of a page, and blocks of 8 kB that were looked at for it. */
async function page(patient: string, from: number, to: number): Promise<{ readonly rows: number; readonly blocks: number }> {
  const asked = auditRecordsIn(storage.db, { patient, from: new Date(from), to: new Date(to) })
    .selectAll('audit_record')
    .limit(51);
  const [found] = await asked.explain('json', sql`analyze, buffers`);
  const [{ Plan: plan }] = (found as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'];
  return { rows: plan['Actual Rows'], blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] };
}

const { start, span } = trail;

test('R-158 a search by patient and date looks at what it finds, and not at the trail', async () => {
  const { rows } = await sql<{
    blocks: number;
  }>`SELECT sum(pg_relation_size(relid) / 8192)::int AS blocks FROM pg_partition_tree('audit_record')`.execute(storage.db);
  expect(rows[0]!.blocks).toBeGreaterThan(10_000);
  // A thousand records in six months, of which a page; and somebody with one or two.
  const much = await page('p-3', start, start + span);
  expect(much.rows).toBe(51);
  expect(much.blocks).toBeLessThan(1_000);
  const month = await page('p-3', start + 60 * 86_400_000, start + 90 * 86_400_000);
  expect(month.rows).toBe(51);
  expect(month.blocks).toBeLessThan(1_000);
  const little = await page('p-4711', start, start + span);
  expect(little.rows).toBeGreaterThan(0);
  expect(little.blocks).toBeLessThan(150);
});

test('R-162 a month goes as a whole, and nothing else with it', async () => {
  const count = async () =>
    (
      await sql<{
        month: string;
        count: number;
      }>`SELECT to_char(recorded AT TIME ZONE 'UTC', 'YYYY-MM') AS month, count(*)::int AS count FROM audit_record
        GROUP BY 1 ORDER BY 1`.execute(storage.db)
    ).rows;
  const before = await count();
  expect(before).toHaveLength(6);
  expect(await storage.asOwner((tables) => dropMonth(tables, '2026-01'))).toBe(true);
  expect(await count()).toEqual(before.slice(1));
}, 60_000);
