/** Issue "Foundation", what it must show 2, on the synthetic hospital: exactly the permitted subset, byte-identical; who is permitted is computed here. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningFhirServer, startFhirServer } from '../../../../demo/src/fhir-server/start-fhir-server.ts';
import { describeHospital, generateHospital, type HospitalCast } from '../../../../demo/src/hospital/generate-hospital.ts';
import { loadPolicies } from '../../../src/config/load-policies.ts';
import { CREDENTIAL, type Gateway, startGateway } from './kit.ts';

// biome-ignore lint/suspicious/noExplicitAny: FHIR resources as they come
type Resource = any;

let server: RunningFhirServer;
let gateway: Gateway;
let cast: HospitalCast;
let all: readonly Resource[];

beforeAll(async () => {
  const options = { seed: 'gateway', now: new Date() };
  server = await startFhirServer({ port: 0, credential: CREDENTIAL });
  const resources = generateHospital(options);
  cast = describeHospital(options);
  all = resources.map(({ value }) => value);
  const headers = { authorization: `Bearer ${CREDENTIAL}`, 'content-type': 'application/fhir+json' };
  for (let at = 0; at < resources.length; at += 500) {
    const entries = resources
      .slice(at, at + 500)
      .map(({ type, id, text }) => `{"resource":${text},"request":{"method":"PUT","url":"${type}/${id}"}}`);
    const answer = await fetch(server.url, {
      method: 'POST',
      headers,
      body: `{"resourceType":"Bundle","type":"batch","entry":[${entries.join()}]}`,
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
  gateway = await startGateway({
    upstream: server.url,
    policies: loadPolicies(undefined),
    upstreamOptions: { exclusive: true },
  });
});
afterAll(async () => {
  await gateway?.close();
  await server?.close();
});

const upstreamText = async (path: string) =>
  (await fetch(`${server.url}/${path}`, { headers: { authorization: `Bearer ${CREDENTIAL}` } })).text();

/** Every page of a search. */
async function found(path: string, token: string): Promise<Resource[]> {
  const resources: Resource[] = [];
  let url: string | undefined = gateway.base + path;
  while (url !== undefined) {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    const bundle = (await answer.json()) as Resource;
    resources.push(...(bundle.entry ?? []).map((entry: Resource) => entry.resource));
    url = bundle.link.find((link: Resource) => link.relation === 'next')?.url;
  }
  return resources;
}

/** Patients to whom a practitioner stands in a relation of care, read off the resources with no code of ours. */
function patientsOf(practitioner: string): ReadonlySet<string> {
  const ids = new Set<string>();
  const add = (reference: string | undefined) => {
    if (reference?.startsWith('Patient/')) ids.add(reference.slice(8));
  };
  for (const one of all) {
    if (one.resourceType === 'Patient' && one.generalPractitioner?.some((gp: Resource) => gp.reference === practitioner))
      ids.add(one.id);
    if (
      one.resourceType === 'CareTeam' &&
      one.status === 'active' &&
      one.participant?.some((member: Resource) => member.member?.reference === practitioner)
    )
      add(one.subject?.reference);
    if (
      one.resourceType === 'Encounter' &&
      one.class?.code !== 'EMER' &&
      one.participant?.some((part: Resource) => part.individual?.reference === practitioner)
    )
      add(one.subject?.reference);
  }
  return ids;
}

const labelled = (one: Resource) => one.meta?.security !== undefined;
const consented = () =>
  new Set(all.filter((one) => one.resourceType === 'Consent').map((one) => one.patient.reference.slice(8)));

