/**
 * a database with a trail that an older Fireguard wrote is brought up to date at start, and what was proven before is proven after: the records verify against journal and
 * checkpoints, are searched and become AuditEvents, and the chain goes on. From each earlier form of the tables.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AuditRecord, auditEvents } from '@fireguard/engine';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, expect, test } from 'vitest';
import { type RecordLine, readLine } from '../../../src/audit-log/chain.ts';
import { writeCheckpoint } from '../../../src/audit-log/checkpoint.ts';
import { openJournal } from '../../../src/audit-log/journal.ts';
import { diskFolder } from '../../../src/audit-log/journal-folder.ts';
import { openAuditLog } from '../../../src/audit-log/open-audit-log.ts';
import { recordRow } from '../../../src/audit-log/record-row.ts';
import { readLines } from '../../../src/audit-log/segment.ts';
import { verifyInThread } from '../../../src/audit-log/verify-thread.ts';
import { schema } from '../../../src/storage/connection.ts';
import { asSuperuser, socketConnect } from '../../../src/storage/managed.ts';
import { migrate, migrations } from '../../../src/storage/migrations.ts';
import { ensurePartitions } from '../../../src/storage/partitions.ts';
import { openPool } from '../../../src/storage/pool.ts';
import { ensureRoles } from '../../../src/storage/roles.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';

const site = { observer: 'gateway-1', site: 'hospital', base: 'https://fhir.example/fhir' };
const names = Object.keys(migrations).sort();
const { privateKey } = generateKeyPairSync('ed25519');
const publicKey = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Draft = Omit<AuditRecord, 'recorded'>;
const act = (number: number, more: Partial<Draft> = {}): Draft => ({
  ...{
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
    kind: 'request',
    outcome: 'permit',
    action: 'search',
  },
  ...{
    type: 'Observation',
    patients: ['p1', 'p2'],
    resources: [],
    masked: [],
    withheld: 0,
    rules: ['r'],
    requestId: `r-${number}`,
  },
  caller: {
    kind: 'user',
    client: { id: 'app', name: 'App' },
    user: { id: 'u1', name: 'Dr Adebayo', fhirUser: 'Practitioner/doc' },
    roles: ['physician'],
    purposes: [],
  },
  ...more,
});
const drafts: readonly Draft[] = [
  act(1),
  act(2, { action: 'read', patients: ['p1'], resources: ['Observation/o1'] }),
  act(3, { outcome: 'deny', status: 403, action: 'read', patients: [], resources: ['Observation/o2'] }),
  act(4, { kind: 'intent', outcome: 'unknown', action: 'create', patients: ['p2'] }),
  act(5, { action: 'create', patients: ['p2'], intent: act(4).id }),
  act(6, { kind: 'intent', outcome: 'unknown', action: 'create', patients: ['p2'] }),
  act(7, { kind: 'sign-in', action: 'sign-in', patients: [] }),
];

/** A journal of two months, on disk. */
async function olderJournal(home: string): Promise<{ chain: string; lines: readonly RecordLine[]; end: number }> {
  const folder = path.join(home, 'audit');
  mkdirSync(folder, { recursive: true });
  let now = Date.UTC(2026, 9, 30);
  const journal = await openJournal({ folder: diskFolder(folder), node: 'gateway-1', now: () => now, tell: () => undefined });
  for (const draft of drafts) {
    await journal.append(draft);
    now += 12 * 3_600_000;
  }
  const { seq, hash, length: end } = journal.durable();
  const checkpoint = { chain: journal.chain, seq, hash, copied: seq, at: new Date(now).toISOString() };
  appendFileSync(path.join(folder, 'checkpoints.jsonl'), `${writeCheckpoint(checkpoint, privateKey)}\n`);
  await journal.close();
  const lines: RecordLine[] = [];
  for await (const some of readLines(diskFolder(folder), '00000001.jsonl'))
    for (const { text } of some) {
      const line = readLine(text!);
      if (line?.kind === 'record') lines.push(line);
    }
  return { chain: journal.chain, lines, end };
}

/** The tables as they were after `steps` migrations. */
async function olderDatabase(steps: readonly string[]): Promise<TestDatabase> {
  const database = await testDatabase();
  closing.push(() => database.drop());
  await asSuperuser(database.host, database.database, async (client) => {
    await client.query(`DROP SCHEMA ${schema} CASCADE`);
    await ensureRoles(client, true);
  });
  const older = Object.fromEntries(steps.map((name) => [name, migrations[name]!]));
  await owning(database, async (db) => {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => older }, migrationTableSchema: schema });
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
  });
  return database;
}

