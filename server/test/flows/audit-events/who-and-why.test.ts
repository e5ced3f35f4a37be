// biome-ignore-all lint/suspicious/noExplicitAny: AuditEvents are looked into by tests.
/** What an AuditEvent says of who asked and of why it was decided so: person or system, role and assurance, consents that decided. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, house } from '../admin/house.ts';
import { registerBackend } from '../whole/backend.ts';

const V3 = 'http://terminology.hl7.org/CodeSystem/';
const redirectUris = ['https://app.example/back'];
const app = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.rs' } as const;
const password = 'a long password';

const policies = {
  policySet: 'who-and-why',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'physicians-read',
      description: 'Physicians read everything up to normal confidentiality.',
      effect: 'permit',
      caller: { kinds: ['user'], roles: ['physician'] },
      interactions: ['read', 'search'],
      resources: { categories: ['patient', 'individual'] },
      clears: { other: [`${V3}v3-ActCode|NODSCLCD`] },
    },
    {
      id: 'backends-read-the-directory',
      description: 'Backend services read the directory.',
      effect: 'permit',
      caller: { kinds: ['system'] },
      interactions: ['read', 'search'],
      resources: { categories: ['individual'] },
    },
    {
      id: 'not-disclosed-without-consent',
      description: 'What is not to be disclosed without consent is shown where the patient agrees.',
      effect: 'deny',
      interactions: { group: ['R'] },
      resources: { types: ['Observation'], labels: { any: [`${V3}v3-ActCode|NODSCLCD`] } },
      consentable: true,
    },
    {
      id: 'officers-oversee',
      description: 'Privacy officers read the audit trail.',
      effect: 'permit',
      caller: { roles: ['privacy-officer'] },
      interactions: ['read', 'search'],
      resources: { types: ['AuditEvent'] },
      clears: { confidentiality: 'V', sensitivities: '*', other: '*' },
      consentExempt: 'Oversight is a duty that no consent sets aside.',
    },
  ],
};

let it: House;
let doctor: string;
let officer: string;
let backend: string;

const consent = (id: string, patient: string, type: 'permit' | 'deny') => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  scope: { coding: [{ system: `${V3}consentscope`, code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${patient}` },
  policyRule: { coding: [{ system: `${V3}v3-ActCode`, code: type === 'permit' ? 'OPTIN' : 'OPTOUT' }] },
  provision: { type },
});

beforeAll(async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-why-'));
  const file = path.join(home, 'policies.yaml');
  writeFileSync(file, JSON.stringify(policies));
  it = await house(home, { policies: { files: [file] } });
  for (const [patient, type] of [
    ['agreeing', 'permit'],
    ['silent', undefined],
    ['objecting', 'deny'],
  ] as const) {
    await it.put({ resourceType: 'Patient', id: patient });
    if (type !== undefined) await it.put(consent(`of-${patient}`, patient, type));
    const held = { meta: { security: [{ system: `${V3}v3-ActCode`, code: 'NODSCLCD' }] } };
    for (const [kind, more] of [
      ['plain', {}],
      ['held', held],
    ] as const)
      await it.put({
        resourceType: 'Observation',
        id: `${kind}-${patient}`,
        status: 'final',
        code: { text: 'x' },
        subject: { reference: `Patient/${patient}` },
        ...more,
      } as never);
  }
  await it.call('POST', '/admin/clients', { id: 'ward-app', name: 'Ward app', kind: 'public', redirectUris, scope: app.scope });
  const person = (username: string, role: string) =>
    it.call('POST', '/admin/people', {
      username,
      name: username,
      roles: [role],
      fhirUser: `Practitioner/${username}`,
      password,
    });
  await person('doc', 'physician');
  await person('anna', 'privacy-officer');
  doctor = await it.token('doc', password, app, app.scope);
  officer = await it.token('anna', password, app, app.scope);
  backend = await (await registerBackend(it.issuer, it.running.adminToken!)).token('system/*.rs');
}, 120_000);
afterAll(() => it?.close());

let asked = 0;

/** Asks, and gives the status with the AuditEvents that came of it. */
async function recorded(target: string, token: string): Promise<{ status: number; events: any[] }> {
  const id = `why-${asked++}`;
  const answer = await fetch(it.fhir + target, { headers: { authorization: `Bearer ${token}`, 'x-request-id': id } });
  const today = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const found = await fetch(`${it.fhir}/AuditEvent?date=ge${today}&_count=500`, {
    headers: { authorization: `Bearer ${officer}` },
  });
  const { entry = [] } = (await found.json()) as { entry?: any[] };
  const events = entry.map(({ resource }) => resource);
  const rest = events.filter((one) => one.entity?.some(({ what }: any) => what?.identifier?.value === id));
  // A decision by consent is an event beside that of the request, with the same beginning of its id.
  const ids = rest.map((one) => one.id.slice(0, 36));
  return { status: answer.status, events: events.filter((one) => ids.includes(one.id.slice(0, 36))) };
}

