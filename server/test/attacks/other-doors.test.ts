// hardening B5-72 to B9-113: bundles, operations, GraphQL, exports and subscriptions: decided like everything else, or closed.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asked, ask, observation, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
beforeAll(async () => {
  place = await twoWards();
});
afterAll(async () => place?.close());

const bundle = (type: string, ...entry: readonly unknown[]): Asked => ({
  method: 'POST',
  path: '',
  body: { resourceType: 'Bundle', type, entry },
});
const get = (url: string) => ({ request: { method: 'GET', url } });

/** Alike in both wards, and nothing hidden in the answer, whether it is served or refused. */
const cases: readonly (readonly [number: string, asked: Asked])[] = [
  ['B5-72', bundle('batch', get('Observation/secret'), get('Observation/mine-1'))],
  ['B5-72', bundle('batch', get('http://elsewhere.example/fhir/Observation/1'))],
  ['B5-72', bundle('batch', get('/etc/passwd'), get('../metadata'))],
  ['B5-73', bundle('transaction', { request: { method: 'DELETE', url: 'Observation/secret' } })],
  [
    'B4-57 B5-74',
    bundle('transaction', {
      resource: { ...observation('x', 'mine'), derivedFrom: [{ reference: 'Observation?identifier=urn:x|1' }] },
      request: { method: 'POST', url: 'Observation' },
    }),
  ],
  ['B5-75', bundle('transaction', get('Observation?_summary=count'))],
  ['B5-76', bundle('message', { resource: { resourceType: 'MessageHeader' } })],
  ['B5-76', bundle('document')],
  ['B5-76', { method: 'POST', path: '/$process-message', body: { resourceType: 'Bundle', type: 'message' } }],
  [
    'B5-77',
    {
      method: 'POST',
      path: '/Bundle',
      body: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: observation('x', 'other') }] },
    },
  ],
  ['B5-78', bundle('batch', ...Array.from({ length: 2000 }, () => get('Observation/mine-1')))],
  ['B6-79', { path: '/Patient/other/$everything' }],
  ['B6-79', { path: '/Patient/mine/$everything' }],
  ['B6-79', { path: '/Patient/mine/$everything?_type=Observation&_count=2' }],
  ['B6-79', { path: '/Encounter/unseen/$everything' }],
  ['B6-80', { path: '/Composition/none/$document' }],
  ['B6-80', { path: '/DocumentReference/$docref?patient=Patient/other' }],
  ['B6-82', { path: '/Observation/mine-1/$graph?graph=all' }],
  ['B6-82', { path: '/Questionnaire/none/$populate' }],
  ['B6-83', { path: '/Observation/$lastn?patient=Patient/mine' }],
  ['B6-83', { path: '/Observation/$lastn?patient=Patient/other' }],
  ['B6-83', { path: '/Observation/$stats?subject=Patient/mine&code=8867-4&statistic=count' }],
  [
    'B6-84',
    {
      method: 'POST',
      path: '/Patient/$match',
      body: {
        resourceType: 'Parameters',
        parameter: [{ name: 'resource', resource: { resourceType: 'Patient', name: [{ family: 'Okafor' }] } }],
      },
    },
  ],
  ['B6-84', { method: 'POST', path: '/Patient/$merge', body: { resourceType: 'Parameters' } }],
  ['B6-84', { method: 'POST', path: '/Patient/mine/$purge' }],
  [
    'B6-85',
    {
      method: 'POST',
      path: '/Observation/$validate',
      body: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: observation('secret', 'mine') }] },
    },
  ],
  ['B6-86', { path: '/Observation/secret/$meta' }],
  ['B6-86', { path: '/$meta' }],
  ['B6-87', { method: 'POST', path: '/$convert', body: observation('secret', 'mine') }],
  ['B6-87', { method: 'POST', path: '/StructureMap/$transform', body: { resourceType: 'Parameters' } }],
  ['B6-88', { path: '/ValueSet/$expand?url=http://169.254.169.254/latest' }],
  ['B6-88', { path: '/CodeSystem/$lookup?system=http://loinc.org&code=8867-4' }],
  ['B6-89 B8-101', { path: '/$export' }],
  ['B8-101', { path: '/Group/both/$export' }],
  ['B8-102', { path: '/$export?_typeFilter=Observation%3Fcode%3Dhiv' }],
  ['B8-103', { path: '/$export-poll-status?_jobId=1' }],
  ['B8-104', { path: '/export/1/Observation.ndjson' }],
  ['B8-105', { path: '/Patient/$export?_since=2020-01-01T00:00:00Z' }],
  ['B8-106', { path: '/Patient/$export?_elements=id' }],
  ['B6-90 B6-91', { method: 'POST', path: '/Group/none/$add', body: { resourceType: 'Parameters' } }],
  ['B6-90', { path: '/List/$find?patient=mine&name=current-problems' }],
  ['B6-92', { method: 'POST', path: '/$expunge', body: { resourceType: 'Parameters' } }],
  ['B6-92', { method: 'POST', path: '/$reindex', body: { resourceType: 'Parameters' } }],
  ['B6-92', { path: '/Observation/secret/$diff' }],
  ['B6-92', { method: 'POST', path: '/$cql', body: { resourceType: 'Parameters' } }],
  ['B6-93', { path: '/CapabilityStatement/$conforms' }],
  ['B6-93', { path: '/$versions' }],
  ['B6-94', { method: 'POST', path: '/Patient/other/$everything', body: { resourceType: 'Parameters' } }],
  ['B6-94', { path: '/Patient/$everything' }],
  ['B6-81 B7-95', { path: '/Patient/mine/$graphql?query={name{family}}' }],
  ['B7-96', { path: '/$graphql?query={a:PatientList{id}b:PatientList{id}}' }],
  ['B7-97', { path: '/$graphql?query={__schema{types{name}}}' }],
  ['B7-98', { path: '/$graphql?query={Observation(id:"secret"){id}}' }],
  ['B7-99', { path: '/$graphql?query={PatientConnection(name:"Okafor"){count}}' }],
  ['B7-100', { method: 'POST', path: '/$graphql', body: { query: 'mutation{PatientDelete(id:"other"){id}}' } }],
  [
    'B9-107',
    {
      method: 'POST',
      path: '/Subscription',
      body: {
        resourceType: 'Subscription',
        status: 'requested',
        reason: 'x',
        criteria: 'Observation?code=hiv',
        channel: { type: 'websocket' },
      },
    },
  ],
  ['B9-111', { path: '/Subscription/none/$get-ws-binding-token' }],
  ['B9-112', { path: '/Subscription/none/$events' }],
  ['B9-112', { path: '/Subscription/$status' }],
  ['B9-113', { path: '/cds-services' }],
  [
    'B9-113',
    {
      method: 'POST',
      path: '/cds-services/patient-view',
      body: { hook: 'patient-view', hookInstance: 'x', context: { patientId: 'mine' }, prefetch: { all: 'Observation' } },
    },
  ],
];

