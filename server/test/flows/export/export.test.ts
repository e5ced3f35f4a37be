import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExportPlace, exported, exportPlace, idsOf, kickOff, R, settled } from './place.ts';

let place: ExportPlace;
let base: string;
let token: string;

beforeAll(async () => {
  place = await exportPlace({ export: { resourcesPerFile: 100, jobsPerClient: 3 } });
  base = place.running.urls.fhir;
  const { ward } = place;
  await ward.put({ resourceType: 'Patient', id: 'mine', name: [{ family: 'Lindqvist' }], telecom: [{ value: '1' }] });
  await ward.put({ resourceType: 'Patient', id: 'secret', meta: R, name: [{ family: 'Hidden' }] });
  await ward.put({ ...observation('restricted', 'mine'), meta: R });
  await ward.put(observation('of-secret', 'secret'));
  await ward.put({
    resourceType: 'Group',
    id: 'some',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/mine' } }, { entity: { reference: 'Patient/other' }, inactive: true }],
  });
  token = await place.backend.token('system/*.rs');
});
afterAll(async () => place?.close());

const observation = (id: string, of: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: `Patient/${of}` },
});

test('an export of the system is what searches would show: nothing restricted, phones masked, no closed type', async () => {
  const { manifest, resources } = await exported(base, '/$export', token);
  expect(manifest).toMatchObject({ request: `${base}/$export`, requiresAccessToken: true, error: [] });
  expect(idsOf(resources['Patient'])).toEqual(['mine', 'other']);
  expect(idsOf(resources['Observation'])).toEqual(['mine-1', 'mine-2', 'mine-3', 'of-secret', 'other-1', 'other-2', 'other-3']);
  expect(idsOf(resources['Practitioner'])).toEqual(['doc']);
  expect(JSON.stringify(resources)).not.toContain('telecom');
  expect(manifest.output.map(({ type }) => type)).not.toContain('Claim');
});

test('a Group, its members and their compartments; inactive members are none', async () => {
  const { resources } = await exported(base, '/Group/some/$export', token);
  expect(idsOf(resources['Patient'])).toEqual(['mine']);
  expect(idsOf(resources['Observation'])).toEqual(['mine-1', 'mine-2', 'mine-3']);
  expect(resources['Practitioner']).toBeUndefined();
});

test('an export of all patients has nothing of a patient who is hidden', async () => {
  const { resources } = await exported(base, '/Patient/$export', token);
  expect(idsOf(resources['Patient'])).toEqual(['mine', 'other']);
  expect(idsOf(resources['Observation'])).toEqual(['mine-1', 'mine-2', 'mine-3', 'other-1', 'other-2', 'other-3']);
});

test('of patients: those who are named and seen, by POST, with filter, elements and period', async () => {
  const parameter = [
    { name: '_type', valueString: 'Observation,Patient' },
    { name: 'patient', valueReference: { reference: 'Patient/other' } },
    { name: 'patient', valueReference: { reference: 'Patient/secret' } },
    { name: '_typeFilter', valueString: 'Observation?code=8867-4&value-quantity=gt61' },
    { name: '_elements', valueString: 'Observation.status' },
    { name: '_since', valueInstant: '2020-01-01T00:00:00Z' },
  ];
  const { resources } = await exported(base, '/Patient/$export', token, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  });
  expect(idsOf(resources['Patient'])).toEqual(['other']);
  expect(idsOf(resources['Observation'])).toEqual(['other-2', 'other-3']);
  const [first] = resources['Observation']!;
  expect(Object.keys(first!).sort()).toEqual(['code', 'id', 'meta', 'resourceType', 'status']);
  expect(JSON.stringify(first)).toContain('SUBSETTED');
});

test('an export since tomorrow is empty, and says so', async () => {
  const { manifest } = await exported(base, '/$export?_since=2100-01-01T00:00:00Z', token);
  expect(manifest.output).toEqual([]);
});

