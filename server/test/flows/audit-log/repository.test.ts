/** From the journal into PostgreSQL and back: nothing lost, nothing twice, whatever stops in between. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditDraft } from '../../../src/audit-log/audit-log.ts';
import { canonicalJson } from '../../../src/audit-log/canonical.ts';
import { readLine } from '../../../src/audit-log/chain.ts';
import { openAuditLog, type SearchableAuditLog } from '../../../src/audit-log/open-audit-log.ts';
import { asSuperuser } from '../../../src/storage/managed.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';

let home: string;
let database: TestDatabase;
let storage: Storage;
const opened: SearchableAuditLog[] = [];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'fireguard-audit-'));
  database = await testDatabase();
  storage = await database.open('gateway-1');
});

afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  await database.drop();
  rmSync(home, { recursive: true, force: true });
});

async function open(more: { tell?: (line: string) => void; node?: string; home?: string } = {}): Promise<SearchableAuditLog> {
  const site = { observer: 'gateway-1', site: 'hospital', base: 'http://127.0.0.1:8081/fhir' };
  const log = await openAuditLog({ home, node: 'gateway-1', storage, site, segmentBytes: 20_000, ...more });
  opened.push(log);
  return log;
}

const draft = (more: Partial<AuditDraft> = {}): AuditDraft => ({
  kind: 'request',
  outcome: 'permit',
  status: 200,
  action: 'read',
  type: 'Patient',
  patients: ['1'],
  resources: ['Patient/1'],
  masked: [],
  withheld: 0,
  rules: ['r'],
  caller: { kind: 'user', client: { id: 'app', name: 'App' }, user: { id: 'u1', name: 'Dr. A' }, roles: [], purposes: [] },
  requestId: crypto.randomUUID(),
  ...more,
});

const rowsOf = async () =>
  (await sql<{ count: number }>`SELECT count(DISTINCT record_id)::int AS count FROM audit_record`.execute(storage.db)).rows[0]!
    .count;

test('what is appended can be searched: by patient, person, client, outcome, action, time; as FHIR', async () => {
  const log = await open();
  await log.append(draft());
  await log.append(draft({ outcome: 'deny', status: 403, action: 'search', patients: ['2', '3'] }));
  await log.caughtUp();
  expect((await log.search({ patient: '1' })).rows).toHaveLength(1);
  expect((await log.search({ patient: '3', outcome: 'deny' })).rows).toHaveLength(1);
  expect((await log.search({ personId: 'u1', clientId: 'app' })).rows).toHaveLength(2);
  expect(
    (await log.search({ action: 'search', from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) })).rows,
  ).toHaveLength(1);
  const [row] = (await log.search({ patient: '1' })).rows;
  const { record_id: id } = row!;
  expect(await log.byId(id)).toMatchObject({ record_id: id, unfinished: false });
  expect(await log.eventById(id)).toMatchObject({ event: { resourceType: 'AuditEvent', id }, patient: '1' });
  const [denied] = (await log.search({ patient: '3' })).rows;
  expect(await log.eventById(`${denied!.record_id}-2`)).toMatchObject({
    event: { id: `${denied!.record_id}-2` },
    patient: '3',
  });
  expect(await log.eventById(`${denied!.record_id}-3`)).toBeUndefined();
  expect(await log.eventById(denied!.record_id)).toBeUndefined();
  expect(await log.verify()).toMatchObject({ ok: true, records: 2 });
});

test('the row holds the record that the chain proves', async () => {
  const log = await open();
  const record = await log.append(draft({ reason: 'Zoë "quoted" 患者 \u2028 1.10' }));
  await log.caughtUp();
  const row = await log.byId(record.id);
  const text = readFileSync(join(home, 'audit/00000001.jsonl'), 'utf8').split('\n')[1]!;
  const line = readLine(text);
  expect(line).toMatchObject({ kind: 'record', hash: row!.hash, seq: Number(row!.sequence) });
  expect(line?.kind === 'record' && line.record).toBe(canonicalJson(row!.record));
});

test('I4 an intent without an end is marked, one with its end is not', async () => {
  const log = await open();
  const write = { action: 'update', patients: ['1'] };
  const finished = await log.append(draft({ ...write, kind: 'intent', outcome: 'unknown', requestId: 'finished' }));
  await log.append(draft({ ...write, requestId: 'finished', intent: finished.id }));
  await log.append(draft({ ...write, requestId: 'cut' }));
  await log.append(draft({ ...write, kind: 'intent', outcome: 'unknown', requestId: 'cut' }));
  // The client chooses the request id, and may use it again: neither a read nor another write ends what was cut.
  await log.append(draft({ action: 'read', requestId: 'cut' }));
  const other = await log.append(draft({ ...write, kind: 'intent', outcome: 'unknown', requestId: 'cut' }));
  await log.append(draft({ ...write, requestId: 'cut', intent: other.id }));
  await log.close();
  const again = await open();
  await again.caughtUp();
  const { rows } = await again.search({ kind: 'intent' });
  // Within a millisecond the search has no order; the chain has.
  const inOrder = rows.toSorted((one, other) => Number(one.sequence) - Number(other.sequence));
  expect(inOrder.map((row) => [row.record['requestId'], row.unfinished])).toEqual([
    ['finished', false],
    ['cut', true],
    ['cut', false],
  ]);
});

test('many records over many segments and restarts arrive once each, in order', async () => {
  for (let start = 0; start < 3; start += 1) {
    const log = await open();
    for (let group = 0; group < 20; group += 1) await Promise.all(Array.from({ length: 20 }, () => log.append(draft())));
    await log.close();
  }
  await (await open()).caughtUp();
  expect(readdirSync(join(home, 'audit')).filter((name) => name.endsWith('.jsonl')).length).toBeGreaterThan(10);
  const { rows } = await sql<{ sequence: string }>`SELECT sequence FROM audit_record ORDER BY sequence`.execute(storage.db);
  expect(rows.map((row) => Number(row.sequence))).toEqual(Array.from({ length: 1_200 }, (_, index) => index + 1));
});

test('R-171 while the database is away the journal goes on, and everything arrives afterwards', async () => {
  const told: string[] = [];
  const log = await open({ tell: (line) => told.push(line) });
  await log.append(draft());
  await log.caughtUp();
  const admin = (text: string) => asSuperuser(database.host, 'postgres', (client) => client.query(text));
  await admin(`ALTER DATABASE ${database.database} ALLOW_CONNECTIONS false`);
  await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.database}'`);
  await Promise.all(Array.from({ length: 50 }, () => log.append(draft())));
  expect(log.healthy()).toBe(true);
  expect(log.lag()).toBe(50);
  await expect.poll(() => told.length, { timeout: 5_000 }).toBeGreaterThan(0);
  expect(told[0]).toMatch(/wait in the journal/);
  await admin(`ALTER DATABASE ${database.database} ALLOW_CONNECTIONS true`);
  await log.caughtUp(15_000);
  expect(await rowsOf()).toBe(51);
});

test('a crash between the rows and our memory of them repeats nothing, and leaves out nothing', async () => {
  const log = await open();
  await Promise.all(Array.from({ length: 20 }, () => log.append(draft({ patients: ['1', '2'] }))));
  await log.close();
  // As if the position had been lost, but not the rows, of which some have gone.
  await asSuperuser(database.host, database.database, async (client) => {
    await client.query('SET search_path TO fireguard');
    await client.query('DELETE FROM journal_position');
    const some = 'SELECT record_id FROM audit_record WHERE sequence BETWEEN 5 AND 9';
    await client.query(`DELETE FROM audit_patient WHERE record_id IN (${some})`);
    await client.query('DELETE FROM audit_record WHERE sequence BETWEEN 7 AND 12');
  });
  const told: string[] = [];
  const again = await open({ tell: (line) => told.push(line) });
  await again.caughtUp();
  await again.append(draft());
  await again.caughtUp();
  expect(await rowsOf()).toBe(21);
  expect(await again.verify()).toMatchObject({ ok: true, records: 21 });
  expect(told).toEqual([]);
});

test('whatever stands in a record stands in its row: what COPY or JSON would take for something else, and nothing at all', async () => {
  const odd = [
    '\\N',
    '\\.',
    '\\',
    '\t',
    '\n',
    '\r\n',
    '\\t',
    '\\\\"',
    '"',
    "'",
    '',
    '\b\f\v',
    '\u0000',
    '\ud800',
    '\u2028',
    '患者',
    '{1,2}',
    'NULL',
    ' ',
  ];
  const log = await open();
  const appended = await Promise.all(
    odd.flatMap((text) => [
      log.append(draft({ patients: [text, `${text}x`], reason: text, rules: [text] })),
      log.append(draft({ caller: { kind: 'user', user: { id: text, name: text }, roles: [], purposes: [] }, requestId: text })),
    ]),
  );
  await log.caughtUp();
  for (const record of appended) expect((await log.byId(record.id))!.record).toEqual(record);
  const stored = (text: string) => text.replaceAll('\u0000', '\uFFFD').toWellFormed();
  for (const text of odd) {
    const found = {
      patient: await log.search({ patient: stored(text) }),
      person: await log.search({ personId: stored(text) }),
    };
    expect([text, found.patient.rows.length > 0, found.person.rows.length > 0]).toEqual([text, true, true]);
  }
  expect(await log.verify()).toMatchObject({ ok: true, records: odd.length * 2 });
});

test('a journal that lost records which the database has is refused', async () => {
  const log = await open();
  await Promise.all(Array.from({ length: 5 }, () => log.append(draft())));
  await log.caughtUp();
  await log.close();
  const file = join(home, 'audit/00000001.jsonl');
  writeFileSync(file, `${readFileSync(file, 'utf8').split('\n').slice(0, 3).join('\n')}\n`);
  rmSync(join(home, 'audit/head'));
  await expect(open()).rejects.toThrow(/ends at record 2, but the database holds record 5/);
});

test('a torn tail is put on record', async () => {
  const log = await open();
  await log.append(draft());
  await log.close();
  writeFileSync(join(home, 'audit/00000001.jsonl'), '{"seq":2,"prev', { flag: 'a' });
  const again = await open();
  await again.caughtUp();
  const [row] = (await again.search({ kind: 'start' })).rows;
  expect(row!.record).toMatchObject({
    action: 'journal-repaired',
    outcome: 'failure',
    reason: expect.stringMatching(/14 bytes were set aside in 00000001\.jsonl\.torn-\d+/),
  });
  expect(await again.verify()).toMatchObject({ ok: true, records: 2 });
});

test('one journal, one process; one chain per home', async () => {
  const log = await open();
  await expect(open()).rejects.toThrow(/in use by another Fireguard/);
  const other = mkdtempSync(join(tmpdir(), 'fireguard-audit-'));
  const second = await open({ home: other });
  expect(second.chain).not.toBe(log.chain);
  await Promise.all([log.append(draft()), second.append(draft())]);
  await Promise.all([log.caughtUp(), second.caughtUp()]);
  expect(await rowsOf()).toBe(2);
  rmSync(other, { recursive: true, force: true });
});
