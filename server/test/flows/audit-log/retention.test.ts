/** whole months leave the database when they are old enough and nothing holds them, and verification can tell that from tampering. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAuditLog, type SearchableAuditLog } from '../../../src/audit-log/open-audit-log.ts';
import { keepRetention } from '../../../src/audit-log/retention.ts';
import { ensurePartitions } from '../../../src/storage/partitions.ts';
import { insertHold, listHolds, releaseHold } from '../../../src/storage/retention.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { testStorage } from '../../../src/storage/testing.ts';

let home: string;
let storage: Storage;
let log: SearchableAuditLog;
let now = Date.UTC(2026, 0, 10);

beforeEach(async () => {
  now = Date.UTC(2026, 0, 10);
  home = mkdtempSync(join(tmpdir(), 'fireguard-retention-'));
  storage = await testStorage();
  for (const month of [0, 3]) await storage.asOwner((owner) => ensurePartitions(owner, new Date(Date.UTC(2026, month, 1))));
  log = await openAuditLog({
    home,
    node: 'gateway-1',
    storage,
    site: { observer: 'o', site: 's', base: 'http://x/fhir' },
    now: () => now,
  });
  for (const [month, patient] of ['ann', 'bob', 'ann', 'cyd', 'dan'].entries()) {
    now = Date.UTC(2026, month, 10);
    const nothing = { resources: [], masked: [], withheld: 0, rules: [] };
    for (let n = 0; n < 3; n += 1)
      await log.append({
        ...nothing,
        kind: 'request',
        outcome: 'permit',
        action: 'read',
        patients: [patient],
        requestId: `${month}-${n}`,
      });
  }
  await log.caughtUp();
});
afterEach(async () => {
  await log.close();
  await storage.close();
  rmSync(home, { recursive: true, force: true });
});

const months = async () =>
  (
    await sql<{
      month: string;
    }>`SELECT DISTINCT to_char(recorded AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM audit_record ORDER BY 1`.execute(
      storage.db,
    )
  ).rows.map(({ month }) => month);
const retention = () => keepRetention({ storage, log, months: 2, now: () => now, tell: () => undefined });
const hold = { since: null, until: null, reason: 'Case 7', madeBy: 'Anna' };

test('old months go, their time is on record, and the trail still verifies', async () => {
  expect(await retention().run()).toEqual({ dropped: ['2026-01', '2026-02'], held: [] });
  await log.caughtUp();
  expect(await months()).toEqual(['2026-03', '2026-04', '2026-05']);
  const { rows } = await log.search({ action: 'audit-month-dropped' });
  expect(rows.flatMap(({ record }) => record['resources'])).toEqual(expect.arrayContaining(['month/2026-01', 'month/2026-02']));
  expect(await log.verify()).toMatchObject({ ok: true, records: 17, rows: 11 });
  expect(await retention().run()).toEqual({ dropped: [], held: [] });
});

test('a month that nobody let go is found missing', async () => {
  await storage.asOwner((owner) => sql`DELETE FROM audit_record WHERE recorded < '2026-02-01'`.execute(owner));
  expect(await log.verify()).toMatchObject({ ok: false, what: 'missing', at: { seq: 1 } });
});

test('a hold keeps the months of its patient, or of its time, until it is released', async () => {
  await insertHold(storage.db, { ...hold, id: 'h1', patient: 'ann' });
  expect(await retention().run()).toEqual({ dropped: ['2026-02'], held: ['2026-01'] });
  await insertHold(storage.db, {
    ...hold,
    id: 'h2',
    patient: null,
    since: new Date('2026-01-15'),
    until: new Date('2026-01-20'),
  });
  expect(await releaseHold(storage.db, 'h1', 'Bea')).toBe(true);
  expect(await releaseHold(storage.db, 'h1', 'Bea')).toBe(false);
  expect(await retention().run()).toEqual({ dropped: [], held: ['2026-01'] });
  await releaseHold(storage.db, 'h2', 'Bea');
  expect(await retention().run()).toEqual({ dropped: ['2026-01'], held: [] });
  expect((await listHolds(storage.db)).map(({ id, releasedBy }) => [id, releasedBy]).sort()).toEqual([
    ['h1', 'Bea'],
    ['h2', 'Bea'],
  ]);
});

test('whoever serves requests can neither drop a month nor take back a hold', async () => {
  await insertHold(storage.db, { ...hold, id: 'h1', patient: null });
  for (const text of [
    'DROP TABLE audit_record_2026_01',
    'DELETE FROM legal_hold',
    `UPDATE legal_hold SET since = now()`,
    `INSERT INTO audit_month_dropped (month, records) VALUES ('2026-03', 0)`,
  ])
    await expect(sql.raw(text).execute(storage.db), text).rejects.toMatchObject({ code: '42501' });
});
