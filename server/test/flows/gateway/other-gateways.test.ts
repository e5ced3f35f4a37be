/** docs/other-gateways.md, held against the gateway: requests with which other gateways test themselves, decided as they intend or explained. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, POLICY, startGateway } from './kit.ts';
import { type SmallServer, smallServer } from './small-server.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const folder = path.resolve(root, '../shared/data/gateway');
const there = existsSync(folder);

interface Row {
  readonly file: string;
  readonly sent: string;
  readonly theirs: string;
  readonly here: string;
  readonly why: string;
}

const rows: readonly Row[] = readFileSync(path.join(root, 'docs/other-gateways.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| [\w-]+\.json /.test(line))
  .map((line) => {
    const [, file = '', sent = '', theirs = '', here = '', why = ''] = line.split('|').map((cell) => cell.trim());
    return { file, sent, theirs, here, why };
  });

const read = (file: string): string => {
  const place = readdirSync(folder).find((one) => existsSync(path.join(folder, one, file)))!;
  return readFileSync(path.join(folder, place, file), 'utf8').replace(/^\ufeff/, '');
};

const keepPatients = {
  id: 'patients-are-not-deleted',
  description: 'Nobody deletes a patient through here.',
  effect: 'deny',
  interactions: ['delete'],
  resources: { types: ['Patient'] },
};

const doc = [{ reference: 'Practitioner/doc' }];
const [one, other] = ['be92a43f-de46-affa-b131-bbf9eea51140', '420e791b-e419-c19b-3144-29e101c2c12f'];

test('every row that is decided otherwise says why', () => {
  for (const { file, theirs, here, why } of rows) {
    if (theirs === '—') expect(why, file).not.toBe('');
    else if ((theirs === 'allowed') !== here.startsWith('2')) expect(why, file).not.toBe('');
  }
});

describe.skipIf(!there)('requests of other gateways', () => {
  let upstream: SmallServer;
  let gateway: Gateway;

  beforeAll(async () => {
    upstream = await smallServer('4.0.1');
    gateway = await startGateway({ upstream: upstream.url, policies: [{ ...POLICY, rules: [...POLICY.rules, keepPatients] }] });
  });
  afterAll(async () => {
    await gateway?.close();
    await upstream?.close();
  });

  test('every file has a row', () => {
    const files = readdirSync(folder).flatMap((place) => readdirSync(path.join(folder, place)));
    expect([...new Set(rows.map(({ file }) => file))].sort()).toEqual([...new Set(files)].sort());
  });

  test.each(rows.filter(({ sent }) => sent !== '—'))('$file', async ({ file, sent, here }) => {
    upstream.stored.clear();
    // Their list of patients is another one in this file.
    const third = 'db6e42c7-04fc-4d9d-b394-9ff33a41e178';
    for (const id of [one, other, ...(file.includes('patient_and_non') ? [third] : [])])
      put({ resourceType: 'Patient', id, active: false, birthDate: '1970-01-01', generalPractitioner: doc });
    for (const id of [
      'patient-non-authorized',
      'bob',
      'michael',
      ...(file.includes('patient_and_non') ? [] : [third]),
      'infant',
    ])
      put({ resourceType: 'Patient', id });
    const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
    const about = (id: string) => ({ subject: { reference: `Patient/${id}`, display: 'Somebody' } });
    put({ ...observation, id: '8d82f8ba-e045-4e43-833e-c8aa4de303a5', ...about(one), valueQuantity: { value: 1 } });
    put({ ...observation, id: '4047', ...about(one) });
    const performer = file.includes('patch') ? {} : { performer: [{ reference: `Patient/${one}` }] };
    put({
      ...observation,
      id: 'observation-jamess-bond-id-1',
      ...about(file.includes('patch_authorized') ? one : other),
      ...performer,
    });
    put({
      resourceType: 'Encounter',
      id: 'encounter-jamess-bond-id-1',
      status: 'finished',
      class: { code: 'AMB' },
      ...about(other),
    });
    put({
      resourceType: 'Encounter',
      id: '0ed72aff-0275-af43-4a59-c2695f9859d7',
      status: 'finished',
      class: { code: 'AMB' },
      ...about(one),
    });
    const [method = '', place = ''] = sent.split(' ');
    const send = async (body: string): Promise<string> => {
      const answer = await fetch(gateway.base + (place === '/' ? '' : place), {
        method,
        headers: {
          authorization: `Bearer ${gateway.token()}`,
          'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json',
        },
        body,
      });
      await answer.arrayBuffer();
      return `${answer.status} ${gateway.audit.last.reason}`;
    };
    const [first, second] = here.split(' → ');
    expect(await send(read(file))).toMatch(new RegExp(`^${first} `));
    if (second !== undefined) expect(await send(repaired(read(file)))).toMatch(new RegExp(`^${second} `));
  });

  function put(resource: object): void {
    upstream.put(JSON.stringify({ ...resource, meta: { versionId: '1' } }));
  }
});

describe.skipIf(!there)('SMART compartments of microsoft/fhir-server', () => {
  let upstream: SmallServer;
  let gateway: Gateway;
  let token: string;
  const mine: string[] = [];
  const others: string[] = [];

  beforeAll(async () => {
    upstream = await smallServer('4.0.1');
    for (const file of ['SmartCompartmentResources.json', 'SmartIncludeRevIncludeCompartmentLeakSetup.json'])
      for (const { resource } of JSON.parse(read(file)).entry) {
        const key = `${resource.resourceType}/${resource.id}`;
        upstream.put(JSON.stringify(resource));
        // As they name them: A1, A2 … are the patient's, PA1 and B1 are others'; the second file says a and b.
        if (
          key === 'Patient/smart-patient-A' ||
          (/-A\d$|-report-a$|-observation-a$/.test(key) && !key.includes('smartUserClient'))
        )
          mine.push(key);
        else others.push(key);
      }
    gateway = await startGateway({
      upstream: upstream.url,
      policies: [
        {
          ...POLICY,
          rules: [
            {
              id: 'patients-read-everything',
              description: 'Patients may read whatever their app may.',
              effect: 'permit',
              caller: { roles: ['patient'] },
              interactions: ['read', 'search'],
              resources: { categories: ['business', 'individual', 'anonymous', 'patient', 'not-classified'] },
              clears: { confidentiality: 'V', sensitivities: '*', other: '*' },
            },
          ],
        },
      ],
    });
    const person = { id: 'a', name: 'A patient', roles: ['patient'], fhirUser: 'Patient/smart-patient-A' };
    token = gateway.token({ scope: 'patient/*.rs', patient: 'smart-patient-A', person });
  });
  afterAll(async () => {
    await gateway?.close();
    await upstream?.close();
  });

  const found = async (target: string): Promise<readonly string[]> => {
    const answer = await gateway.get(target, token);
    const { entry = [] } = await answer.json();
    return entry.map(
      ({ resource }: { resource: { resourceType: string; id: string } }) => `${resource.resourceType}/${resource.id}`,
    );
  };

  test('reads: what is in the compartment of the patient, and nothing else', async () => {
    const allowed: string[] = [];
    for (const key of [...mine, ...others]) if ((await gateway.get(`/${key}`, token)).status === 200) allowed.push(key);
    expect(allowed.filter((key) => others.includes(key))).toEqual(ofSeveral);
    expect(mine.filter((key) => !allowed.includes(key)).sort()).toEqual(notTheirs);
  });

  test('searches, chains and includes find nothing else either', async () => {
    for (const target of [
      ...[...new Set([...mine, ...others].map((key) => `/${key.split('/')[0]}`))],
      '/Observation?code=http://loinc.org|4548-4&status=final',
      '/Observation?subject:Patient.family=x',
      '/Patient?_revinclude=Observation:subject',
      '/Patient?_revinclude=Coverage:beneficiary',
      '/DiagnosticReport?_include=DiagnosticReport:result',
      '/DiagnosticReport?_include=DiagnosticReport:subject',
      '/Observation?_include=Observation:focus&_revinclude=DiagnosticReport:result',
    ])
      expect(
        (await found(target)).filter((key) => others.includes(key) && !ofSeveral.includes(key)),
        target,
      ).toEqual([]);
    expect(await found('/Observation?status=final')).not.toEqual([]);
  });
});

/** In the compartments of two patients. The policies that come along show them to neither; this one leaves it to the scope. */
const ofSeveral: readonly string[] = [
  'CareTeam/smart-careteam-1',
  'Group/smart-group-1',
  'Coverage/smart-compartment-leak-coverage',
];

/** Named as the patient's, and in no compartment of theirs: their subject is somebody else, or they are in none by FHIR's definition. */
const notTheirs: readonly string[] = [
  'Encounter/smart-encounter-A1',
  'Organization/smart-organization-A1',
  'Organization/smart-organization-A2',
];

/** What is formally wrong with theirs, put right: full URLs that are relative, updates without an id, deletes with a body, URLs that begin with a slash. */
function repaired(text: string): string {
  const bundle = JSON.parse(text);
  for (const entry of bundle.entry) {
    const { method, url } = entry.request;
    if (entry.fullUrl !== undefined && !entry.fullUrl.includes(':')) delete entry.fullUrl;
    if (method === 'DELETE') delete entry.resource;
    if (method === 'PUT' && entry.resource !== undefined && !url.includes('?')) entry.resource.id = url.split('/')[1];
  }
  return JSON.stringify(bundle);
}
