import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;

const POLICY = {
  policySet: 'masked-write-tests',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'physicians-treat',
      description: 'A physician keeps the records of patients in their care, and sees no address and no number.',
      effect: 'permit',
      caller: { roles: ['physician'], relations: ['general-practitioner'] },
      interactions: ['read', 'update', 'patch'],
      resources: { types: ['Patient'] },
      mask: ['Patient.address', 'Patient.telecom.value'],
    },
  ],
};
const stored =
  '{"resourceType":"Patient","id":"mine","name":[{"family":"Lindqvist"}],"generalPractitioner":[{"reference":"Practitioner/doc"}],' +
  '"telecom":[{"system":"phone","value":"555-SECRET"}],"address":[{"line":["SECRET 1"],"_line":[null]}]}';

beforeAll(async () => {
  place = await ward();
  await place.put(JSON.parse(stored));
  gateway = await startGateway({ upstream: place.server.url, policies: [POLICY] });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

const send = (method: string, body: object, type = 'application/fhir+json') =>
  fetch(`${gateway.base}/Patient/mine`, {
    method,
    headers: { authorization: `Bearer ${gateway.token()}`, 'content-type': type },
    body: JSON.stringify(body),
  });

test('R-148 R-149 what was read with a mask is written back without losing what the mask withheld', async () => {
  const read = await gateway.get('/Patient/mine', gateway.token());
  expect(read.headers.get('etag')).toBeNull();
  const seen = await read.json();
  expect(JSON.stringify(seen)).not.toContain('SECRET');

  // As it came it is tagged as a part, and storing a part would lose the rest.
  expect((await send('PUT', seen)).status).toBe(422);

  const { meta: _tagged, ...whole } = seen;
  const written = await send('PUT', { ...whole, gender: 'female' });
  expect(written.status).toBe(200);
  expect(await written.text()).not.toContain('SECRET');
  const now = JSON.parse(await place.raw('Patient/mine'));
  expect(now).toMatchObject({ gender: 'female', address: JSON.parse(stored).address, telecom: JSON.parse(stored).telecom });
});

test('R-148 naming what is withheld is refused, guessed right or wrong, in every form of a patch', async () => {
  const { address } = JSON.parse(stored);
  const body = { resourceType: 'Patient', id: 'mine', name: [{ family: 'Lindqvist' }] };
  for (const guess of [address, [{ line: ['elsewhere'] }]]) {
    expect((await send('PUT', { ...body, address: guess })).status).toBe(403);
    expect((await send('PATCH', { address: guess }, 'application/merge-patch+json')).status).toBe(403);
    const operations = [{ op: 'test', path: '/address', value: guess }];
    expect((await send('PATCH', operations, 'application/json-patch+json')).status).toBe(403);
  }
  const parts = [
    { name: 'type', valueCode: 'delete' },
    { name: 'path', valueString: 'Patient.address[0]' },
  ];
  const fhirPath = { resourceType: 'Parameters', parameter: [{ name: 'operation', part: parts }] };
  expect((await send('PATCH', fhirPath)).status).toBe(403);
  expect(await place.raw('Patient/mine')).toContain('SECRET 1');
});

test('the rest can be patched in every form', async () => {
  const told = async (answer: Response) => [answer.status, (await answer.json()).gender];
  expect(await told(await send('PATCH', { gender: 'male' }, 'application/merge-patch+json'))).toEqual([200, 'male']);
  const operations = [{ op: 'replace', path: '/gender', value: 'other' }];
  expect(await told(await send('PATCH', operations, 'application/json-patch+json'))).toEqual([200, 'other']);
  const parts = [
    { name: 'type', valueCode: 'replace' },
    { name: 'path', valueString: 'Patient.gender' },
    { name: 'value', valueCode: 'female' },
  ];
  const fhirPath = { resourceType: 'Parameters', parameter: [{ name: 'operation', part: parts }] };
  expect(await told(await send('PATCH', fhirPath))).toEqual([200, 'female']);
  expect(await place.raw('Patient/mine')).toContain('SECRET 1');
});
