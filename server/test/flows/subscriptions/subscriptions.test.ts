// biome-ignore-all lint/suspicious/noExplicitAny: answers are looked into by tests.
/** services are told of audit events that they may read, and of no others; signed, at least once, until they may not any more. */
import { createHmac } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type House, type HouseClient, house } from '../admin/house.ts';
import { type Received, webhookSink } from '../notify/sinks.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

const CONTENT = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-payload-content';
const redirectUris = ['https://app.example/back'];
const app: HouseClient = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.rs' };
const file = path.join(tmpdir(), `fireguard-subscriptions-${process.pid}.json`);
let it: House;
let doctor: string;
const closing: (() => Promise<unknown>)[] = [];

/** `audit-reader` reads all; `look-reader` everything but the address. */
const policies = {
  policySet: 'subscription-tests',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'doctors-read',
      description: 'Doctors read.',
      effect: 'permit',
      caller: { kinds: ['user'], roles: ['physician'] },
      interactions: ['read', 'search'],
      resources: { categories: ['patient', 'individual', 'business', 'not-classified'] },
    },
    {
      id: 'readers-read-the-trail',
      description: 'Audit readers read the trail.',
      effect: 'permit',
      caller: { kinds: ['system'], roles: ['audit-reader', 'look-reader'] },
      interactions: ['read', 'search'],
      resources: { types: ['AuditEvent'] },
      clears: { confidentiality: 'V', sensitivities: '*', other: '*' },
    },
    {
      id: 'no-address-for-look-readers',
      description: 'Look readers see no address.',
      effect: 'deny',
      caller: { roles: ['look-reader'] },
      interactions: ['read', 'search'],
      resources: { types: ['AuditEvent'] },
      elements: ['AuditEvent.agent.network'],
    },
  ],
};

beforeAll(async () => {
  writeFileSync(file, JSON.stringify(policies));
  it = await house(undefined, { policies: { files: [file] } });
  await it.call('POST', '/admin/clients', { id: 'ward-app', name: 'Ward app', kind: 'public', redirectUris, scope: app.scope });
  const person = { username: 'doc', name: 'Dr Adebayo', roles: ['physician'], fhirUser: 'Practitioner/doc' };
  await it.call('POST', '/admin/people', { ...person, password: 'a long password' });
  doctor = await it.token('doc', 'a long password', app, 'user/*.rs');
}, 120_000);
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await it?.close();
  rmSync(file, { force: true });
});

const service = (role = 'audit-reader'): Promise<Backend> => registerBackend(it.issuer, it.running.adminToken!, [role]);

async function sink() {
  const made = await webhookSink();
  closing.push(() => made.close());
  return made;
}