test.each(cases)('R-092 %s %o', async (_, asked) => {
  const told = await place.alike(asked);
  expect(told.status).toBeLessThan(500);
  expect(told.text.replace(/"link":\[.*?\]/g, '')).not.toMatch(/ghost|"id":"secret|Okafor|unseen|further|"hiv"|"flu"/);
});

test.each([
  '$export',
  'Patient/$export',
  '$graphql',
  '$process-message',
  '$expunge',
  '$reindex',
  '$cql',
  '$convert',
  '$versions',
  'Subscription/none/$events',
])('B6-92 B7-95 B9-112 %s is closed, and never reaches the server behind', async (name) => {
  expect([403, 404, 405]).toContain((await ask(place.a, { path: `/${name}` })).status);
});

test('B9-107 B9-110 no subscription can be made, in whatever way', async () => {
  const body = {
    resourceType: 'Subscription',
    id: 's',
    status: 'requested',
    reason: 'x',
    criteria: 'Observation',
    channel: { type: 'rest-hook', endpoint: 'http://127.0.0.1:1/' },
  };
  for (const asked of [
    { method: 'POST', path: '/Subscription', body },
    { method: 'PUT', path: '/Subscription/s', body },
    bundle('batch', { resource: body, request: { method: 'POST', url: 'Subscription' } }),
  ]) {
    await ask(place.a, asked);
  }
  expect(JSON.parse(await place.wards[0].raw('Subscription')).entry ?? []).toEqual([]);
});
