// hardening B2-52, B6-89, B8-101 to B8-105: an export tells of what is hidden neither by its kick-off nor by status, manifest or files.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExportPlace, exportPlace, kickOff, type Manifest, R, settled } from '../flows/export/place.ts';
import { encounter, observation, patient } from './two-wards.ts';

let a: ExportPlace;
let b: ExportPlace;
const tokens = new Map<ExportPlace, string>();

const group = (id: string, ...members: readonly string[]) => ({
  resourceType: 'Group',
  id,
  type: 'person',
  actual: true,
  member: members.map((reference) => ({ entity: { reference } })),
});

beforeAll(async () => {
  [a, b] = await Promise.all([
    exportPlace({ export: { jobsPerClient: 100 } }),
    exportPlace({ export: { jobsPerClient: 100 } }),
  ]);
  for (const place of [a, b]) {
    const first = place === a;
    const { put } = place.ward;
    await put({ ...patient('mine', 'Lindqvist'), telecom: [{ system: 'phone', value: first ? '1' : '2' }] });
    await put({ ...observation('last', 'mine'), status: 'amended' });
    // Itself for everybody, and about somebody who is hidden here and absent there.
    await put(observation('orphan', 'hidden'));
    // Hidden: here a whole record, a restricted member and claims; there other ones, or none.
    await put({ ...patient(first ? 'hidden' : 'veiled', 'Nobody'), meta: R });
    for (const number of first ? [1, 2, 3, 4] : [5])
      await put({ ...observation(`ghost-${number}`, 'mine'), meta: R, valueString: 'ghost' });
    if (first) await put({ ...encounter('ghost', 'mine'), meta: R });
    if (first) await put({ ...group('covert', 'Patient/mine'), meta: R });
    await put(group('ward', 'Patient/mine', 'Patient/hidden'));
    await put({ resourceType: 'Claim', id: 'closed', status: 'active', use: 'claim', patient: { reference: 'Patient/mine' } });
    tokens.set(place, await place.backend.token('system/*.rs'));
  }
});
afterAll(async () => {
  await Promise.all([a?.close(), b?.close()]);
});

interface Told {
  readonly accepted: readonly unknown[];
  readonly manifest: unknown;
  readonly files: readonly string[];
  /** Searches of the job: progress is told in these. */
  readonly parts: number | undefined;
}

async function told(place: ExportPlace, target: string, init?: RequestInit): Promise<Told> {
  const { port } = new URL(place.running.urls.fhir);
  const same = (text: string) =>
    text
      .replaceAll(`127.0.0.1:${port}`, 'gateway')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '…')
      .replace(/"(lastUpdated|transactionTime)":"[^"]*"/g, '"$1":"…"')
      .replace(/"versionId":"\d+"/g, '"versionId":"…"');
  const token = tokens.get(place)!;
  const answer = await kickOff(place.running.urls.fhir, target, token, init);
  const headers = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  const accepted = [answer.status, headers.map(([name, value]) => [name, same(value)]), same(await answer.text())];
  const url = answer.headers.get('content-location');
  if (url === null) return { accepted, manifest: undefined, files: [], parts: undefined };
  const done = await settled(url, token);
  const manifest = (await done.json()) as Manifest;
  const files: string[] = [];
  for (const file of manifest.output)
    files.push(same(await (await fetch(file.url, { headers: { authorization: `Bearer ${token}` } })).text()));
  const job = await place.running.storage.db
    .selectFrom('export_job')
    .select('plan')
    .where('id', '=', url.split('/').at(-1)!)
    .executeTakeFirstOrThrow();
  const parts = (job.plan as { parts?: readonly unknown[] } | null)?.parts?.length;
  return { accepted, manifest: JSON.parse(same(JSON.stringify(manifest))), files, parts };
}

async function alike(target: string, init?: RequestInit): Promise<Told> {
  const [one, other] = await Promise.all([told(a, target, init), told(b, target, init)]);
  expect(other, target).toEqual(one);
  return one;
}

/** What a server would write that held the visible resources alone: worked out by hand. */
const compartment = { Group: ['ward'], Observation: ['last', 'mine-1', 'mine-2', 'mine-3'], Patient: ['mine'] };
const withOther = {
  Group: ['ward'],
  Observation: ['last', 'mine-1', 'mine-2', 'mine-3', 'other-1', 'other-2', 'other-3'],
  Patient: ['mine', 'other'],
};
const everything = {
  ...withOther,
  Observation: ['last', 'mine-1', 'mine-2', 'mine-3', 'orphan', 'other-1', 'other-2', 'other-3'],
  Practitioner: ['doc'],
};