test.each([
  ['/$export', { prefer: 'return=minimal' }, 400],
  ['/$export?_outputFormat=text/csv', {}, 400],
  ['/$export?_unknown=1', {}, 400],
  ['/$export?_type=Nothing', {}, 400],
  ['/$export?_type=AuditEvent', {}, 400],
  ['/$export?_type=Claim', {}, 403],
  ['/$export?patient=mine', {}, 400],
  ['/$export?_type=Patient&_typeFilter=Observation%3Fcode%3Dx', {}, 400],
  ['/$export?_type=Patient&_typeFilter=Patient%3F_sort%3Dname', {}, 400],
  ['/$export?_type=Patient&_typeFilter=Patient%3F_include%3DPatient:organization', {}, 400],
  ['/$export?_type=Patient&_typeFilter=Patient%3F_text%3Dx', {}, 403],
  [`/$export?_type=Patient&_typeFilter=${Array(51).fill('Patient%3Factive%3Dtrue').join(',')}`, {}, 403],
  ['/$export?_elements=Patient.nothing', {}, 400],
  ['/$export?includeAssociatedData=LatestProvenanceResources', {}, 400],
  ['/Patient/$export?_type=Practitioner', {}, 400],
  ['/Group/nobody/$export', {}, 404],
  ['/Patient/mine/$export', {}, 404],
  ['/Observation/$export', {}, 404],
])('%s with %o is refused at once: %i', async (target, headers, status) => {
  const answer = await kickOff(base, target, token, { headers: headers as Record<string, string> });
  const outcome = (await answer.json()) as { resourceType: string };
  expect(answer.status, JSON.stringify(outcome)).toBe(status);
  expect(outcome.resourceType).toBe('OperationOutcome');
  expect(answer.headers.get('content-location')).toBeNull();
});

test('a stranger is told to sign in, also where an export is', async () => {
  for (const url of [`${base}/$export`, `${base}/_export/8a0c4a6e-0000-4000-8000-000000000000`]) {
    expect((await fetch(url, { headers: { prefer: 'respond-async' } })).status).toBe(401);
  }
});

test('an export is there for its client alone: status, files, deletion', async () => {
  const { status, manifest } = await exported(base, '/Patient/$export?_type=Patient', token);
  const other = await (await place.register()).token('system/*.rs');
  const absent = `${base}/_export/8a0c4a6e-0000-4000-8000-000000000000`;
  const seen = async (url: string, method = 'GET') => {
    const answer = await fetch(url, { method, headers: { authorization: `Bearer ${other}`, 'x-request-id': 'one' } });
    const headers = [...answer.headers].filter(([name]) => name !== 'date');
    return { status: answer.status, headers, text: await answer.text() };
  };
  const none = await seen(absent);
  expect(none.status).toBe(404);
  expect(await seen(status)).toEqual(none);
  expect(await seen(manifest.output[0]!.url)).toEqual(none);
  expect(await seen(status, 'DELETE')).toEqual(await seen(absent, 'DELETE'));

  const mine = { authorization: `Bearer ${token}` };
  expect((await fetch(status, { method: 'DELETE', headers: mine })).status).toBe(202);
  expect((await fetch(status, { headers: mine })).status).toBe(404);
  expect((await fetch(manifest.output[0]!.url, { headers: mine })).status).toBe(404);
});

test('what has become hidden after the job is not in the file, and what a file told is recorded before it leaves', async () => {
  const accepted = await kickOff(base, '/Patient/$export?_type=Observation', token);
  const done = await settled(accepted.headers.get('content-location')!, token);
  const manifest = (await done.json()) as { output: { url: string }[] };
  await place.ward.put({ ...observation('mine-2', 'mine'), meta: R });
  try {
    const file = await fetch(manifest.output[0]!.url, { headers: { authorization: `Bearer ${token}` } });
    expect(file.headers.get('content-type')).toBe('application/fhir+ndjson');
    const text = await file.text();
    expect(text).toContain('"mine-1"');
    expect(text).not.toContain('"mine-2"');
  } finally {
    await place.ward.put(observation('mine-2', 'mine'));
  }
});

test('a client that is disabled gets nothing more, and its job ends', async () => {
  const other = await place.register();
  const theirs = await other.token('system/*.rs');
  const { status } = await exported(base, '/Patient/$export?_type=Patient', theirs);
  await fetch(`${place.running.urls.issuer}/admin/clients/${other.id}/disable`, {
    method: 'POST',
    headers: { authorization: `Bearer ${place.running.adminToken}` },
  });
  expect((await fetch(status, { headers: { authorization: `Bearer ${theirs}` } })).status).toBe(401);
});

test('a batch cannot begin an export', async () => {
  const answer = await kickOff(base, '/', token, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: '$export' } }] }),
  });
  expect(await answer.text()).not.toContain('"202');
});