test("a family physician's searches give their patients' records and nobody else's", async () => {
  const physician = cast['family-physician'].fhirUser;
  const token = gateway.token({ person: { id: 'fp', name: 'Family physician', roles: ['physician'], fhirUser: physician } });
  const mine = patientsOf(physician);
  const special = consented();
  expect(mine.size).toBeGreaterThan(5);

  const patients = await found('/Patient?_count=7', token);
  for (const { id } of patients) expect(mine).toContain(id);
  const plain = all.filter(
    (one) => one.resourceType === 'Patient' && mine.has(one.id) && !labelled(one) && !special.has(one.id),
  );
  expect(patients.map(({ id }) => id)).toEqual(expect.arrayContaining(plain.map(({ id }) => id)));
  expect(new Set(patients.map(({ id }) => id)).size).toBe(patients.length);
  expect(patients.map(({ id }) => id)).not.toContain(cast.optedOut.fhirUser.slice(8));

  const observations = await found('/Observation?_count=200', token);
  const subject = (one: Resource) => one.subject.reference.slice(8);
  for (const one of observations) expect(mine).toContain(subject(one));
  const expected = all.filter(
    (one) => one.resourceType === 'Observation' && mine.has(subject(one)) && !labelled(one) && !special.has(subject(one)),
  );
  expect(observations.map(({ id }) => id)).toEqual(expect.arrayContaining(expected.map(({ id }) => id)));
}, 60_000);

test('what is let out has the bytes of the upstream', async () => {
  const physician = cast['family-physician'].fhirUser;
  const token = gateway.token({ person: { id: 'fp', name: 'Family physician', roles: ['physician'], fhirUser: physician } });
  const bundle = await (await gateway.get('/Observation?_count=50', token)).text();
  const ids = (JSON.parse(bundle) as Resource).entry.map((entry: Resource) => entry.resource.id as string);
  expect(ids.length).toBe(50);
  for (const id of ids.slice(0, 10)) expect(bundle).toContain(await upstreamText(`Observation/${id}`));
});

test('what leaves names the gateway and not the upstream', async () => {
  const token = gateway.token({
    person: { id: 'fp', name: 'Family physician', roles: ['physician'], fhirUser: cast['family-physician'].fhirUser },
  });
  for (const type of ['Patient', 'Observation', 'DocumentReference', 'DiagnosticReport', 'Composition', 'Encounter']) {
    expect(await (await gateway.get(`/${type}?_count=100`, token)).text()).not.toContain(new URL(server.url).host);
  }
});

test('R-030 a device of a patient is as closed as the patient', async () => {
  const clerk = gateway.token({
    person: { id: 'r', name: 'Researcher', roles: ['researcher'], fhirUser: cast.researcher.fhirUser },
  });
  const devices = all.filter((one) => one.resourceType === 'Device' && one.patient !== undefined);
  expect(devices.length).toBeGreaterThan(0);
  for (const { id } of devices) expect((await gateway.get(`/Device/${id}`, clerk)).status).toBe(404);
});

test('patient and parent see their own, and nothing of each other', async () => {
  const patient = cast['patient-1'].fhirUser.slice(8);
  const asPatient = gateway.token({
    scope: 'patient/*.rs',
    patient,
    person: { id: 'pt', name: 'Patient', roles: ['patient'], fhirUser: `Patient/${patient}` },
  });
  const child = cast.child.fhirUser.slice(8);
  const asParent = gateway.token({
    scope: 'patient/*.rs',
    patient: child,
    person: { id: 'pa', name: 'Parent', roles: ['guardian'], fhirUser: cast.parent.fhirUser },
  });
  expect((await found('/Patient', asPatient)).map(({ id }) => id)).toEqual([patient]);
  expect((await found('/Patient', asParent)).map(({ id }) => id)).toEqual([child]);
  const observations = await found('/Observation?_count=20', asPatient);
  expect(observations.length).toBe(
    all.filter((one) => one.resourceType === 'Observation' && one.subject.reference === `Patient/${patient}`).length,
  );
  expect(observations.every((one) => one.subject.reference === `Patient/${patient}`)).toBe(true);
  expect((await gateway.get(`/Patient/${patient}`, asParent)).status).toBe(404);
});
