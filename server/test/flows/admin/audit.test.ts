import { Problem } from '@fireguard/engine';
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAdminApi } from '../../../src/admin-api/admin-api.ts';
import { passwordRules } from '../../../src/authorization-server/password-rules.ts';
import { createPasswords } from '../../../src/authorization-server/passwords.ts';
import { createTokenRevocation } from '../../../src/token/revoke.ts';
import { type House, type HouseClient, house } from './house.ts';

let it: House;
beforeAll(async () => {
  it = await house();
  const redirectUris = ['https://app.example/back'];
  const app: HouseClient = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.rs' };
  await it.call('POST', '/admin/clients', {
    id: 'ward-app',
    name: 'Ward app',
    kind: 'public',
    redirectUris,
    scope: 'user/*.rs',
  });
  await it.call('POST', '/admin/people', {
    username: 'doc',
    name: 'Dr Adebayo',
    roles: ['physician'],
    fhirUser: 'Practitioner/doc',
    password: 'a long password',
  });
  const token = await it.token('doc', 'a long password', app, 'user/*.rs');
  for (const target of ['/Patient/mine', '/Patient/other', '/Observation/mine-1', '/Observation?patient=mine'])
    await it.fhirStatus(target, token);
}, 120_000);
afterAll(() => it?.close());

const search = async (query: string) =>
  (await it.local('GET', `/admin/audit?${query}`)).body as { records: Row[]; next: string | null; lag: number };
interface Row {
  readonly id: string;
  readonly event: string;
  readonly action: string;
  readonly outcome: string;
  readonly kind: string;
  readonly patients: string[];
  readonly reason?: string;
  readonly asked?: string;
  readonly person?: { name: string };
  readonly recorded: string;
}

test('what was just done is in the list, newest first, the look itself on top', async () => {
  const { records, lag } = await search('limit=100');
  expect(lag).toBe(0);
  expect(records[0]).toMatchObject({ kind: 'audit-read', action: 'audit-search', person: { name: 'Local administrator' } });
  expect(records.map(({ recorded }) => recorded)).toEqual(
    records
      .map(({ recorded }) => recorded)
      .toSorted()
      .reverse(),
  );
  const asked = records.map((record) => record.asked ?? '');
  for (const target of ['/Patient/mine', '/Patient/other', '/Observation/mine-1', '/Observation?patient=mine']) {
    expect(asked.filter((line) => line.endsWith(target))).toHaveLength(1);
  }
});

test('filters: patient, person or app, outcome, kind, time', async () => {
  const mine = (await search('patient=mine')).records.filter(({ kind }) => kind === 'request');
  expect(mine.length).toBe(3);
  expect((await search('patient=Patient/mine&limit=100')).records.length).toBeGreaterThanOrEqual(mine.length);
  const denied = (await search('outcome=deny&kind=request')).records;
  expect(denied.map(({ asked }) => asked)).toEqual([expect.stringContaining('/Patient/other')]);
  const byPart = (await search('agent=adeb&kind=request')).records;
  expect(byPart.length).toBe(4);
  expect((await search('agent=Ward%20app&kind=request')).records.length).toBe(4);
  // What is typed is text, never a pattern.
  expect((await search('agent=%25')).records).toEqual([]);
  expect((await search('agent=_')).records).toEqual([]);
  expect((await search('purpose=TREAT')).records).toEqual([]);
  const future = new Date(Date.now() + 3_600_000).toISOString();
  expect((await search(`since=${future}`)).records).toEqual([]);
  expect((await search(`until=${future}&kind=request`)).records.length).toBe(4);
});

test('I4 an intent is shown until its own end is on record; the request id, which a client can choose, ends nothing', async () => {
  const { audit } = it.running;
  const nothing = { patients: [], resources: [], masked: [], withheld: 0, rules: [] };
  const write = { ...nothing, action: 'update', type: 'Patient', requestId: 'chosen' };
  const cut = await audit.append({ ...write, kind: 'intent', outcome: 'unknown' });
  const ended = await audit.append({ ...write, kind: 'intent', outcome: 'unknown' });
  const end = await audit.append({ ...write, kind: 'request', outcome: 'permit', intent: ended.id });
  await audit.append({ ...write, kind: 'request', outcome: 'permit', action: 'read' });
  const ids = (await search('limit=100')).records.map(({ id }) => id);
  expect(ids).toContain(cut.id);
  expect(ids).toContain(end.id);
  expect(ids).not.toContain(ended.id);
});