async function at(token: string, target = '', method = 'GET', body?: unknown) {
  const answer = await fetch(`${it.fhir}/_audit/Subscription${target}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as any, headers: answer.headers };
}

const wanted = (endpoint: string, criteria: string, content?: string) => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'The safety office watches',
  criteria,
  channel: {
    type: 'rest-hook',
    endpoint,
    payload: 'application/fhir+json',
    ...(content === undefined ? {} : { _payload: { extension: [{ url: CONTENT, valueCode: content }] } }),
  },
});

const subscribe = async (token: string, endpoint: string, criteria: string, content?: string) => {
  const made = await at(token, '', 'POST', wanted(endpoint, criteria, content));
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  await expect.poll(async () => (await at(token, `/${made.body.id}`)).body.status, { timeout: 15_000 }).toBe('active');
  return made.body;
};

const look = (id: string, target = '/Patient/mine') =>
  fetch(it.fhir + target, { headers: { authorization: `Bearer ${doctor}`, 'x-request-id': id } }).then(({ status }) => status);

/** The events of what arrived, handshakes left out. */
const told = (received: readonly Received[]) =>
  received
    .map(({ body }) => JSON.parse(body))
    .filter(({ entry }) => entry[0].resource.parameter.some((one: any) => one.valueCode === 'event-notification'))
    .flatMap(({ entry }) => entry.slice(1)) as any[];

/** Request ids of what was told, looked up by whoever may. */
async function requests(received: readonly Received[]): Promise<readonly string[]> {
  await it.running.audit.caughtUp();
  const found = await Promise.all(
    told(received).map(async ({ fullUrl }) =>
      it.running.audit.byId(
        fullUrl
          .split('/')
          .at(-1)
          .replace(/[.-]\d+$/, ''),
      ),
    ),
  );
  return found.map((row) => String(row?.record['requestId']));
}

test('R-158 R-159 a service is told of the events that it asked for, by id, signed, and the telling is recorded', async () => {
  const [{ url, received }, reader] = [await sink(), await service()];
  const token = await reader.token('system/AuditEvent.rs');
  await look('before-it-was-made');
  await it.running.audit.caughtUp();
  const made = await subscribe(token, url, 'AuditEvent?action=R&agent=Practitioner/doc');
  const secret = made.channel.extension[0].valueString as string;
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect((await at(token, `/${made.id}`)).body.channel.extension).toBeUndefined();
  await look('wanted-1');
  await look('not-wanted', '/Observation?patient=mine');
  await look('wanted-2');
  await expect.poll(() => requests(received), { timeout: 20_000 }).toEqual(['wanted-1', 'wanted-2']);
  expect(told(received).every((entry) => entry.resource === undefined)).toBe(true);
  for (const { headers, body } of received) {
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['fireguard-signature']))!;
    expect(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')).toBe(signature);
    expect(body).not.toMatch(/Lindqvist|Adebayo/);
  }
  const records = (await it.records()).filter((one) => one.action === 'subscription-notification');
  expect(records[0]).toMatchObject({ kind: 'audit-read', outcome: 'permit', caller: { client: { id: reader.id } } });
}, 60_000);

test('R-159 whoever may not read the trail gets no subscription, and what cannot be kept is refused with a word', async () => {
  const { url } = await sink();
  const token = await (await service()).token('system/AuditEvent.rs');
  const other = await (await service('backend-service')).token('system/*.rs');
  const narrow = await (await service()).token('system/Patient.rs');
  expect((await at(other, '', 'POST', wanted(url, 'AuditEvent?outcome=8'))).status).toBe(403);
  expect((await at(narrow, '', 'POST', wanted(url, 'AuditEvent?outcome=8'))).status).toBe(403);
  expect((await at(doctor, '', 'POST', wanted(url, 'AuditEvent?outcome=8'))).status).toBe(403);
  expect((await at('nobody', '', 'POST', wanted(url, 'AuditEvent?outcome=8'))).status).toBe(401);
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [wanted(url, 'Patient?name=x'), /search of AuditEvents/],
    [wanted(url, 'AuditEvent?_sort=date'), /_sort/],
    [wanted(url, 'AuditEvent?%5Finclude=AuditEvent:agent'), /_include/],
    [wanted(url, 'AuditEvent?site:missing=true'), /site:missing/],
    [wanted(url, 'AuditEvent?agent.name=x'), /no chains/],
    [wanted(url, 'AuditEvent?nonsense=x'), /not known/],
    [wanted('ftp://example.org/', 'AuditEvent'), /https URL/],
    [wanted('https://me:secret@example.org/', 'AuditEvent'), /without credentials/],
    [{ ...wanted(url, 'AuditEvent'), end: '2020-01-01T00:00:00Z' }, /has passed/],
    [{ ...wanted(url, 'AuditEvent'), status: 'active' }, /status/],
    [{ ...wanted(url, 'AuditEvent'), channel: { type: 'email', endpoint: 'mailto:x@example.org' } }, /channel/],
    [{ ...wanted(url, 'AuditEvent'), channel: { ...wanted(url, '').channel, header: ['Authorization: x'] } }, /header/],
  ];
  for (const [body, word] of refused) {
    const answer = await at(token, '', 'POST', body);
    expect([400, 422], JSON.stringify(body)).toContain(answer.status);
    expect(answer.body.issue[0].diagnostics ?? answer.body.issue[0].details?.text).toMatch(word);
  }
  expect((await at(token)).body.total).toBe(0);
}, 60_000);

test('R-159 what policy masks is masked in what is told, and cannot be found out by the criteria', async () => {
  const [plain, masked] = [await sink(), await sink()];
  const reader = await (await service()).token('system/AuditEvent.rs');
  const looker = await (await service('look-reader')).token('system/AuditEvent.rs');
  await subscribe(reader, plain.url, 'AuditEvent?address=127.0.0.1&action=R', 'full-resource');
  await subscribe(looker, masked.url, 'AuditEvent?action=R', 'full-resource');
  const guessing = await sink();
  const guess = await at(looker, '', 'POST', wanted(guessing.url, 'AuditEvent?address=127.0.0.1&action=R'));
  await look('masked-1');
  await expect.poll(() => requests(plain.received), { timeout: 20_000 }).toContain('masked-1');
  await expect.poll(() => requests(masked.received), { timeout: 20_000 }).toContain('masked-1');
  expect(JSON.stringify(told(plain.received).map(({ resource }) => resource))).toContain('127.0.0.1');
  expect(JSON.stringify(told(masked.received).map(({ resource }) => resource))).not.toContain('127.0.0.1');
  expect(told(masked.received)[0].resource).toMatchObject({ resourceType: 'AuditEvent', action: 'R' });
  if (guess.status === 201) expect(told(guessing.received)).toEqual([]);
}, 60_000);

test('R-159 each is there for its own client, and ends when it is deleted', async () => {
  const { url, received } = await sink();
  const [mine, other] = [
    await (await service()).token('system/AuditEvent.rs'),
    await (await service()).token('system/AuditEvent.rs'),
  ];
  const { id } = await subscribe(mine, url, 'AuditEvent?action=R', 'empty');
  expect((await at(other, `/${id}`)).status).toBe(404);
  expect((await at(other, `/${id}`, 'DELETE')).status).toBe(404);
  expect((await at(mine, `/${id}`, 'PUT', {})).status).toBe(405);
  expect((await at(mine)).body).toMatchObject({ total: 1, entry: [{ resource: { id, status: 'active' } }] });
  await look('empty-1');
  await expect.poll(() => received.some(({ body }) => body.includes('event-notification')), { timeout: 20_000 }).toBe(true);
  expect(received.some(({ body }) => body.includes('/AuditEvent/'))).toBe(false);
  const ended = await subscribe(mine, url, 'AuditEvent?outcome=8');
  const listed = async () =>
    (await it.call('GET', '/admin/subscriptions')).body.subscriptions.find((one: any) => one.id === ended.id);
  expect(await listed()).toMatchObject({ criteria: 'AuditEvent?outcome=8', endpoint: url, state: 'active' });
  expect((await it.call('POST', `/admin/subscriptions/${ended.id}/end`)).status).toBe(200);
  expect((await it.call('POST', `/admin/subscriptions/${ended.id}/end`)).status).toBe(404);
  expect(await listed()).toMatchObject({ state: 'off', error: 'It was ended by an officer.' });
  expect((await at(mine, `/${id}`, 'DELETE')).status).toBe(204);
  expect((await at(mine, `/${id}`)).status).toBe(404);
}, 60_000);

test('R-159 an endpoint that does not take the handshake is told nothing', async () => {
  const { url, received, state } = await sink();
  const token = await (await service()).token('system/AuditEvent.rs');
  state.status = 404;
  const { id } = (await at(token, '', 'POST', wanted(url, 'AuditEvent?action=R'))).body;
  const status = async () => (await at(token, `/${id}`)).body;
  await expect.poll(status, { timeout: 20_000 }).toMatchObject({ status: 'requested', error: 'the endpoint answered 404' });
  await look('after-the-handshake');
  state.status = 200;
  await expect.poll(() => requests(received), { timeout: 30_000 }).toEqual(['after-the-handshake']);
  expect(received[0]!.body).toContain('"handshake"');
  await expect.poll(status, { timeout: 10_000 }).toMatchObject({ status: 'active' });
}, 60_000);

test('R-159 what could not be told is told later, once in order; a client that is disabled is told nothing, also of what came meanwhile', async () => {
  const [{ url, received, state }, reader] = [await sink(), await service()];
  const token = await reader.token('system/AuditEvent.rs');
  const { id } = await subscribe(token, url, 'AuditEvent?action=R');
  state.status = 500;
  await look('late-1');
  await expect
    .poll(async () => (await at(token, `/${id}`)).body, { timeout: 20_000 })
    .toMatchObject({ status: 'error', error: 'the endpoint answered 500' });
  await look('late-2');
  state.status = 200;
  await expect.poll(() => requests(received), { timeout: 30_000 }).toEqual(['late-1', 'late-2']);
  await it.call('POST', `/admin/clients/${reader.id}/disable`);
  await look('never');
  const row = () => it.running.storage.db.selectFrom('subscription').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  await expect.poll(async () => (await row()).state, { timeout: 20_000 }).toBe('off');
  await it.call('POST', `/admin/clients/${reader.id}/enable`);
  const again = await reader.token('system/AuditEvent.rs');
  await subscribe(again, url, 'AuditEvent?action=R');
  await look('after');
  await expect.poll(() => requests(received), { timeout: 20_000 }).toEqual(['late-1', 'late-2', 'after']);
  expect((await row()).error).toBe('The client was disabled.');
}, 90_000);