const consentsIn = (events: readonly any[]) =>
  events
    .flatMap((one) => one.entity ?? [])
    .map(({ what }) => what?.reference)
    .filter((reference) => reference?.includes('Consent/'));

test('R-073 what is not to be disclosed without consent is withheld until a consent of the patient permits it', async () => {
  const status = async (id: string) => it.fhirStatus(`/Observation/${id}`, doctor);
  expect([await status('plain-silent'), await status('held-silent')]).toEqual([200, 404]);
  expect([await status('plain-agreeing'), await status('held-agreeing')]).toEqual([200, 200]);
  expect([await status('plain-objecting'), await status('held-objecting')]).toEqual([404, 404]);
});

test('R-089 the consent that opened or closed it is an entity of the AuditEvent, and none is where none decided', async () => {
  const by = async (target: string) => {
    const { status, events } = await recorded(target, doctor);
    return [status, consentsIn(events)];
  };
  expect(await by('/Observation/plain-objecting')).toEqual([404, ['Consent/of-objecting']]);
  expect(await by('/Observation/held-agreeing')).toEqual([200, ['Consent/of-agreeing']]);
  expect(await by('/Observation?patient=agreeing')).toEqual([200, ['Consent/of-agreeing']]);
  expect(await by('/Observation/plain-agreeing')).toEqual([200, []]);
  expect(await by('/Observation/plain-silent')).toEqual([200, []]);
  expect(await by('/Observation/held-silent')).toEqual([404, []]);
});

test('R-046 a person through an app and a system on its own are decided apart, and told apart in the AuditEvent', async () => {
  const person = await recorded('/Practitioner/doc', doctor);
  const system = await recorded('/Practitioner/doc', backend);
  expect([person.status, system.status]).toEqual([200, 200]);
  // The rule for systems does not reach what the rule for persons does.
  expect(await it.fhirStatus('/Observation/plain-silent', doctor)).toBe(200);
  expect(await it.fhirStatus('/Observation/plain-silent', backend)).toBe(403);
  const agents = ({ events }: { events: any[] }) => events[0].agent;
  const requestor = agents(person).find((one: any) => one.requestor);
  expect(requestor.who).toMatchObject({ reference: 'Practitioner/doc', display: 'doc' });
  expect(agents(person).find((one: any) => one.who?.identifier?.value === 'ward-app')).toMatchObject({ requestor: false });
  expect(agents(system).filter((one: any) => one.name !== undefined || one.who?.reference !== undefined)).toEqual([]);
  const types = (list: any[]) => list.flatMap((one) => one.type?.coding ?? []).map(({ code }: any) => code);
  expect(types(agents(system))).not.toEqual(types(agents(person)));
});

test('R-050 role and assurance of the person stand in the AuditEvent, in codes that others know', async () => {
  const { events } = await recorded('/Patient/silent', doctor);
  const user = events[0].agent.find((one: any) => one.requestor);
  expect(user.role).toEqual([
    {
      coding: [
        { system: `${V3}practitioner-role`, code: 'doctor', display: 'Doctor' },
        { system: 'urn:fireguard:role', code: 'physician' },
      ],
      text: 'physician',
    },
  ]);
  expect(user.extension).toEqual([
    {
      url: 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/ihe-assuranceLevel',
      valueCodeableConcept: { text: expect.stringMatching(/aal1/) },
    },
  ]);
  const today = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const search = (role: string) =>
    fetch(`${it.fhir}/AuditEvent?date=ge${today}&agent-role=${encodeURIComponent(role)}&patient=silent`, {
      headers: { authorization: `Bearer ${officer}` },
    }).then((answer) => answer.json() as Promise<{ entry?: unknown[] }>);
  expect((await search(`${V3}practitioner-role|doctor`)).entry?.length).toBeGreaterThan(0);
  expect((await search(`${V3}practitioner-role|nurse`)).entry ?? []).toEqual([]);
});
