// Personas bound to data that nobody made for them, also on a server with odd manners.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { bindPersonas } from '../src/binding/bind-personas.ts';
import { loadInto } from '../src/data/load-into.ts';
import { startFhirServer } from '../src/fhir-server/start-fhir-server.ts';
import { generateHospital } from '../src/hospital/generate-hospital.ts';
import { authorization, CREDENTIAL } from './fhir-server-process.ts';

let odd: Server | undefined;
afterEach(() => odd?.close());

test('on the hospital: ten personas, the busiest at the front, the parent from the data', async () => {
  const server = await startFhirServer({ port: 0, credential: CREDENTIAL });
  const resources = generateHospital({ seed: 'binding', now: new Date('2026-11-25') });
  await loadInto(
    { url: server.url, authorization },
    resources.map(({ type, id, text }) => ({ type, id, bytes: new TextEncoder().encode(text), file: '', placeholder: false })),
  );
  const { personas, notes } = await bindPersonas({ url: server.url, authorization });
  await server.close();

  expect(personas.map(({ name }) => name)).toEqual([
    'family-physician',
    'nurse',
    'emergency-physician',
    'billing-clerk',
    'researcher',
    'privacy-officer',
    'security-administrator',
    'patient-1',
    'patient-2',
    'parent',
  ]);
  expect(notes).toHaveLength(10);
  const counts = new Map<string, number>();
  for (const { type, text } of resources) {
    if (type === 'Encounter')
      for (const [, who = ''] of text.matchAll(/"(Practitioner\/[^"]+)"/g)) counts.set(who, (counts.get(who) ?? 0) + 1);
  }
  const top = [...counts].sort((one, other) => other[1] - one[1]).map(([who]) => who);
  expect(personas.slice(0, 3).map(({ fhirUser }) => fhirUser)).toEqual(top.slice(0, 3));
  const parent = personas.at(-1);
  expect(parent?.fhirUser).toMatch(/^RelatedPerson\//);
  expect(parent?.facts).toEqual([]);
  expect(personas[7]?.fhirUser).not.toBe(personas[8]?.fhirUser);
});

test('a server without totals, that refuses what it does not know and sends its pages elsewhere: facts of our own, and no credential abroad', async () => {
  const elsewhere: string[] = [];
  const thief = createServer((request, response) => {
    elsewhere.push(request.headers.authorization ?? 'none');
    response.end('{}');
  });
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  const foreign = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/steal`;
  const source = await oddServer((url) => {
    if (url.startsWith('/RelatedPerson')) return { status: 400, body: {} };
    if (url.startsWith('/Patient'))
      return { status: 200, body: searchset([patient('a', '1990-01-01'), patient('b', '2021-05-05')], foreign) };
    if (url.startsWith('/Encounter'))
      return {
        status: 200,
        body: searchset([
          {
            resourceType: 'Encounter',
            id: 'e',
            subject: { reference: 'http://other.example/fhir/Patient/a' },
            participant: [{ individual: { reference: 'Practitioner/d', display: 'Dr D' } }],
          },
        ]),
      };
    return url.startsWith('/Practitioner') ? { status: 404, body: {} } : { status: 500, body: {} };
  });
  const { personas } = await bindPersonas({ url: source, authorization: 'Bearer secret' });
  thief.close();
  expect(elsewhere).toEqual([]);
  const by = new Map(personas.map((persona) => [persona.name, persona]));
  expect(by.get('family-physician')).toMatchObject({
    display: 'Dr D',
    fhirUser: 'Practitioner/d',
    facts: [{ user: 'family-physician', relation: 'general-practitioner', patient: 'a' }],
  });
  expect(by.get('nurse')).not.toHaveProperty('fhirUser');
  expect(by.get('patient-1')?.fhirUser).toBe('Patient/a');
  expect(by.get('parent')).toMatchObject({
    roles: ['guardian'],
    facts: [{ user: 'parent', relation: 'guardian', patient: 'b' }],
  });
});

test.each<[string, (url: string) => { status: number; body: unknown }, RegExp]>([
  ['refuses', () => ({ status: 401, body: {} }), /answered 401/],
  ['is no FHIR server', () => ({ status: 200, body: { hello: 1 } }), /did not answer a search with a FHIR Bundle/],
  ['is empty', () => ({ status: 200, body: searchset([]) }), /holds no Patient/],
])('a server that %s gives one line', async (_, answer, complaint) => {
  const error = await bindPersonas({ url: await oddServer(answer) }).catch((each: Error) => each);
  expect((error as Error).message).toMatch(complaint);
  expect((error as Error).message).not.toContain('\n');
});

const patient = (id: string, birthDate: string) => ({ resourceType: 'Patient', id, birthDate, name: [{ family: id }] });
const searchset = (resources: readonly object[], next?: string) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  link: next === undefined ? [] : [{ relation: 'next', url: next }],
  entry: resources.map((resource) => ({ resource })),
});

async function oddServer(answer: (url: string) => { readonly status: number; readonly body: unknown }): Promise<string> {
  const server = createServer((request, response) => {
    const { status, body } = answer(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  odd = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
