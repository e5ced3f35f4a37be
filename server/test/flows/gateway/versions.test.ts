/** FHIR versions through the whole gateway, each on a server that speaks it: types, parameters, relations, masks, both formats, media types. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadPolicies, packagedPolicies } from '../../../src/config/load-policies.ts';
import { tablesOf } from '../../../src/upstream/tables-of.ts';
import { type Gateway, startGateway } from './kit.ts';
import { type SmallServer, smallServer } from './small-server.ts';

const doc = { reference: 'Practitioner/doc' };
const mine = { reference: 'Patient/mine' };

/** As R5 has them: a visit has actors and a list of classes, and a device is used. */
const resources = [
  { resourceType: 'Patient', id: 'mine', name: [{ family: 'Chalmers' }] },
  { resourceType: 'Patient', id: 'other', name: [{ family: 'Windsor' }] },
  {
    resourceType: 'Encounter',
    id: 'visit',
    status: 'completed',
    class: [{ coding: [{ code: 'AMB' }] }],
    subject: mine,
    participant: [{ actor: doc }],
    actualPeriod: { start: '2026-01-01' },
    reason: [{ value: [{ concept: { text: 'told in confidence' } }] }],
  },
  { resourceType: 'DeviceUsage', id: 'd1', status: 'active', patient: mine, device: { concept: { text: 'pump' } } },
  { resourceType: 'DeviceUsage', id: 'd2', status: 'active', patient: { reference: 'Patient/other' } },
  {
    resourceType: 'DocumentReference',
    id: 'doc1',
    status: 'current',
    subject: mine,
    content: [{ attachment: { contentType: 'text/plain', size: '9007199254740993', height: 3 } }],
  },
];

async function start(
  fhirVersion: 'R4' | 'R4B' | 'R5' | 'R6',
  published: string,
): Promise<{ upstream: SmallServer; gateway: Gateway }> {
  const upstream = await smallServer(published);
  for (const resource of resources) upstream.put(JSON.stringify(resource));
  const gateway = await startGateway({
    upstream: upstream.url,
    policies: loadPolicies([packagedPolicies]),
    upstreamOptions: { fhirVersion },
  });
  return { upstream, gateway };
}

