/** alert rules on the audit: counted, told once, without a patient's name, and none lost when a node ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alertsSection } from '../../../src/alerts/config.ts';
import { type Watch, type WatchOptions, watch } from '../../../src/alerts/watch.ts';
import type { AuditDraft } from '../../../src/audit-log/audit-log.ts';
import { openAuditLog, type SearchableAuditLog } from '../../../src/audit-log/open-audit-log.ts';
import { type Notifier, openNotifier } from '../../../src/notify/notifier.ts';
import { listAlerts } from '../../../src/storage/alerts.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { webhookSink } from '../notify/sinks.ts';

let home: string;
let storage: Storage;
let log: SearchableAuditLog;
let hook: Awaited<ReturnType<typeof webhookSink>>;
let notifier: Notifier;
let watching: Watch | undefined;
let looked: string[];

beforeEach(async () => {
  looked = [];
  home = mkdtempSync(join(tmpdir(), 'fireguard-alerts-'));
  [storage, hook] = await Promise.all([testStorage(), webhookSink()]);
  log = await openAuditLog({
    home,
    node: 'gateway-1',
    storage,
    site: { observer: 'o', site: 's', base: 'http://127.0.0.1/fhir' },
  });
  notifier = openNotifier({
    db: storage.db,
    targets: [{ kind: 'webhook', name: 'office', topics: ['alert'], url: hook.url, secret: 'a-secret-long-enough' }],
    now: Date.now,
    tell: () => undefined,
    pause: 30,
  });
});
afterEach(async () => {
  await watching?.close();
  watching = undefined;
  await notifier.close();
  await log.close();
  await hook.close();
  await storage.close();
  rmSync(home, { recursive: true, force: true });
});

const people: Record<string, object> = {
  mine: { name: [{ family: 'Lindqvist' }] },
  vip: { name: [{ family: 'Royal' }], meta: { security: [{ code: 'VIP' }] } },
};

function begin(rules: readonly unknown[] | undefined, countEvery = 100): void {
  const upstream: WatchOptions['upstream'] = {
    async look(path) {
      looked.push(path);
      const found = people[path.replace('Patient/', '')];
      const body = new TextEncoder().encode(JSON.stringify({ resourceType: 'Patient', ...found }));
      return { kind: 'upstream', status: found === undefined ? 404 : 200, headers: new Map(), body };
    },
  };
  const facts: WatchOptions['facts'] = {
    answer: async (queries) =>
      queries.map(() => ({ kind: 'relations' as const, relations: new Map([['mine', ['care-team' as const]]]) })),
  };
  watching = watch({
    db: storage.db,
    chain: log.chain,
    rules: alertsSection.parse(rules === undefined ? {} : { rules }).rules,
    enqueue: (transaction, notice) => notifier.enqueue(notice, transaction),
    page: 'https://console.example/console/',
    upstream,
    facts,
    tell: () => undefined,
    pause: 30,
    countEvery,
  });
}

const act = (more: Partial<AuditDraft> = {}): AuditDraft => ({
  kind: 'request',
  outcome: 'permit',
  action: 'read',
  patients: ['mine'],
  resources: [],
  masked: [],
  withheld: 0,
  rules: ['r'],
  caller: {
    kind: 'user',
    user: { id: 'u1', name: 'Eva Lindqvist', fhirUser: 'Practitioner/eva' },
    roles: ['nurse'],
    purposes: [],
  },
  address: '198.51.100.7',
  requestId: crypto.randomUUID(),
  ...more,
});

const alerts = () => listAlerts(storage.db, false, 100);

test('many patients of one person in an hour: told once, by webhook, without naming one of them', async () => {
  begin([{ id: 'many', description: 'Many patients.', when: { kinds: ['request'] }, count: 20, of: 'patients' }]);
  for (let n = 0; n < 19; n += 1) await log.append(act({ patients: [`secret-${n}`] }));
  for (let n = 0; n < 5; n += 1) await log.append(act({ patients: ['secret-1'] }));
  await log.caughtUp();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await alerts()).toEqual([]);
  for (let n = 19; n < 30; n += 1) await log.append(act({ patients: [`secret-${n}`] }));
  await expect.poll(() => hook.received.length, { timeout: 15_000 }).toBe(1);
  expect(hook.received[0]!.body).toContain('Eva Lindqvist');
  expect(hook.received[0]!.body).not.toContain('secret-');
  await log.append(act({ patients: ['another'] }));
  await log.caughtUp();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await alerts()).toHaveLength(1);
});

test('the rules that come with it: failed sign-ins of a person and from an address, refusals, a broken glass', async () => {
  begin(undefined);
  const nobody = { kind: 'anonymous', roles: [], purposes: [] } as const;
  for (let n = 0; n < 20; n += 1) await log.append(act({ kind: 'sign-in', outcome: 'deny', patients: [], caller: nobody }));
  for (let n = 0; n < 10; n += 1) await log.append(act({ kind: 'sign-in', outcome: 'deny', patients: [] }));
  for (let n = 0; n < 30; n += 1) await log.append(act({ outcome: 'deny' }));
  const purposes = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }];
  await log.append(act({ caller: { ...act().caller!, purposes } }));
  await expect
    .poll(async () => (await alerts()).map(({ rule }) => rule).sort(), { timeout: 15_000 })
    .toEqual(['failed-sign-ins-from-an-address', 'failed-sign-ins-of-a-person', 'glass-broken', 'many-denied']);
});

test('unusual: the same surname, a person of public interest, no relation; the person’s own record is not', async () => {
  const when = { kinds: ['request'] };
  begin([
    { id: 'surname', description: 'Same surname.', when, unusual: 'same-surname' },
    { id: 'vip', description: 'VIP.', when, unusual: 'vip' },
    { id: 'stranger', description: 'No relation.', when, unusual: 'no-relation' },
  ]);
  await log.append(
    act({ caller: { ...act().caller!, user: { id: 'u0', name: 'Own', fhirUser: 'Patient/vip' } }, patients: ['vip'] }),
  );
  await log.append(act());
  await log.append(act({ patients: ['vip'], caller: { ...act().caller!, user: { id: 'u2', name: 'Jo Doe' } } }));
  await expect
    .poll(async () => (await alerts()).map(({ rule, doer }) => `${rule} ${doer}`).sort(), { timeout: 15_000 })
    .toEqual(['stranger u2', 'surname u1', 'vip u2']);
});

test('what was recorded while nobody watched is judged at the next start, and nothing twice', async () => {
  begin([{ id: 'each', description: 'Each.', when: { actions: ['delete'] }, withinMinutes: 1 }]);
  await watching!.close();
  await log.append(act({ action: 'delete' }));
  await log.caughtUp();
  begin([{ id: 'each', description: 'Each.', when: { actions: ['delete'] }, withinMinutes: 1 }]);
  await expect.poll(() => hook.received.length, { timeout: 15_000 }).toBe(1);
  await watching!.close();
  begin([{ id: 'each', description: 'Each.', when: { actions: ['delete'] }, withinMinutes: 1 }]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([hook.received.length, (await alerts()).length]).toEqual([1, 1]);
});

test('somebody busy is counted now and then, and what came meanwhile is not forgotten, nor when the server stops before', async () => {
  const rules = [{ id: 'many', description: 'Many patients.', when: { kinds: ['request'] }, count: 20, of: 'patients' }];
  begin(rules, 60_000);
  for (let n = 0; n < 19; n += 1) await log.append(act({ patients: [`busy-${n}`] }));
  await log.caughtUp();
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (let n = 19; n < 30; n += 1) await log.append(act({ patients: [`busy-${n}`] }));
  await log.caughtUp();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await alerts()).toEqual([]);
  await watching!.close();
  begin(rules, 700);
  await expect.poll(alerts, { timeout: 15_000 }).toMatchObject([{ rule: 'many', count: 30 }]);
  await log.append(act({ patients: ['after'], caller: someone }));
  await log.caughtUp();
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (let n = 0; n < 20; n += 1) await log.append(act({ patients: [`after-${n}`], caller: someone }));
  await expect.poll(async () => (await alerts()).length, { timeout: 15_000 }).toBe(2);
});

const someone: NonNullable<AuditDraft['caller']> = {
  kind: 'user',
  user: { id: 'u9', name: 'Another', fhirUser: 'Practitioner/another' },
  roles: ['nurse'],
  purposes: [],
};
