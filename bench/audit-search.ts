/**
 * `npm run bench -- audit-search [--events N]` (default 10,000,000): searches by patient and time over a trail of so many records in the managed PostgreSQL, as the admin API and
 * the FHIR door ask them, and how long it takes to let a month go.
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
import { fillTrail, trail } from './audit-trail.ts';

const at = process.argv.indexOf('--events');
const events = at < 0 ? 10_000_000 : Number(process.argv[at + 1]);
const home = mkdtempSync(path.join(tmpdir(), 'fireguard-bench-'));
const { start, span, patients } = trail;

try {
  const storage = await openStorage({ mode: 'managed', home, node: 'bench' });
  for (const month of [0, 3]) await storage.asOwner((owner) => ensurePartitions(owner, new Date(Date.UTC(2026, month, 1))));
  const began = performance.now();
  await asSuperuser(String(runningManaged(home)!('owner').host), 'fireguard', (owner) => fillTrail(owner, events));
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