describe('R5', () => {
  let upstream: SmallServer;
  let gateway: Gateway;
  let token: string;
  beforeAll(async () => {
    ({ upstream, gateway } = await start('R5', '5.0.0'));
    token = gateway.token();
  });
  afterAll(async () => {
    await gateway?.close();
    await upstream?.close();
  });
  const json = async (path: string, headers?: Record<string, string>) => {
    const answer = await gateway.get(path, token, headers);
    return { status: answer.status, body: await answer.json() };
  };

  test('its types, by how the physician stands to the patient: an actor of a visit', async () => {
    expect((await json('/DeviceUsage/d1')).body).toEqual(resources[3]);
    expect((await json('/DeviceUsage/d2')).status).toBe(404);
    const { body } = await json('/DeviceUsage?status=active');
    expect(body.entry.map((entry: { resource: { id: string } }) => entry.resource.id)).toEqual(['d1']);
    expect((await json('/DeviceUseStatement/d1')).status).toBe(404);
    expect((await json('/DeviceUseStatement/d1')).body.issue[0].details.text).toContain('no resource type');
  });

  test('its parameters', async () => {
    expect((await json('/Encounter?subject-status=arrived')).status).toBe(200);
    expect((await json('/Encounter?class=AMB')).body.entry).toHaveLength(1);
    expect((await json('/DeviceUsage?patient.family=Chalmers')).body.entry).toHaveLength(1);
    expect((await json('/Patient?_has:DeviceUsage:patient:status=active')).body.entry).toHaveLength(1);
    // R4 has it, R5 does not.
    const sent = upstream.log.length;
    expect((await json('/Condition?asserter=Practitioner/doc')).status).toBe(400);
    expect(upstream.log.length).toBe(sent);
  });

  test('its capability statement', async () => {
    const answer = await gateway.get('/metadata');
    const statement = await answer.json();
    expect(statement.fhirVersion).toBe('5.0.0');
    expect(statement.rest[0].resource.map(({ type }: { type: string }) => type)).toContain('DeviceUsage');
  });

  test('masks on what R5 calls otherwise', async () => {
    const clerk = gateway.token({ person: { id: 'c', name: 'A clerk', roles: ['billing-clerk'], fhirUser: undefined } });
    const answer = await gateway.get('/Encounter/visit', clerk);
    const body = await answer.json();
    expect([answer.status, body.reason, body.status]).toEqual([200, undefined, 'completed']);
    expect(body.meta.tag[0].code).toBe('SUBSETTED');
  });

  test('XML of R5, in and out; a long integer is text in JSON', async () => {
    const answer = await gateway.get('/DocumentReference/doc1', token, { accept: 'application/fhir+xml; fhirVersion=5.0' });
    const xml = await answer.text();
    expect(xml).toContain('<size value="9007199254740993"/><height value="3"/>');
    const physician = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+xml; fhirVersion=5.0' };
    const created = await fetch(`${gateway.base}/DocumentReference`, {
      method: 'POST',
      headers: physician,
      body: xml.replace('<id value="doc1"/>', ''),
    });
    expect(created.status).toBe(201);
    expect([...upstream.written.values()].at(-1)).toContain('"size":"9007199254740993","height":3');
  });

  test.each([
    ['GET', '4.0', 406],
    ['GET', '4.3', 406],
    ['GET', '5.0', 200],
    ['POST', '4.0', 415],
    ['POST', '5.0', 201],
  ] as const)('%s with fhirVersion=%s: %i', async (method, version, status) => {
    const type = `application/fhir+json; fhirVersion=${version}`;
    const answer = await fetch(`${gateway.base}/DocumentReference${method === 'GET' ? '/doc1' : ''}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(method === 'GET' ? { accept: type } : { 'content-type': type }) },
      ...(method === 'POST' ? { body: JSON.stringify({ ...resources[5], id: undefined }) } : {}),
    });
    expect(answer.status).toBe(status);
  });
});

test('R6: read and searched by what is known; written, shortened, masked and told in XML not at all', async () => {
  const { upstream, gateway } = await start('R6', '6.0.0-ballot2');
  try {
    const token = gateway.token();
    const get = async (path: string, headers?: Record<string, string>) => (await gateway.get(path, token, headers)).status;
    expect(await get('/Encounter/visit')).toBe(200);
    expect(await get('/Encounter?status=completed')).toBe(200);
    expect(await get('/Encounter?_summary=true')).toBe(400);
    expect(await get('/Encounter/visit?_elements=status')).toBe(400);
    expect(await get('/Encounter/visit', { accept: 'application/fhir+xml' })).toBe(406);
    // What is private of practitioners could not be withheld, so they are closed.
    expect(await get('/Practitioner/doc')).toBe(403);
    const write = (type: string, body: string) =>
      fetch(`${gateway.base}/DocumentReference`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        body,
      });
    expect((await write('application/fhir+json', JSON.stringify({ resourceType: 'DocumentReference' }))).status).toBe(405);
    expect((await write('application/fhir+xml', '<DocumentReference xmlns="http://hl7.org/fhir"/>')).status).toBe(415);
    const statement = await (await gateway.get('/metadata')).json();
    expect(statement.fhirVersion).toBe('6.0.0');
    const encounter = statement.rest[0].resource.find(({ type }: { type: string }) => type === 'Encounter');
    expect(encounter.interaction.map(({ code }: { code: string }) => code)).toEqual(['read', 'search-type']);
  } finally {
    await gateway.close();
    await upstream.close();
  }
});

test('R-031 a type that the version does not have is nobody’s to read, whatever the server behind holds', async () => {
  const { upstream, gateway } = await start('R4B', '4.3.0');
  try {
    expect((await gateway.get('/DeviceUsage/d1', gateway.token())).status).toBe(404);
    expect((await (await gateway.get('/metadata')).json()).fhirVersion).toBe('4.3.0');
    expect(upstream.log.filter((line) => line.includes('DeviceUsage'))).toEqual([]);
  } finally {
    await gateway.close();
    await upstream.close();
  }
});

test('R-031 a type of the server’s own, once it is said of what kind it is: read and searched, as strictly as any of its category', async () => {
  const upstream = await smallServer('4.0.1');
  upstream.put(JSON.stringify({ resourceType: 'Patient', id: 'mine', generalPractitioner: [doc] }));
  upstream.put(JSON.stringify({ resourceType: 'DeviceAlert', id: 'a1', about: mine }));
  upstream.put(JSON.stringify({ resourceType: 'DeviceAlert', id: 'a2', about: { reference: 'Patient/other' } }));
  upstream.put(JSON.stringify({ resourceType: 'DeviceAlert', id: 'a3' }));
  const gateway = await startGateway({ upstream: upstream.url, upstreamOptions: { types: { DeviceAlert: 'patient' } } });
  try {
    const token = gateway.token();
    const statuses = await Promise.all(
      ['a1', 'a2', 'a3', 'a4'].map(async (id) => (await gateway.get(`/DeviceAlert/${id}`, token)).status),
    );
    expect(statuses).toEqual([200, 404, 404, 404]);
    const found = await (await gateway.get('/DeviceAlert?_count=10', token)).json();
    expect(found.entry.map(({ resource }: { resource: { id: string } }) => resource.id)).toEqual(['a1']);
    expect((await gateway.get('/DeviceAlert?status=x', token)).status).toBe(400);
    expect((await gateway.get('/DeviceAlert/a1', token, { accept: 'application/fhir+xml' })).status).toBe(406);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' };
    const body = JSON.stringify({ resourceType: 'DeviceAlert', about: mine });
    expect((await fetch(`${gateway.base}/DeviceAlert`, { method: 'POST', headers, body })).status).toBe(405);
  } finally {
    await gateway.close();
    await upstream.close();
  }
});

test('R-031 a type that the version has keeps the category that FHIR gives it', () => {
  expect(() => tablesOf({ fhirVersion: 'R4', types: { Patient: 'business' } })).toThrow('R4 has Patient');
});

test('a server that speaks another version than was configured is not believed', async () => {
  const { upstream, gateway } = await start('R4', '5.0.0');
  try {
    expect((await gateway.get('/metadata')).status).toBe(502);
  } finally {
    await gateway.close();
    await upstream.close();
  }
});
