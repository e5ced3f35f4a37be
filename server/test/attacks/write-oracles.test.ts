// hardening B4-53 to B4-71: what a write could tell, take or open.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asked, ask, encounter, observation, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
beforeAll(async () => {
  place = await twoWards();
});
afterAll(async () => place?.close());

const R = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };

/** Refused, and alike where it is hidden and where it is not there. */
const cases: readonly (readonly [number: string, asked: Asked, status: number])[] = [
  ['B4-53', { method: 'PUT', path: '/Observation/secret', body: observation('secret', 'mine') }, 405],
  ['B4-53', { method: 'PUT', path: '/Observation/free', body: observation('free', 'mine') }, 405],
  ['B4-53', { method: 'PUT', path: '/Patient/further', body: { resourceType: 'Patient', id: 'further' } }, 405],
  ['B4-55', { method: 'PUT', path: '/Observation?identifier=urn:x%7C1', body: observation('secret', 'mine') }, 405],
  ['B4-56', { method: 'DELETE', path: '/Observation?identifier=urn:x%7C1' }, 404],
  ['B4-56', { method: 'DELETE', path: '/Observation?_id=ghost-1,ghost-2' }, 404],
  ['B4-58', { method: 'DELETE', path: '/Patient/other' }, 404],
  ['B4-58', { method: 'DELETE', path: '/Observation/secret' }, 404],
  [
    'B4-61',
    { method: 'PATCH', path: '/Encounter/seen', body: [{ op: 'test', path: '/reasonCode/0/text', value: 'hiv' }] },
    403,
  ],
  ['B4-61', { method: 'PATCH', path: '/Encounter/seen', body: [{ op: 'copy', from: '/reasonCode', path: '/type' }] }, 403],
  [
    'B4-62',
    { method: 'PUT', path: '/Encounter/seen', body: { ...encounter('seen', 'mine'), reasonCode: [{ text: 'hiv' }] } },
    403,
  ],
  ['B4-63', { method: 'PUT', path: '/Observation/mine-1', body: { ...observation('mine-1', 'mine'), meta: R } }, 403],
  ['B4-63', { method: 'POST', path: '/Observation', body: { ...observation('new', 'mine'), meta: R } }, 403],
  ['B4-63', { method: 'POST', path: '/Observation/mine-1/$meta-delete', body: { resourceType: 'Parameters' } }, 404],
  ['B4-64', { method: 'PUT', path: '/Observation/mine-1', body: observation('mine-1', 'other') }, 403],
  [
    'B4-64',
    {
      method: 'PATCH',
      path: '/Observation/mine-1',
      body: [{ op: 'replace', path: '/subject/reference', value: 'Patient/other' }],
    },
    403,
  ],
  ['B4-64', { method: 'POST', path: '/Observation', body: observation('new', 'other') }, 403],
  [
    'B4-66 B9-108 B9-109',
    {
      method: 'POST',
      path: '/Subscription',
      body: {
        resourceType: 'Subscription',
        status: 'requested',
        reason: 'x',
        criteria: 'Observation',
        channel: { type: 'rest-hook' },
      },
    },
    405,
  ],
  [
    'B2-34 B4-66',
    {
      method: 'POST',
      path: '/SearchParameter',
      body: {
        resourceType: 'SearchParameter',
        url: 'urn:x',
        name: 'x',
        status: 'active',
        description: 'x',
        code: 'x',
        base: ['Patient'],
        type: 'string',
      },
    },
    405,
  ],
  [
    'B4-71',
    { method: 'POST', path: '/Observation', body: `{"resourceType":"Observation","status":"final","status":"final"}` },
    400,
  ],
  ['B4-71', { method: 'POST', path: '/Observation', body: '['.repeat(2000) }, 400],
  [
    'B4-71',
    {
      method: 'POST',
      path: '/Observation',
      headers: { 'content-type': 'application/fhir+xml' },
      body: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Observation xmlns="http://hl7.org/fhir"><id value="&e;"/></Observation>',
    },
    400,
  ],
];

test.each(cases)('R-092 %s %o', async (_, asked, status) => {
  const told = await place.alike(asked);
  expect(told.status).toBe(status);
  expect(told.text).not.toMatch(/ghost|secret|Okafor|root:/);
});

test('B4-53 a hidden id and a free one get one answer', async () => {
  const put = (id: string) => ask(place.a, { method: 'PUT', path: `/Observation/${id}`, body: observation(id, 'mine') });
  expect(await put('secret')).toEqual(await put('never'));
});

test('B4-54 a hidden match is none for a conditional create', async () => {
  const told = await place.alike({
    method: 'POST',
    path: '/Observation',
    headers: { 'if-none-exist': 'identifier=urn:x|1' },
    body: observation('new', 'mine'),
  });
  expect(told.text + JSON.stringify(told.headers)).not.toContain('secret');
  expect(told.status).toBe(201);
});

test('B4-59 a reference to what is hidden is answered as one to what is absent', async () => {
  const refer = (to: string) =>
    ask(place.a, {
      method: 'POST',
      path: '/Observation',
      body: { ...observation('new', 'mine'), derivedFrom: [{ reference: `Observation/${to}` }] },
    });
  const [hidden, absent] = [await refer('secret'), await refer('secret-xyz')];
  expect(hidden.status).toBe(absent.status);
});

test('B4-67 B4-68 who may not read learns no body, and no place of others', async () => {
  const told = await place.alike({
    method: 'POST',
    path: '/Observation',
    headers: { prefer: 'return=minimal' },
    body: observation('new', 'mine'),
  });
  expect([told.status, told.text]).toEqual([201, '']);
});

test('B4-60 the server’s own words about a refused write are not passed on', async () => {
  const told = await place.alike({
    method: 'PUT',
    path: '/Observation/mine-2',
    headers: { 'if-match': 'W/"77"' },
    body: observation('mine-2', 'mine'),
  });
  expect(told.status).toBe(412);
  expect(told.text).not.toContain('version');
});
