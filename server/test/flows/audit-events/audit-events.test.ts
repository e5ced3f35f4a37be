// biome-ignore-all lint/suspicious/noExplicitAny: answers are looked into by tests.
/** the trail as FHIR, at the FHIR base, decided and recorded like everything else. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, type HouseClient, house } from '../admin/house.ts';
import { registerBackend } from '../whole/backend.ts';

let it: House;
let officer: string;
let doctor: string;
let source: string;
let reader: string;
const redirectUris = ['https://app.example/back'];
const app: HouseClient = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.cruds' };

beforeAll(async () => {
  it = await house();
  await it.call('POST', '/admin/clients', { id: 'ward-app', name: 'Ward app', kind: 'public', redirectUris, scope: app.scope });
  const person = (username: string, name: string, role: string) =>
    it.call('POST', '/admin/people', {
      username,
      name,
      roles: [role],
      fhirUser: `Practitioner/${username}`,
      password: 'a long password',
    });
  await person('doc', 'Dr Adebayo', 'physician');
  await person('anna', 'Anna Berg', 'privacy-officer');
  doctor = await it.token('doc', 'a long password', app, 'user/*.cruds');
  officer = await it.token('anna', 'a long password', app, 'user/*.cruds');
  source = await (await registerBackend(it.issuer, it.running.adminToken!, ['audit-source'])).token('system/AuditEvent.c');
  reader = await (await registerBackend(it.issuer, it.running.adminToken!, ['audit-reader'])).token('system/AuditEvent.rs');
  for (const target of ['/Patient/mine', '/Patient/other', '/Observation/mine-1', '/Observation?patient=mine&code=8867-4'])
    await it.fhirStatus(target, doctor);
}, 120_000);
afterAll(() => it?.close());

async function fhir(
  target: string,
  token: string,
  method = 'GET',
  body?: unknown,
): Promise<{ status: number; body: any; headers: Headers }> {
  const answer = await fetch(it.fhir + target, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers };
}

async function all(target: string, token = officer): Promise<any[]> {
  const found = [];
  for (let next: string | undefined = target; next !== undefined; ) {
    const { status, body } = await fhir(next, token);
    expect(status, JSON.stringify(body)).toBe(200);
    found.push(
      ...(body.entry ?? [])
        .filter((one: { search?: { mode: string } }) => one.search?.mode === 'match')
        .map((one: { resource: unknown }) => one.resource),
    );
    next = body.link?.find((one: { relation: string }) => one.relation === 'next')?.url.replace(it.fhir, '');
  }
  return found;
}

const today = () => `date=ge${new Date().toISOString().slice(0, 10)}`;

test('R-158 a privacy officer reads and searches, a clinician does not, and both looks are in the trail (DCM 110101)', async () => {
  const events = await all('/AuditEvent?patient=Patient/mine');
  expect(events.length).toBeGreaterThanOrEqual(3);
  expect(
    events.every((one) =>
      one.entity.some((entity: { what?: { reference?: string } }) => entity.what?.reference === 'Patient/mine'),
    ),
  ).toBe(true);
  const read = await fhir(`/AuditEvent/${events[0].id}`, officer);
  expect(read).toMatchObject({ status: 200, body: { resourceType: 'AuditEvent', id: events[0].id } });
  expect(read.body.entity).toEqual(events[0].entity);
  expect((await fhir(`/AuditEvent/${events[0].id}`, doctor)).status).toBe(403);
  const looks = await all(`/AuditEvent?${today()}&type=http://dicom.nema.org/resources/ontology/DCM|110101`);
  const by = looks.map((one) => one.agent.find((agent: { requestor: boolean }) => agent.requestor)?.name);
  expect(by).toContain('Anna Berg');
  expect(by).toContain('Dr Adebayo');
});

describe('R-156 each standard parameter finds what it names and nothing else', () => {
  const cases: readonly (readonly [string, (event: any) => boolean])[] = [
    ['action=R', (event) => event.action === 'R'],
    ['outcome=8', (event) => event.outcome === '8'],
    ['outcome=0', (event) => event.outcome === '0'],
    ['type=rest', (event) => event.type.code === 'rest'],
    [
      'subtype=http://hl7.org/fhir/restful-interaction|read',
      (event) => event.subtype?.some((one: any) => one.code === 'read') ?? false,
    ],
    ['agent=Practitioner/doc', (event) => event.agent.some((one: any) => one.who?.reference === 'Practitioner/doc')],
    ['agent-name=Dr Ade', (event) => event.agent.some((one: any) => one.name?.startsWith('Dr Ade'))],
    ['agent-role=http://dicom.nema.org/resources/ontology/DCM|110152', () => false],
    ['address=127.0.0.1', (event) => event.agent.some((one: any) => one.network?.address === '127.0.0.1')],
    [
      'entity=Observation/mine-1',
      (event) => event.entity?.some((one: any) => one.what?.reference === 'Observation/mine-1') ?? false,
    ],
    [
      'entity-type=http://terminology.hl7.org/CodeSystem/audit-entity-type|1',
      (event) => event.entity?.some((one: any) => one.type?.code === '1') ?? false,
    ],
    ['entity-role=24', (event) => event.entity?.some((one: any) => one.role?.code === '24') ?? false],
    ['site=fireguard', (event) => event.source.site === 'fireguard'],
    [
      'policy=urn:fireguard:rule:clinicians-read-their-patients',
      (event) => event.agent.some((one: any) => one.policy?.includes('urn:fireguard:rule:clinicians-read-their-patients')),
    ],
    ['patient=other', (event) => event.entity?.some((one: any) => one.what?.reference === 'Patient/other') ?? false],
  ];
  test.each(cases)('%s', async (query, holds) => {
    const until = new Date().toISOString();
    const everything = await all(`/AuditEvent?${today()}&date=le${until}&_count=500`);
    const found = await all(`/AuditEvent?${today()}&date=le${until}&${query.replace(' ', '%20')}`);
    expect(found.map(({ id }) => id).sort()).toEqual(
      everything
        .filter(holds)
        .map(({ id }) => id)
        .sort(),
    );
    if (!query.includes('110152') && !query.includes('other')) expect(found.length).toBeGreaterThan(0);
  });

  test('pages hold each event once, newest first or oldest first', async () => {
    const until = new Date().toISOString();
    const ids = (events: any[]) => events.map(({ id }) => id);
    const whole = await all(`/AuditEvent?${today()}&date=le${until}&_count=500`);
    const paged = await all(`/AuditEvent?${today()}&date=le${until}&_count=3`);
    expect(ids(paged)).toEqual(ids(whole));
    expect(whole.map(({ recorded }) => recorded)).toEqual(
      whole
        .map(({ recorded }) => recorded)
        .toSorted()
        .reverse(),
    );
    const upwards = await all(`/AuditEvent?${today()}&date=le${until}&_sort=date&_count=4`);
    expect(new Set(ids(upwards))).toEqual(new Set(ids(whole)));
    expect(upwards.map(({ recorded }) => recorded)).toEqual(upwards.map(({ recorded }) => recorded).toSorted());
  });

  test('IHE ITI-81: without a date, a patient or an id the trail is not searched', async () => {
    expect((await fhir('/AuditEvent?action=R', officer)).status).toBeGreaterThanOrEqual(400);
    expect((await fhir('/AuditEvent?date=ge2020-01-01&date=lt2020-02-01', officer)).body.entry ?? []).toEqual([]);
  });
});

describe('R-162 nothing changes an event, whoever asks', () => {
  test.each(['PUT', 'PATCH', 'DELETE'])('%s is 405, for one that is there and one that is not', async (method) => {
    const event = (await fhir('/AuditEvent?patient=mine&_count=1', officer)).body.entry[0].resource;
    for (const id of [event.id, 'not-there']) {
      const body = method === 'DELETE' ? undefined : method === 'PATCH' ? [{ op: 'remove', path: '/agent' }] : { ...event, id };
      const answer = await fetch(`${it.fhir}/AuditEvent/${id}`, {
        method,
        headers: {
          authorization: `Bearer ${officer}`,
          'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      expect(answer.status).toBe(405);
    }
    expect((await fhir(`/AuditEvent/${event.id}`, officer)).status).toBe(200);
  });

  test('nor in a batch or a transaction', async () => {
    const event = (await fhir('/AuditEvent?patient=mine&_count=1', officer)).body.entry[0].resource;
    for (const type of ['batch', 'transaction']) {
      const entry = [{ request: { method: 'DELETE', url: `AuditEvent/${event.id}` } }];
      const { status, body } = await fhir('/', officer, 'POST', { resourceType: 'Bundle', type, entry });
      expect(status === 200 ? body.entry[0].response.status : String(status)).toMatch(/^4/);
    }
    expect((await fhir(`/AuditEvent/${event.id}`, officer)).status).toBe(200);
  });
});

describe('IHE ITI-20, the FHIR feed', () => {
  const event = (value: string) => ({
    resourceType: 'AuditEvent',
    type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110112' },
    action: 'E',
    recorded: '2026-11-24T10:00:00.123Z',
    outcome: '0',
    agent: [{ who: { display: 'PACS of the west wing' }, requestor: true, name: value }],
    source: { observer: { display: 'pacs' } },
    entity: [
      {
        what: { reference: 'Patient/mine' },
        type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '1' },
      },
    ],
  });

  test('R-159 a system that may adds an event; it is kept as it came, and found by its own words', async () => {
    const sent = event('scanner-7');
    const made = await fhir('/AuditEvent', source, 'POST', sent);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const id = /AuditEvent\/([^/]+)/.exec(made.headers.get('location') ?? '')![1]!;
    const { status, body } = await fhir(`/AuditEvent/${id}`, reader);
    expect(status).toBe(200);
    const { id: _ours, meta: _also, ...kept } = body;
    expect(kept).toEqual(sent);
    expect((await all('/AuditEvent?patient=mine&agent-name=scanner-7', reader)).map((one) => one.id)).toEqual([id]);
    expect(await it.running.audit.verify()).toMatchObject({ ok: true });
  });

  test('several in a batch; nobody else may, and the feeder need not see', async () => {
    const entry = ['scanner-8', 'scanner-9'].map((value) => ({
      resource: event(value),
      request: { method: 'POST', url: 'AuditEvent' },
    }));
    const { status, body } = await fhir('/', source, 'POST', { resourceType: 'Bundle', type: 'batch', entry });
    expect(status).toBe(200);
    expect(body.entry.map((one: any) => one.response.status)).toEqual([
      expect.stringMatching(/^201/),
      expect.stringMatching(/^201/),
    ]);
    expect((await fhir('/AuditEvent', doctor, 'POST', event('forged'))).status).toBe(403);
    expect((await fhir('/AuditEvent', officer, 'POST', event('forged'))).status).toBe(403);
    expect((await fhir('/AuditEvent?patient=mine', source)).status).toBe(403);
    expect(await all('/AuditEvent?patient=mine&agent-name=forged')).toEqual([]);
  });
});

test('the capability statement says what is served', async () => {
  const { body } = await fhir('/metadata', officer);
  const types = body.rest[0].resource as { type: string; interaction: { code: string }[] }[];
  expect(
    types
      .find(({ type }) => type === 'AuditEvent')
      ?.interaction.map(({ code }) => code)
      .sort(),
  ).toEqual(expect.arrayContaining(['read', 'search-type']));
});