test.each([
  ['B8-101', '/$export', everything],
  ['B8-101', '/Patient/$export', withOther],
  ['B8-101', '/Group/ward/$export', compartment],
  ['B8-101', '/Patient/$export?patient=Patient/hidden', {}],
  ['B8-101', '/Patient/$export?patient=Patient/nobody', {}],
  ['B8-101', '/Group/ward/$export?patient=Patient/mine&_type=Patient', { Patient: ['mine'] }],
  ['B8-102', '/$export?_type=Observation&_typeFilter=Observation%3Fstatus%3Damended', { Observation: ['last'] }],
  ['B8-102', '/$export?_type=Patient&_typeFilter=Patient%3Ftelecom%3Dphone%7C1', {}],
  ['B8-102', '/$export?_type=Patient&_typeFilter=Patient%3F_has:Observation:patient:status%3Damended', { Patient: ['mine'] }],
  ['B8-102', '/$export?_type=Observation&_typeFilter=Observation%3Fpatient.family%3DNobody', {}],
  ['B8-103', '/$export?_type=Encounter', {}],
  ['B8-105', '/Patient/$export?_type=Observation&_since=2100-01-01T00:00:00Z', {}],
] as const)('R-091 %s %s is what a server would give that holds what is visible', async (_path, target, wanted) => {
  const { manifest, files } = await alike(target);
  const found: Record<string, string[]> = {};
  for (const [index, { type }] of (manifest as Manifest).output.entries())
    found[type] = files[index]!.split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { id: string }).id);
  expect(found).toEqual(wanted);
  expect(files.join()).not.toMatch(/ghost|phone|veiled/);
});

test.each([
  ['B8-101', '/Group/covert/$export', 404],
  ['B8-101', '/$export?_type=Claim', 403],
  ['B8-102', '/$export?_type=Patient&_typeFilter=Patient%3F_content%3DNobody', 403],
  ['B8-104', '/Binary/$export', 404],
  ['B8-106', '/$export?_deidentify=true', 400],
  ['B6-89', '/$import', 404],
  ['B6-89', '/$export-poll', 404],
] as const)('R-091 %s %s is refused alike', async (_path, target, status) => {
  const { accepted } = await alike(target);
  expect(accepted[0]).toBe(status);
});

test('B8-104 B2-52 a file and a status of somebody else are as absent, whoever asks', async () => {
  const accepted = await kickOff(a.running.urls.fhir, '/Patient/$export?_type=Patient', tokens.get(a)!);
  const url = accepted.headers.get('content-location')!;
  await settled(url, tokens.get(a)!);
  const other = await (await a.register()).token('system/*.rs');
  const absent = url.replace(/[0-9a-f]{8}-/, '00000000-');
  const asked = async (target: string, method: string, token?: string) => {
    const answer = await fetch(target, { method, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    return [answer.status, answer.headers.get('content-type'), await answer.text()];
  };
  for (const method of ['GET', 'HEAD', 'DELETE', 'POST', 'PUT'])
    for (const tail of ['', '/Patient.0.ndjson', '/Observation.7.ndjson'])
      for (const token of [other, undefined, 'nonsense'])
        expect(await asked(url + tail, method, token), `${method} ${tail}`).toEqual(await asked(absent + tail, method, token));
  expect((await asked(`${url}/Patient.0.ndjson`, 'GET', tokens.get(a)!))[0]).toBe(200);
});

test('B8-104 the URL of a file has one spelling', async () => {
  const accepted = await kickOff(a.running.urls.fhir, '/Patient/$export?_type=Patient', tokens.get(a)!);
  const url = accepted.headers.get('content-location')!;
  await settled(url, tokens.get(a)!);
  for (const tail of [
    '/Patient.00.ndjson',
    '/Patient.0.ndjson?x=1',
    '/patient.0.ndjson',
    '/../Patient.0.ndjson',
    '/Patient.0.ndjson/',
    '%2FPatient.0.ndjson',
  ]) {
    const answer = await fetch(url + tail, { headers: { authorization: `Bearer ${tokens.get(a)}` } });
    expect(answer.status, tail).toBeGreaterThanOrEqual(400);
  }
});