async function owning(database: TestDatabase, work: (db: ReturnType<typeof openPool>) => Promise<void>): Promise<void> {
  const db = openPool(socketConnect(() => database.host, database.database)('owner'), 1);
  try {
    await work(db);
  } finally {
    await db.destroy();
  }
}

/** One row per event, with the event: the first form of the tables. One month has its partition, the other lies in the default. */
async function asEvents(db: ReturnType<typeof openPool>, chain: string, lines: readonly RecordLine[]): Promise<void> {
  await sql
    .raw(
      `CREATE TABLE audit_event_2026_10 PARTITION OF audit_event FOR VALUES FROM ('2026-10-01T00:00:00Z') TO ('2026-11-01T00:00:00Z')`,
    )
    .execute(db);
  for (const line of lines) {
    const { patients: _later, ...row } = recordRow(line, chain);
    const record = JSON.parse(line.record) as AuditRecord;
    for (const [index, event] of auditEvents(record, site).entries()) {
      const { id } = event as { readonly id: string };
      const values = [id, row.record_id, row.node, row.sequence, row.hash, row.recorded, row.kind, row.outcome, row.action];
      const rest = [
        row.resource_type,
        record.patients[index] ?? null,
        row.person_id,
        row.client_id,
        row.record,
        JSON.stringify(event),
      ];
      await sql`INSERT INTO audit_event VALUES (${sql.join([...values, ...rest])})`.execute(db);
    }
  }
}

/** One row per record: the form of the tables since then. */
async function asRecords(db: ReturnType<typeof openPool>, chain: string, lines: readonly RecordLine[]): Promise<void> {
  for (const line of lines) {
    const { patients, ...row } = recordRow(line, chain);
    await sql`INSERT INTO audit_record (${sql.join(Object.keys(row).map((name) => sql.id(name)))}) VALUES (${sql.join(Object.values(row))})`.execute(
      db,
    );
    for (const { patient, place } of patients)
      await sql`INSERT INTO audit_patient VALUES (${patient}, ${row.recorded}, ${row.record_id}, ${place})`.execute(db);
  }
}

const rowPerRecord = names.indexOf('2026-11-z-audit-records');
test.each([
  ['one row per event', names.slice(0, rowPerRecord), asEvents],
  ['one row per record, before everything else', names.slice(0, rowPerRecord + 1), asRecords],
  ['all but the last step', names.slice(0, -1), asRecords],
] as const)(
  'R-162 from %s',
  async (_name, steps, fill) => {
    const home = mkdtempSync(path.join(tmpdir(), 'fireguard-upgrade-'));
    closing.push(async () => rmSync(home, { recursive: true, force: true }));
    const { chain, lines, end } = await olderJournal(home);
    const database = await olderDatabase(steps);
    await owning(database, async (db) => {
      await fill(db, chain, lines);
      const last = lines.at(-1)!;
      await sql`INSERT INTO journal_position (node, segment, line_end, sequence, hash) VALUES (${chain}, '00000001.jsonl', ${end}, ${last.seq}, '')`.execute(
        db,
      );
      await migrate(db);
      await ensurePartitions(db, new Date());
    });

    const storage = await database.open('gateway-1');
    const log = await openAuditLog({ home, node: 'gateway-1', storage, site });
    closing.push(() => log.close());
    const verified = () =>
      verifyInThread({
        path: path.join(home, 'audit'),
        publicKey,
        checkpoints: path.join(home, 'audit', 'checkpoints.jsonl'),
        database: storage.connection(),
      });
    expect(await verified()).toMatchObject({ ok: true });

    const found = async (patient: string) => (await log.search({ patient, descending: false })).rows;
    const ids = async (patient: string) => (await found(patient)).map((row) => row.record['requestId']);
    expect(await ids('p1')).toEqual(['r-1', 'r-2']);
    expect(await ids('p2')).toEqual(['r-1', 'r-4', 'r-5', 'r-6']);
    expect((await log.search({ outcome: 'deny' })).rows.map((row) => row.record['requestId'])).toEqual(['r-3']);
    expect((await found('p2')).map(({ unfinished }) => unfinished)).toEqual([false, false, false, true]);
    for (const line of lines) {
      const record = JSON.parse(line.record) as AuditRecord;
      const row = (await log.byId(record.id))!;
      expect(row.record).toEqual(record);
      expect(log.eventsOf(row)).toEqual(auditEvents(record, site));
    }

    await log.append({ ...act(8, { patients: ['p1'] }), action: 'read' });
    await log.caughtUp();
    expect(log.chain).toBe(chain);
    expect(await ids('p1')).toEqual(['r-1', 'r-2', 'r-8']);
    expect(await verified()).toMatchObject({ ok: true });
  },
  60_000,
);
