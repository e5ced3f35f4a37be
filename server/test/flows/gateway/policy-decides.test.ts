/** What policy alone decides, from outside: the same request of the same caller on the same data, under rules that differ in one thing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;

const pulse = { coding: [{ system: 'http://loinc.org', code: '8867-4' }] };
const hiv = { coding: [{ system: 'http://loinc.org', code: '7917-8' }] };
const subject = { reference: 'Patient/mine' };

beforeAll(async () => {
  place = await ward();
  const finding = (id: string, more: object) =>
    place.put({ resourceType: 'Observation', id, status: 'final', code: pulse, subject, ...more });
  await finding('restricted', {
    meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] },
  });
  await finding('plain', {});
  await finding('sensitive', { code: hiv });
  await place.put({ resourceType: 'Organization', id: 'clinic', name: 'Clinic' });
  await place.put({ resourceType: 'Organization', id: 'shelter', name: 'Shelter' });
  await place.put({
    resourceType: 'Organization',
    id: 'profiled',
    meta: { profile: ['https://site.example/StructureDefinition/secret-site'] },
    name: 'Profiled',
  });
  await place.put({ resourceType: 'ValueSet', id: 'colours', status: 'active', url: 'https://site.example/ValueSet/colours' });
  await place.put({
    resourceType: 'Practitioner',
    id: 'doc',
    name: [{ family: 'Adebayo' }],
    birthDate: '1970-01-01',
    address: [{ city: 'MARKER-CITY' }],
  });
  gateway = await startGateway({ upstream: place.server.url, protected: true });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

const permit = (interactions: readonly string[], resources: object, more: object = {}) => ({
  id: `permit-${Math.random().toString(36).slice(2)}`,
  description: 'Whoever is meant may do what is named.',
  effect: 'permit',
  interactions,
  resources,
  ...more,
});
const decideBy = (...rules: readonly object[]) =>
  gateway.decideBy([{ policySet: 'tried', version: 1, combining: 'deny-overrides', rules }]);

async function status(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
  token?: string | null,
) {
  const bearer = token === undefined ? gateway.token() : token;
  const answer = await fetch(gateway.base + path, {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text };
}

describe('R-007 policy alone flips the outcome', () => {
  const types = { types: ['Observation', 'Patient'] };
  const finding = { resourceType: 'Observation', status: 'final', code: pulse, subject };
  const stored = { ...finding, id: 'plain' };
  const json = { 'content-type': 'application/json-patch+json' };
  const change = [{ op: 'replace', path: '/status', value: 'amended' }] as never;
  const bundle = (method: string, url: string, resource?: object) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ request: { method, url }, ...(resource === undefined ? {} : { resource }) }],
  });
  const found = ({ text }: { text: string }) => text.includes('"id":"plain"');
  const worked = (answer: { status: number }) => answer.status < 300;
  const reading = ['read', 'search'];
  interface Told {
    readonly status: number;
    readonly text: string;
  }
  type Row = [string, readonly string[], readonly string[], () => Promise<Told>, ((answer: Told) => boolean)?];
  // The interaction, what is needed beside it, and the request.
  const rows: Row[] = [
    ['read', [], ['read'], () => status('GET', '/Observation/plain')],
    ['HEAD', [], ['read'], () => status('HEAD', '/Observation/plain')],
    ['vread', [], ['vread'], () => status('GET', '/Observation/plain/_history/1')],
    ['search', ['read'], ['search'], () => status('GET', '/Observation?_id=plain'), found],
    [
      'POST _search',
      ['read'],
      ['search'],
      () =>
        status('POST', '/Observation/_search?_id=plain', undefined, { 'content-type': 'application/x-www-form-urlencoded' }),
      found,
    ],
    ['search in a compartment', ['read'], ['search'], () => status('GET', '/Patient/mine/Observation?_id=plain'), found],
    ['history of an instance', ['read'], ['history-instance'], () => status('GET', '/Observation/plain/_history')],
    ['history of a type', ['read', 'history-instance'], ['history-type'], () => status('GET', '/Observation/_history'), found],
    [
      'history of the system',
      ['read', 'history-instance'],
      ['history-system'],
      () => status('GET', '/_history?_count=50'),
      found,
    ],
    ['create', reading, ['create'], () => status('POST', '/Observation', finding)],
    ['update', reading, ['update'], () => status('PUT', '/Observation/plain', stored)],
    ['patch', reading, ['patch'], () => status('PATCH', '/Observation/plain', change, json)],
    ['conditional update', reading, ['update'], () => status('PUT', '/Observation?_id=plain', stored)],
    ['conditional patch', reading, ['patch'], () => status('PATCH', '/Observation?_id=plain', change, json)],
    // An operation is the reads and searches that it implies.
    ['operation on an instance', [], ['read'], () => status('GET', '/Observation/plain/$meta')],
    ['operation over a compartment', ['read'], ['search'], () => status('GET', '/Patient/mine/$everything?_count=50'), found],
    ['transaction', reading, ['update'], () => status('POST', '/', bundle('PUT', 'Observation/plain', stored))],
    [
      'batch',
      [],
      ['read'],
      () => status('POST', '/', { ...bundle('GET', 'Observation/plain'), type: 'batch' }),
      ({ text }) => text.includes('"status":"200"'),
    ],
    ['conditional delete', reading, ['delete'], () => status('DELETE', '/Observation?_id=mine-2')],
    ['delete', reading, ['delete'], () => status('DELETE', '/Observation/mine-3')],
  ];
  test.each(rows)('%s', async (...[, beside, needed, ask, succeeds = worked]: Row) => {
    // A rule that is about something else keeps the set from being empty.
    const other = permit(['read'], { types: ['Slot'] });
    decideBy(other, ...(beside.length === 0 ? [] : [permit(beside, types)]));
    const before = await ask();
    expect(succeeds(before), `without: ${before.status} ${before.text}`).toBe(false);
    decideBy(other, permit([...beside, ...needed], types));
    const after = await ask();
    expect(succeeds(after), `with: ${after.status} ${after.text}`).toBe(true);
  });
});

test('R-012 R-075 two that differ in their labels alone, and two that differ in a sensitive code alone, have different outcomes', async () => {
  decideBy(permit(['read', 'search'], { types: ['Observation'] }));
  const read = async (id: string) => (await status('GET', `/Observation/${id}`)).status;
  expect([await read('plain'), await read('restricted'), await read('sensitive')]).toEqual([200, 404, 404]);
  const { text } = await status('GET', '/Observation?patient=mine&_count=50');
  expect(text).toContain('"id":"plain"');
  expect(text).not.toMatch(/"id":"(restricted|sensitive)"/);
  decideBy(permit(['read'], { types: ['Observation'] }, { clears: { confidentiality: 'R', sensitivities: ['HIV'] } }));
  expect([await read('plain'), await read('restricted'), await read('sensitive')]).toEqual([200, 200, 200]);
});

test('R-016 a type, a profile and an instance are protected otherwise than their category by a rule', async () => {
  const everyone = permit(['read'], { categories: ['business'] });
  const deny = (resources: object) => ({
    id: 'deny-more',
    description: 'What is named is closed here, whatever its category is elsewhere.',
    effect: 'deny',
    interactions: { group: ['R'] },
    resources,
  });
  const outcomes = async () =>
    Promise.all(['clinic', 'shelter', 'profiled'].map(async (id) => (await status('GET', `/Organization/${id}`)).status));
  decideBy(everyone);
  expect(await outcomes()).toEqual([200, 200, 200]);
  decideBy(everyone, deny({ types: ['Organization'] }));
  expect((await outcomes()).every((one) => one >= 403)).toBe(true);
  decideBy(everyone, deny({ types: ['Organization'], where: [{ elements: ['Organization.id'], in: ['shelter'] }] }));
  expect(await outcomes()).toEqual([200, 404, 200]);
  const profile = 'https://site.example/StructureDefinition/secret-site';
  decideBy(everyone, deny({ types: ['Organization'], where: [{ elements: ['Organization.meta.profile'], in: [profile] }] }));
  expect(await outcomes()).toEqual([200, 200, 404]);
});

test('R-017 whoever reads definitions without a token writes none', async () => {
  decideBy(permit(['read', 'search'], { categories: ['anonymous'] }, { caller: { kinds: ['anonymous'] } }));
  const anonymous = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    (await status(method, path, body, headers, null)).status;
  const valueSet = { resourceType: 'ValueSet', id: 'colours', status: 'active' };
  expect(await anonymous('GET', '/ValueSet/colours')).toBe(200);
  expect(await anonymous('GET', '/Patient/mine')).toBe(401);
  expect(await anonymous('POST', '/ValueSet', valueSet)).toBe(401);
  expect(await anonymous('PUT', '/ValueSet/colours', valueSet)).toBe(401);
  expect(await anonymous('DELETE', '/ValueSet/colours')).toBe(401);
  const patch = [{ op: 'replace', path: '/status', value: 'retired' }];
  expect(await anonymous('PATCH', '/ValueSet/colours', patch, { 'content-type': 'application/json-patch+json' })).toBe(401);
});

test('R-020 organizational data are for whoever shows who they are, a person or a system alike', async () => {
  decideBy(permit(['read', 'search'], { categories: ['business'] }));
  const system = gateway.token({ person: undefined, scope: 'system/*.rs' });
  for (const path of ['/Organization/clinic', '/Organization']) {
    expect((await status('GET', path, undefined, {}, null)).status).toBe(401);
    expect((await status('GET', path, undefined, {}, 'nonsense')).status).toBe(401);
    expect((await status('GET', path, undefined, {}, system)).status).toBe(200);
    expect((await status('GET', path)).status).toBe(200);
  }
});

test('R-022 R-023 the role alone opens the directory, and what is private of staff is for a role of its own', async () => {
  const directory = { types: ['Practitioner'] };
  decideBy(
    permit(['read', 'search'], directory, {
      caller: { roles: ['nurse', 'human-resources'] },
      mask: ['Practitioner.address', 'Practitioner.birthDate'],
    }),
    permit(['read', 'search'], directory, { caller: { roles: ['human-resources'] } }),
  );
  const as = (...roles: string[]) => gateway.token({ person: { id: 'p1', name: 'X', roles, fhirUser: 'Practitioner/else' } });
  const read = (token: string) => status('GET', '/Practitioner/doc', undefined, {}, token);
  expect((await read(as('porter'))).status).toBe(403);
  const nurse = await read(as('nurse'));
  expect(nurse.status).toBe(200);
  expect(nurse.text).toContain('Adebayo');
  expect(nurse.text).not.toMatch(/MARKER-CITY|1970-01-01/);
  expect((await read(as('human-resources'))).text).toMatch(/1970-01-01.*MARKER-CITY/);
  // A withheld element finds nobody either.
  const search = await status('GET', '/Practitioner?address-city=MARKER-CITY', undefined, {}, as('nurse'));
  expect(search.text).not.toContain('Adebayo');
});

test('R-024 what is about a patient leaves with its confidentiality, and what is sensitive with its sensitivity', async () => {
  const labelled = await startGateway({
    upstream: place.server.url,
    protected: true,
    config: { labels: { onResources: true } },
  });
  try {
    const rule = permit(['read', 'search', 'update'], { types: ['Observation', 'Organization'] });
    const clears = { clears: { confidentiality: 'R', sensitivities: ['HIV'] } };
    labelled.decideBy([{ policySet: 'tried', version: 1, combining: 'deny-overrides', rules: [{ ...rule, ...clears }] }]);
    const token = labelled.token();
    const get = async (target: string) =>
      (await (await labelled.get(target, token)).json()) as { meta: { security?: { code: string }[] } };
    const codes = async (target: string) => (await get(target)).meta.security?.map(({ code }) => code);
    expect(await codes('/Observation/plain')).toEqual(['N']);
    expect(await codes('/Observation/restricted')).toEqual(['R']);
    expect(await codes('/Observation/sensitive')).toEqual(['R', 'HIV']);
    expect(await codes('/Organization/clinic')).toBeUndefined();
    const found = (await (await labelled.get('/Observation?_count=50', token)).json()) as {
      entry: { resource: { meta: { security: { system: string }[] } } }[];
    };
    for (const { resource } of found.entry) expect(resource.meta.security[0]!.system).toContain('v3-Confidentiality');
    // they come back with what is changed, and are not stored.
    const sensitive = await get('/Observation/sensitive');
    const written = await fetch(`${labelled.base}/Observation/sensitive`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ ...sensitive, status: 'amended' }),
    });
    expect(written.status).toBe(200);
    expect(JSON.parse(await place.raw('Observation/sensitive'))).toMatchObject({
      status: 'amended',
      meta: expect.not.objectContaining({ security: expect.anything() }),
    });
  } finally {
    await labelled.close();
  }
});
