/**
 * `npm run bench -- audit-search [--events N]` (default 10,000,000): searches by patient and time over a trail of so many records in the managed PostgreSQL, as the admin API and
 * the FHIR door ask them, and how long it takes to let a month go. The records are put into the tables by PostgreSQL itself, spread over six months and a hundred thousand patients, a few of
 * whom have thousands.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { auditRows } from '../server/src/admin-api/audit-rows.ts';
import { searchAuditRecords } from '../server/src/storage/audit-records.ts';
import { asSuperuser, runningManaged } from '../server/src/storage/managed.ts';
import { ensurePartitions } from '../server/src/storage/partitions.ts';
import { dropMonth } from '../server/src/storage/retention.ts';
import { openStorage } from '../server/src/storage/storage.ts';

const at = process.argv.indexOf('--events');
const events = at < 0 ? 10_000_000 : Number(process.argv[at + 1]);
const home = mkdtempSync(path.join(tmpdir(), 'fireguard-bench-'));
const start = Date.UTC(2026, 0, 1);
const span = 181 * 86_400_000;
const patients = 100_000;

try {
  const storage = await openStorage({ mode: 'managed', home, node: 'bench' });
  for (const month of [0, 3]) await storage.asOwner((owner) => ensurePartitions(owner, new Date(Date.UTC(2026, month, 1))));
  const began = performance.now();
  const chunk = 50_000;
  // A connection of its own: the server's give up after ten seconds.
  await asSuperuser(String(runningManaged(home)!('owner').host), 'fireguard', async (owner) => {
    await owner.query('SET search_path TO fireguard');
    await owner.query('SET synchronous_commit = off');
    for (let from = 0; from < events; from += chunk) await fill(owner, from, Math.min(from + chunk, events));
    await owner.query('ANALYZE audit_record');
    await owner.query('ANALYZE audit_patient');
  });
  console.log(`${events} records in ${((performance.now() - began) / 1_000).toFixed(0)} s`);

  const ways = {
    'a patient, a week': (n: number) => search(`p-${(n * 7919) % patients}`, 7),
    'a patient, six months': (n: number) => search(`p-${(n * 7919) % patients}`, 181),
    'a patient with much, six months': (n: number) => search(`p-${n % 10}`, 181),
    'a patient, a month, as an officer sees it': (n: number) =>
      auditRows(storage.db, {
        ...{
          patient: `p-${(n * 104_729) % patients}`,
          agent: undefined,
          outcome: undefined,
          purpose: undefined,
          kind: undefined,
          request: undefined,
        },
        ...{ since: new Date(start + 60 * 86_400_000), until: new Date(start + 90 * 86_400_000), limit: 50, after: undefined },
      }),
  };
  async function search(patient: string, days: number): Promise<unknown> {
    const from = start + ((span - days * 86_400_000) * 37) / 100;
    return searchAuditRecords(storage.db, { patient, from: new Date(from), to: new Date(from + days * 86_400_000), count: 50 });
  }
  for (const [name, ask] of Object.entries(ways)) {
    const took: number[] = [];
    for (let n = 0; n < 220; n += 1) {
      const before = performance.now();
      await ask(n);
      if (n >= 20) took.push(performance.now() - before);
    }
    took.sort((a, b) => a - b);
    console.log(
      `${name.padEnd(44)} p50 ${took[100]!.toFixed(1)} ms   p95 ${took[190]!.toFixed(1)} ms   max ${took.at(-1)!.toFixed(1)} ms`,
    );
  }
  const before = performance.now();
  await storage.asOwner((tables) => dropMonth(tables, '2026-01'));
  console.log(`${'letting a month go'.padEnd(44)} ${((performance.now() - before) / 1_000).toFixed(2)} s`);
  await storage.close();
} finally {
  rmSync(home, { recursive: true, force: true });
}

type Client = Parameters<Parameters<typeof asSuperuser>[2]>[0];

/** One in twenty records is about one of ten patients who have much. */
async function fill(owner: Client, from: number, to: number): Promise<void> {
  await owner.query(`WITH made AS (
      SELECT n, md5('r' || n)::uuid::text AS id, to_timestamp(${start / 1_000}::float8 + (n::float8 / ${events}) * ${span / 1_000}) AS recorded,
        'p-' || CASE WHEN n % 20 = 0 THEN (n / 20) % 10 ELSE (n * 7919::bigint) % ${patients} END AS patient, 'u-' || n % 500 AS person
      FROM generate_series(${from}::bigint, ${to - 1}::bigint) AS n),
    touched AS (INSERT INTO audit_patient (patient, recorded, record_id, place) SELECT patient, recorded, id, 0 FROM made)
    INSERT INTO audit_record (record_id, node, sequence, hash, recorded, kind, outcome, action, resource_type, person_id, client_id, record)
    SELECT id, 'bench/1', n + 1, md5('h' || n) || md5('i' || n), recorded, 'request', CASE WHEN n % 30 = 0 THEN 'deny' ELSE 'permit' END, 'read', 'Observation',
      person, 'app', jsonb_build_object('id', id, 'kind', 'request', 'action', 'read', 'type', 'Observation', 'outcome', 'permit', 'status', 200, 'recorded',
        floor(extract(epoch FROM recorded) * 1000), 'patients', jsonb_build_array(patient), 'resources', jsonb_build_array('Observation/o-' || n), 'masked', '[]'::jsonb,
        'withheld', 0, 'rules', '["clinicians-read-their-patients"]'::jsonb, 'requestId', md5('q' || n), 'address', '198.51.100.7', 'caller',
        jsonb_build_object('kind', 'user', 'user', jsonb_build_object('id', person, 'name', 'Dr Bench', 'fhirUser', 'Practitioner/x'), 'roles', '["physician"]'::jsonb,
          'purposes', '[]'::jsonb, 'client', jsonb_build_object('id', 'app', 'name', 'App'))) FROM made`);
}
