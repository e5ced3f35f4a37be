import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, POLICY, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;

beforeAll(async () => {
  place = await ward();
  gateway = await startGateway({ upstream: place.server.url, upstreamOptions: { exclusive: true }, policies: [POLICY, TEAMS] });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

const TEAMS = {
  policySet: 'teams',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'registrars-write-teams',
      description: 'Registrars keep the care teams.',
      effect: 'permit',
      caller: { roles: ['registrar'] },
      interactions: ['read', 'create', 'update'],
      resources: { types: ['CareTeam'] },
    },
  ],
};

const send = (method: string, path: string, body: object | undefined, token: string, headers: Record<string, string> = {}) =>
  fetch(gateway.base + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const observation = (patient: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'pulse' },
  subject: { reference: `Patient/${patient}` },
  ...more,
});

test('create: our Location, the intent before the end, both with one request id', async () => {
  const answer = await send('POST', '/Observation', observation('mine'), gateway.token(), { 'x-request-id': 'create-1' });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('location')).toMatch(new RegExp(`^${gateway.base}/Observation/[^/]+/_history/`));
  const records = gateway.audit.records.filter(({ requestId }) => requestId === 'create-1');
  expect(records.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['intent', 'unknown'],
    ['request', 'permit'],
  ]);
  const created = new URL(answer.headers.get('location')!).pathname.split('/_history')[0]!.replace('/fhir', '');
  expect((await gateway.get(created, gateway.token())).status).toBe(200);
});

test("a write into somebody else's record is refused before anything is sent", async () => {
  const before = gateway.audit.records.length;
  const answer = await send('POST', '/Observation', observation('other'), gateway.token());
  expect([403, 404]).toContain(answer.status);
  expect(gateway.audit.records.slice(before).map(({ kind }) => kind)).toEqual(['request']);
  expect(await place.raw('Observation?subject=Patient/other&code:text=pulse&_summary=count')).toContain('"total":0');
});

test('update with the version that was seen; a stale one is 412 and changes nothing', async () => {
  const token = gateway.token();
  const etag = (await gateway.get('/Observation/mine-1', token)).headers.get('etag')!;
  const body = { ...JSON.parse(await place.raw('Observation/mine-1')), note: [{ text: 'seen' }] };
  expect((await send('PUT', '/Observation/mine-1', body, token, { 'if-match': etag })).status).toBe(200);
  expect(
    (await send('PUT', '/Observation/mine-1', { ...body, note: [{ text: 'late' }] }, token, { 'if-match': etag })).status,
  ).toBe(412);
  expect(await place.raw('Observation/mine-1')).toContain('seen');
});

test('R-140 PUT to a hidden and to a free id get one answer', async () => {
  const token = gateway.token();
  const answers = await Promise.all(
    ['other-1', 'free-1'].map((id) =>
      send('PUT', `/Observation/${id}`, observation('mine', { id }), token, { 'x-request-id': 'put' }),
    ),
  );
  expect(answers[0]!.status).toBe(answers[1]!.status);
  expect(await answers[0]!.text()).toBe(await answers[1]!.text());
  expect(await place.raw('Observation/other-1')).toContain('Patient/other');
});

test('patch and delete', async () => {
  const token = gateway.token();
  const patch = JSON.stringify([{ op: 'replace', path: '/status', value: 'amended' }]);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json-patch+json' };
  expect((await fetch(`${gateway.base}/Observation/mine-2`, { method: 'PATCH', headers, body: patch })).status).toBe(200);
  expect(await place.raw('Observation/mine-2')).toContain('amended');
  expect((await fetch(`${gateway.base}/Observation/other-2`, { method: 'PATCH', headers, body: patch })).status).toBe(404);
  expect((await send('DELETE', '/Observation/mine-2', undefined, token)).status).toBe(204);
  expect((await send('DELETE', '/Observation/other-2', undefined, token)).status).toBe(404);
  expect(await place.raw('Observation/other-2')).toContain('Patient/other');
});

test('a care team written through us holds for the very next request, although relations are cached', async () => {
  const nurse = gateway.token({ person: { id: 'p9', name: 'Nurse', roles: ['physician'], fhirUser: 'Practitioner/nurse' } });
  const registrar = gateway.token({
    person: { id: 'p8', name: 'Registrar', roles: ['registrar'], fhirUser: 'Practitioner/registrar' },
  });
  expect((await gateway.get('/Observation/other-1', nurse)).status).toBe(404);
  const team = {
    resourceType: 'CareTeam',
    status: 'active',
    subject: { reference: 'Patient/other' },
    participant: [{ member: { reference: 'Practitioner/nurse' } }],
  };
  expect((await send('POST', '/CareTeam', team, registrar)).status).toBe(201);
  expect(gateway.cluster.changes).toContainEqual({ kind: 'relation', id: '*' });
  expect((await gateway.get('/Observation/other-1', nurse)).status).toBe(200);
});

test('a body that is no FHIR is 4xx, never 5xx (R-242)', async () => {
  const token = gateway.token();
  const bodies = [
    '',
    '{',
    '[]',
    'null',
    '{"resourceType":"Patient"}',
    '{"resourceType":"Observation","resourceType":"Observation"}',
    '{"resourceType":"Observation","x\\u0041":1}',
    `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`,
    '\ufeff{}',
  ];
  for (const body of bodies) {
    const answer = await fetch(`${gateway.base}/Observation`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body,
    });
    expect(answer.status, body.slice(0, 40)).toBeGreaterThanOrEqual(400);
    expect(answer.status, body.slice(0, 40)).toBeLessThan(500);
  }
});