test('pages hold every record once', async () => {
  const until = new Date().toISOString();
  const all = (await search(`until=${until}&limit=1000`)).records.map(({ id }) => id);
  const paged: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page = await search(`until=${until}&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
    paged.push(...page.records.map(({ id }) => id));
    cursor = page.next;
  }
  expect(paged).toEqual(all);
  expect(new Set(paged).size).toBe(paged.length);
});

test('one record is a FHIR AuditEvent, and looking at it is recorded with its patient', async () => {
  const row = (await search('patient=mine&kind=request')).records[0]!;
  const { status, body } = await it.local('GET', `/admin/audit/${row.event}`);
  expect([status, body.resourceType, body.id]).toEqual([200, 'AuditEvent', row.event]);
  expect((await search('kind=audit-read&patient=mine')).records.some(({ action }) => action === 'audit-event-read')).toBe(true);
  expect((await it.local('GET', '/admin/audit/nothing-like-it')).status).toBe(404);
});

test('one request is found by its X-Request-Id, which is what `fireguard policy explain --request` asks for', async () => {
  const [first] = (await search('kind=request&limit=1')).records as unknown as { readonly requestId: string }[];
  const found = (await search(`request=${first!.requestId}`)).records as unknown as { readonly requestId: string }[];
  expect(found.length).toBeGreaterThan(0);
  expect(new Set(found.map(({ requestId }) => requestId))).toEqual(new Set([first!.requestId]));
  expect((await search('request=nobody-asked-this')).records).toEqual([]);
});

test('the journal is verified on request', async () => {
  const { body } = await it.local('POST', '/admin/audit/verify');
  expect(body).toMatchObject({ ok: true });
  expect(Date.parse(body.checkedAt)).toBeGreaterThan(Date.now() - 60_000);
  expect(body.records).toBeGreaterThan(5);
  expect((await search('kind=audit-read')).records.some(({ action }) => action === 'audit-verified')).toBe(true);
});

test('R-171 when nothing can be recorded, nothing is shown and nothing is done', async () => {
  const { storage, audit } = it.running;
  const broken = {
    ...audit,
    append: () => Promise.reject(new Problem('audit-unavailable', 'The service is not available at the moment.')),
  };
  const app = fastify();
  const api = createAdminApi({
    db: storage.db,
    cluster: storage.cluster,
    keys: storage.keys,
    auditLog: broken,
    retention: undefined,
    tokens: { resolve: async () => undefined },
    revocation: createTokenRevocation(storage),
    accounts: {
      signOutEverywhere: async () => undefined,
      endSession: async () => false,
      unlock: async () => undefined,
    },
    passwords: createPasswords(),
    rules: passwordRules(undefined),
    issuer: it.issuer,
    fhirBase: it.fhir,
    audiences: [it.fhir],
    adminToken: undefined,
    policies: { documents: [], valueSets: new Map() },
    furtherPolicies: new Map(),
    clock: () => ({ state: 'unwatched', offset: undefined }),
    startedAt: 0,
    log: () => undefined,
  });
  await api.mount(app, 'socket');
  const refused = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const answer = await app.inject({ method, url, ...(payload === undefined ? {} : { payload }) });
    expect([answer.statusCode, answer.json().error]).toEqual([503, 'audit-unavailable']);
    expect(answer.body).not.toContain('Adebayo');
  };
  await refused('GET', '/admin/audit');
  await refused('POST', '/admin/people', { username: 'unseen', name: 'Unseen' });
  await refused('POST', '/admin/audit/verify');
  expect((await it.local('GET', '/admin/people')).text).not.toContain('unseen');
  await app.close();
});
