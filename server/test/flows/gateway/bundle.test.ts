import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, POLICY, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;

beforeAll(async () => {
  place = await ward();
  gateway = await startGateway({ upstream: place.server.url, policies: [POLICY, DESK] });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

const DESK = {
  policySet: 'desk',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'desk-registers',
      description: 'The desk registers patients and their visits.',
      effect: 'permit',
      caller: { roles: ['desk'] },
      interactions: ['read', 'search', 'create', 'update'],
      resources: { types: ['Patient', 'Encounter'] },
    },
  ],
};

const desk = () => gateway.token({ person: { id: 'p7', name: 'Desk', roles: ['desk'], fhirUser: 'Practitioner/desk' } });
const post = (token: string, type: string, entry: readonly object[], requestId: string = crypto.randomUUID()) =>
  fetch(`${gateway.base}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', 'x-request-id': requestId },
    body: JSON.stringify({ resourceType: 'Bundle', type, entry }),
  });
const pulse = (patient: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'bundle-pulse' },
  subject: { reference: patient },
});
const visit = (reference: string) => ({
  resourceType: 'Encounter',
  status: 'planned',
  class: { code: 'AMB' },
  subject: { reference },
});
const statuses = (bundle: { entry: { response: { status: string } }[] }) => bundle.entry.map(({ response }) => response.status);

test('R-086 R-079 batch: each entry by itself, hidden and absent alike, one intent and one record that lists what was touched', async () => {
  const answer = await post(
    gateway.token(),
    'batch',
    [
      { request: { method: 'GET', url: 'Observation/other-1' } },
      { request: { method: 'GET', url: 'Observation/free-1' } },
      { request: { method: 'POST', url: 'Observation' }, resource: pulse('Patient/mine') },
      { request: { method: 'POST', url: 'Observation' }, resource: pulse('Patient/other') },
    ],
    'batch-1',
  );
  expect(answer.status).toBe(200);
  const bundle = await answer.json();
  expect(statuses(bundle).slice(0, 3)).toEqual(['404', '404', '201']);
  expect(bundle.entry[0]).toEqual(bundle.entry[1]);
  expect(Number(statuses(bundle)[3])).toBeGreaterThanOrEqual(403);
  const records = gateway.audit.records.filter(({ requestId }) => requestId === 'batch-1');
  expect(records.map(({ kind }) => kind)).toEqual(['intent', 'request']);
  expect(records[1]!.resources).toEqual([expect.stringMatching(/^Observation\/.+\/_history\/1$/)]);
});

test('R-079 transaction: a new patient and a visit that points to it, as one write on the real server', async () => {
  const link = `urn:uuid:${crypto.randomUUID()}`;
  const answer = await post(
    desk(),
    'transaction',
    [
      {
        fullUrl: link,
        request: { method: 'POST', url: 'Patient' },
        resource: { resourceType: 'Patient', name: [{ family: 'Neu' }] },
      },
      { request: { method: 'POST', url: 'Encounter' }, resource: visit(link) },
    ],
    'transaction-1',
  );
  expect(answer.status).toBe(200);
  const bundle = await answer.json();
  expect(statuses(bundle)).toEqual(['201', '201']);
  const patient = bundle.entry[0].resource.id;
  expect(bundle.entry[1].resource.subject.reference).toBe(`Patient/${patient}`);
  expect(bundle.entry[0].response.location).toContain(`${gateway.base}/Patient/${patient}/_history/`);
  expect(await place.raw(`Patient/${patient}`)).toContain('Neu');
  const records = gateway.audit.records.filter(({ requestId }) => requestId === 'transaction-1');
  expect(records.map(({ kind }) => kind)).toEqual(['intent', 'request']);
  expect(records[1]).toMatchObject({ patients: [patient] });
});

test('R-086 transaction: nothing of it happens when one entry may not be done, and the intent lists what was to be changed', async () => {
  const token = gateway.token();
  const mine = JSON.parse(await place.raw('Observation/mine-1'));
  const change = { request: { method: 'PUT', url: 'Observation/mine-1' }, resource: { ...mine, status: 'corrected' } };
  const refused = await post(token, 'transaction', [change, { request: { method: 'DELETE', url: 'Observation/other-1' } }]);
  expect(refused.status).toBe(404);
  expect(await place.raw('Observation/mine-1')).not.toContain('corrected');
  const done = await post(token, 'transaction', [change], 'transaction-2');
  expect(statuses(await done.json())).toEqual(['200']);
  expect(await place.raw('Observation/mine-1')).toContain('corrected');
  const [intent] = gateway.audit.records.filter(({ requestId }) => requestId === 'transaction-2');
  expect(intent).toMatchObject({ kind: 'intent', outcome: 'unknown', resources: ['Observation/mine-1'] });
});

test('R-141 hardening B4-54 a conditional create answers by what is visible, whatever the server behind would find', async () => {
  const create = async (identifier: string) => {
    const answer = await fetch(`${gateway.base}/Observation`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.token()}`,
        'content-type': 'application/fhir+json',
        'if-none-exist': `identifier=${identifier}`,
      },
      body: JSON.stringify({ ...pulse('Patient/mine'), identifier: [{ system: 'urn:x', value: identifier.split('|')[1] }] }),
    });
    return answer.status;
  };
  expect(await create('urn:x|fresh')).toBe(201);
  expect(await create('urn:x|fresh')).toBe(200);
});
