/** signed checkpoints, and journal, checkpoints and database against each other, as the command line and the server do it. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCheckpoint } from '../../../src/audit-log/checkpoint.ts';
import { loadCheckpointKey } from '../../../src/audit-log/checkpoint-key.ts';
import { openAuditLog, type SearchableAuditLog } from '../../../src/audit-log/open-audit-log.ts';
import { asSuperuser } from '../../../src/storage/managed.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { type TestDatabase, testDatabase } from '../../../src/storage/testing.ts';

let home: string;
let elsewhere: string;
let database: TestDatabase;
let storage: Storage;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'fireguard-checkpoints-'));
  elsewhere = join(mkdtempSync(join(tmpdir(), 'fireguard-elsewhere-')), 'checkpoints');
  database = await testDatabase();
  storage = await database.open('gateway-1');
});
afterEach(async () => {
  await database.drop();
  for (const folder of [home, resolve(elsewhere, '..')]) rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<SearchableAuditLog> {
  const site = { observer: 'gateway-1', site: 'hospital', base: 'http://127.0.0.1:8081/fhir' };
  const checkpoints = { key: await loadCheckpointKey(home), every: 50, file: elsewhere };
  return openAuditLog({ home, node: 'gateway-1', storage, site, checkpoints });
}

async function write(log: SearchableAuditLog, count: number): Promise<void> {
  const act = {
    kind: 'request',
    outcome: 'permit',
    action: 'read',
    resources: [],
    masked: [],
    withheld: 0,
    rules: [],
  } as const;
  for (let one = 0; one < count; one += 1)
    await log.append({ ...act, patients: [`p${one % 3}`], requestId: crypto.randomUUID() });
  await log.caughtUp();
}

async function command(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const main = resolve(import.meta.dirname, '../../../src/cli/main.ts');
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--conditions=fireguard-source',
      main,
      'audit',
      'verify',
      '--home',
      home,
      ...args,
    ]);
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, text: stdout + stderr };
  }
}

const url = () => `postgresql://fireguard_superuser@localhost/${database.database}?host=${database.host}`;

test('R-162 while records are written their end is signed, beside the journal and elsewhere; the key is private', async () => {
  const log = await open();
  await write(log, 5);
  await expect.poll(() => existsSync(elsewhere)).toBe(true);
  await write(log, 5);
  await log.close();
  const lines = readFileSync(elsewhere, 'utf8').trim().split('\n');
  const key = await loadCheckpointKey(home);
  expect(readCheckpoint(lines.at(-1)!, key)).toMatchObject({ chain: log.chain, seq: 10, copied: 10 });
  expect(readFileSync(join(home, 'audit/checkpoints.jsonl'), 'utf8')).toBe(readFileSync(elsewhere, 'utf8'));
  expect(readCheckpoint(lines[0]!, generateKeyPairSync('ed25519').privateKey)).toBeUndefined();
  expect(readCheckpoint(lines[0]!.replace(/"seq":\d+/, '"seq":3'), key)).toBeUndefined();
  writeFileSync(join(home, 'audit-key.pem'), 'nonsense');
  await expect(loadCheckpointKey(home)).rejects.toThrow(/not an Ed25519 private key/);
});

test('R-162 the command proves all three against each other, and the server itself does', async () => {
  const log = await open();
  await write(log, 12);
  expect(await log.verify()).toMatchObject({ ok: true, records: 12, rows: 12 });
  await log.close();
  const whole = await command('--checkpoints', elsewhere, '--database', url());
  expect(whole, whole.text).toMatchObject({ code: 0 });
  expect(whole.text).toMatch(
    /Unbroken: 12 records[\s\S]*Proven by \d+ checkpoints? up to record 12[\s\S]*database holds 12 records/,
  );
  await asSuperuser(database.host, database.database, (client) =>
    client.query(`UPDATE fireguard.audit_record SET record = jsonb_set(record, '{outcome}', '"deny"') WHERE sequence = 7`),
  );
  expect(await command('--database', url())).toMatchObject({
    code: 1,
    text: expect.stringMatching(/BROKEN at database, record 7/),
  });
  writeFileSync(elsewhere, readFileSync(elsewhere, 'utf8').replace('"seq":12', '"seq":11'));
  expect(await command('--checkpoints', elsewhere)).toMatchObject({
    code: 1,
    text: expect.stringMatching(/not signed with this key/),
  });
}, 30_000);
