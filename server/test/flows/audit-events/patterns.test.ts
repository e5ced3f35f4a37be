// biome-ignore-all lint/suspicious/noExplicitAny: events are looked into as they came.
/**
 * what the trail says of a day's work, as FHIR, checked against IHE BALP by a reading of its text that knows nothing of how events are made.
 * The reading itself is checked against IHE's examples (../shared/data/audit, skipped when absent).
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packagedPolicies } from '../../../src/config/load-policies.ts';
import { type House, type HouseClient, house } from '../admin/house.ts';
import { registerBackend } from '../whole/backend.ts';
import { balpClaims, balpFaults } from './balp-profiles.ts';

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

const ours = {
  policySet: 'consents-and-trail',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'consent-clerks-keep-consents',
      description: 'Consent clerks keep the consents of every patient.',
      effect: 'permit',
      caller: { roles: ['consent-clerk'] },
      interactions: { group: ['C', 'R', 'U', 'D'] },
      resources: { types: ['Consent'] },
      consentExempt: 'Somebody must be able to write them down.',
    },
    {
      id: 'clerks-of-the-trail',
      description: 'Clerks of the trail look after it, but for what tells of sensitive data.',
      effect: 'permit',
      caller: { roles: ['trail-clerk'] },
      interactions: ['read', 'search'],
      resources: { types: ['AuditEvent'] },
      // An event is restricted by itself.
      clears: { confidentiality: 'R' },
    },
  ],
};

const app: HouseClient = {
  client_id: 'ward-app',
  kind: 'public',
  redirect_uris: ['https://app.example/back'],
  scope: 'user/*.cruds',
};

let it: House;
let officer: string;
let clerk: string;
let doctor: string;

beforeAll(async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-patterns-'));
  const file = path.join(home, 'ours.yaml');
  writeFileSync(file, JSON.stringify(ours));
  it = await house(home, {
    policies: { files: [packagedPolicies, file] },
    purposes: { mayAsk: { 'backend-service': ['HRESCH'] } },
  });
  await it.call('POST', '/admin/clients', {
    id: app.client_id,
    name: 'Ward app',
    kind: 'public',
    redirectUris: app.redirect_uris,
    scope: app.scope,
  });
  const signedIn = async (username: string, role: string) => {
    const fhirUser = `Practitioner/${username}`;
    await it.call('POST', '/admin/people', {
      username,
      name: `Dr ${username}`,
      roles: [role],
      fhirUser,
      password: 'a long password',
    });
    return it.token(username, 'a long password', app, 'user/*.cruds');
  };
  [officer, clerk, doctor] = [
    await signedIn('anna', 'privacy-officer'),
    await signedIn('clara', 'consent-clerk'),
    await signedIn('doc', 'physician'),
  ];
}, 120_000);
afterAll(() => it?.close());

async function fhir(target: string, token: string, method = 'GET', body?: unknown, type = 'application/fhir+json') {
  const answer = await fetch(it.fhir + target, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as any, headers: answer.headers };
}

const events = async (query: string, token = officer): Promise<any[]> => {
  const { status, body } = await fhir(`/AuditEvent?${query}&_count=500`, token);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body.entry ?? []).filter((entry: any) => entry.search.mode === 'match').map((entry: any) => entry.resource);
};
const told = (list: readonly any[]) =>
  list.map((one) =>
    balpClaims(one)
      .filter((claim) => !claim.startsWith('OAUTH'))
      .join(),
  );
const today = () => `date=ge${new Date(Date.now() - 3_600_000).toISOString().slice(0, 10)}`;

const consent = (patient: string, id?: string) => ({
  resourceType: 'Consent',
  ...(id === undefined ? {} : { id }),
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${patient}` },
  policyRule: { coding: [{ system: ACT, code: 'OPTOUT' }] },
  provision: { type: 'deny' },
});

const samples = path.resolve(import.meta.dirname, '../../../../../shared/data/audit/ihe-balp');

test.skipIf(!existsSync(samples))('the reading finds nothing wrong with IHE’s own examples, and much with spoiled ones', () => {
  const known = /\.(?:Patient)?(?:Create|Read|Update|Delete|Query)$|AuthZconsent$|PrivacyDisclosure\.Source$/;
  const all = readdirSync(samples)
    .filter((name) => name.startsWith('AuditEvent-'))
    .map((name) => JSON.parse(readFileSync(path.join(samples, name), 'utf8')))
    .filter((event) => event.meta.profile.some((one: string) => known.test(one)))
    .map((event) => ({ ...event, recorded: new Date(event.recorded).toISOString() }));
  expect(all.length).toBeGreaterThan(15);
  for (const event of all) {
    expect(balpFaults(event), event.id).toEqual([]);
    for (const spoiled of [
      { ...event, action: 'X' },
      { ...event, subtype: [] },
      { ...event, agent: event.agent.slice(1) },
      { ...event, entity: [] },
    ])
      expect(balpFaults(spoiled), event.id).not.toEqual([]);
  }
});

test('R-123 each act on a consent leaves an event by BALP’s pattern, at the FHIR base and by administration', async () => {
  const made = await fhir('/Consent', clerk, 'POST', consent('mine'));
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  const id = /Consent\/([^/]+)/.exec(made.headers.get('location') ?? '')![1]!;
  expect((await fhir(`/Consent/${id}`, clerk)).status).toBe(200);
  expect((await fhir('/Consent?patient=mine', clerk)).status).toBe(200);
  expect((await fhir(`/Consent/${id}`, clerk, 'PUT', { ...consent('mine', id), dateTime: '2026-01-01' })).status).toBe(200);
  // It decides: nothing of the record is given any more.
  expect((await fhir('/Observation/mine-1', doctor)).status).toBe(404);
  expect((await fhir(`/Consent/${id}`, clerk, 'DELETE')).status).toBeLessThan(300);
  expect((await fhir('/Observation/mine-1', doctor)).status).toBe(200);
  // Beside signing in, and the intents of writes, which claim nothing.
  const acts = (await events(`${today()}&agent=Practitioner/clara&_sort=date`)).filter((one) => told([one])[0] !== '');
  expect(acts.flatMap(balpFaults)).toEqual([]);
  expect(told(acts)).toEqual(['PatientCreate', 'PatientRead', 'PatientQuery', 'PatientUpdate', 'PatientDelete']);
  expect(acts.every((one) => JSON.stringify(one.entity).includes('Patient/mine'))).toBe(true);

  const kept = await it.call('PUT', '/admin/consents/of-hers', consent('other'));
  expect(kept.status, kept.text).toBe(200);
  expect((await it.call('DELETE', '/admin/consents/of-hers')).status).toBe(200);
  const administered = (await events(`${today()}&entity=Consent/of-hers&_sort=date`)).filter((one) => told([one])[0] !== '');
  expect(administered.flatMap(balpFaults)).toEqual([]);
  expect(told(administered)).toEqual(['PatientUpdate', 'PatientDelete']);
});

test('R-123 a decision by consent leaves an event that names it', async () => {
  await it.call('PUT', '/admin/consents/opted-out', consent('mine'));
  expect((await fhir('/Observation/mine-2', doctor)).status).toBe(404);
  await it.call('DELETE', '/admin/consents/opted-out');
  const decided = (
    await events(`patient=mine&type=http://dicom.nema.org/resources/ontology/DCM|110113&entity=Consent/opted-out`)
  ).filter((one) => one.subtype?.some(({ code }: any) => code === 'AuthZ-Consent'));
  expect(decided.map(({ outcome }) => outcome)).toEqual(['8']);
  expect([decided.flatMap(balpFaults), told(decided)]).toEqual([[], ['AuthZconsent']]);
});

describe('R-172 the event of labelled data', () => {
  const security = [
    { system: CONFIDENTIALITY, code: 'R' },
    { system: ACT, code: 'PSY' },
  ];

  beforeAll(async () => {
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/mine' },
    };
    await it.put({ ...observation, id: 'talk', meta: { security } });
    expect((await fhir('/Observation/talk', doctor)).status).toBe(200);
    expect((await fhir('/Observation?_id=talk', doctor)).body.entry).toHaveLength(1);
    expect((await fhir('/Observation/mine-3', doctor)).status).toBe(200);
  });

  test('carries the labels of what it is about', async () => {
    const [read] = await events('patient=mine&entity=Observation/talk');
    const data = read.entity.find(({ what }: any) => what?.reference === 'Observation/talk');
    expect(data.securityLabel).toEqual(security);
    const [search] = await events('patient=mine&subtype=search-type&agent=Practitioner/doc');
    expect(search.entity.find(({ query }: any) => query !== undefined).securityLabel).toEqual(security);
    const [plain] = await events('patient=mine&entity=Observation/mine-3');
    expect(JSON.stringify(plain)).not.toContain('securityLabel');
  });

  test('carries them as well when it was refused, and is as closed', async () => {
    const deep = [{ system: CONFIDENTIALITY, code: 'V' }];
    const resource = {
      resourceType: 'Observation',
      id: 'deep',
      status: 'final',
      code: { text: 'x' },
      meta: { security: deep },
    };
    await it.put({ ...resource, subject: { reference: 'Patient/mine' } });
    for (const path of ['/Observation/deep', '/Observation/deep/_history', '/Observation/deep/_history/1'])
      expect((await fhir(path, doctor)).status, path).toBe(404);
    const refused = await events('patient=mine&entity=Observation/deep');
    expect(refused).toHaveLength(3);
    for (const one of refused) {
      expect(one.outcome).not.toBe('0');
      const data = one.entity.find(({ what }: any) => what?.reference === 'Observation/deep');
      expect(data.securityLabel).toEqual(deep);
    }
    const trail = await (await registerBackend(it.issuer, it.running.adminToken!, ['trail-clerk'])).token(
      'system/AuditEvent.rs',
    );
    expect(JSON.stringify(await events('patient=mine&_sort=date', trail))).not.toContain('Observation/deep');
    expect((await fhir('/Observation/none', doctor)).status).toBe(404);
  });

  test('is as closed as they are: who is not cleared for their sensitivity does not find it', async () => {
    const trail = await (await registerBackend(it.issuer, it.running.adminToken!, ['trail-clerk'])).token(
      'system/AuditEvent.rs',
    );
    const [hidden] = await events('patient=mine&entity=Observation/talk');
    expect((await fhir(`/AuditEvent/${hidden.id}`, officer)).status).toBe(200);
    expect((await fhir(`/AuditEvent/${hidden.id}`, trail)).status).toBe(404);
    const seen = await events('patient=mine&_sort=date', trail);
    expect(seen.some((one) => JSON.stringify(one).includes('Observation/mine-3'))).toBe(true);
    expect(JSON.stringify(seen)).not.toContain('Observation/talk');
    expect(JSON.stringify(seen)).not.toContain('PSY');
  });
});

test('R-157 R-241 every event of the day is what the profiles that it claims ask for, and says when in UTC', async () => {
  const research = await (await registerBackend(it.issuer, it.running.adminToken!)).token('system/*.rs', { purpose: 'HRESCH' });
  expect((await fhir('/Observation/other-1', research)).status).toBe(200);
  const body = { resourceType: 'Observation', status: 'final', code: { text: 'y' }, subject: { reference: 'Patient/mine' } };
  const made = await fhir('/Observation', doctor, 'POST', body);
  expect(made.status).toBe(201);
  const target = `/Observation/${/Observation\/([^/]+)/.exec(made.headers.get('location') ?? '')![1]}`;
  const patch = [{ op: 'replace', path: '/code/text', value: 'z' }];
  expect((await fhir(target, doctor, 'PATCH', patch, 'application/json-patch+json')).status).toBe(200);
  expect((await fhir(`${target}/_history/1`, doctor)).status).toBe(200);
  expect((await fhir(target, doctor, 'DELETE')).status).toBeLessThan(300);
  await fhir('/Observation/none', doctor);
  await fhir('/Patient?nonsense=1', doctor);
  await fhir('/Patient/mine', 'no token');
  const all = await events(today());
  const faults = all.flatMap((one) => balpFaults(one).map((fault) => `${one.id} ${fault}`));
  expect(faults).toEqual([]);
  const claimed = new Set(all.flatMap(balpClaims));
  for (const profile of [
    ...['Create', 'Read', 'Update', 'Delete', 'Query'].map((name) => `Patient${name}`),
    'AuthZconsent',
    'PrivacyDisclosure.Source',
    'OAUTHaccessTokenUse.Comprehensive',
    'OAUTHaccessTokenUse.Minimal',
  ])
    expect([...claimed]).toContain(profile);
  expect(all.every(({ recorded }) => Math.abs(Date.parse(recorded) - Date.now()) < 600_000)).toBe(true);
});
