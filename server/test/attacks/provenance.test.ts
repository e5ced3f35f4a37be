// hardening B4-69: X-Provenance says who did it, in one transaction with what was done; it can neither lie about who writes nor tell what is hidden.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { observation, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
beforeAll(async () => {
  place = await twoWards();
});
afterAll(async () => place?.close());

const provenance = (...agents: readonly string[]) => ({
  resourceType: 'Provenance',
  recorded: '2026-06-01T12:00:00Z',
  agent: agents.map((reference) => ({ who: { reference } })),
});
const written = (header: object, path = '/Observation', body: object = observation('new', 'mine')) =>
  place.alike({ method: 'POST', path, headers: { 'x-provenance': JSON.stringify(header) }, body: { ...body, id: undefined } });

test('B4-69 a Provenance in somebody else’s name is refused, and nothing is written', async () => {
  const before = await place.wards[0].raw('Observation?_count=100');
  for (const agents of [['Practitioner/second'], ['Practitioner/nobody'], []])
    expect((await written(provenance(...agents))).status).toBe(422);
  expect(JSON.parse(await place.wards[0].raw('Observation?_count=100')).entry.length).toBe(JSON.parse(before).entry.length);
});

test('B4-69 its target is for the server to say, and another resource in it is refused', async () => {
  expect((await written({ ...provenance('Practitioner/doc'), target: [{ reference: 'Observation/secret' }] })).status).toBe(
    422,
  );
  expect((await written({ resourceType: 'Observation', status: 'final', code: { text: 'x' } })).status).toBe(422);
  expect((await written(provenance('Practitioner/doc'), '/Observation/mine-1/_history')).status).toBe(405);
});

test('B4-69 what it points to may be hidden or absent: the answer is one', async () => {
  const entity = (reference: string) => ({
    ...provenance('Practitioner/doc'),
    entity: [{ role: 'source', what: { reference } }],
  });
  const [secret, none] = [await written(entity('Observation/secret')), await written(entity('Observation/none'))];
  expect(secret.text.replaceAll('secret', 'none')).toBe(none.text);
  expect(secret.status).toBe(none.status);
});

test('B4-69 an honest one is stored with the write', async () => {
  const answer = await written(provenance('Practitioner/doc'));
  expect(answer.status, answer.text).toBe(201);
  const stored = JSON.parse(await place.wards[0].raw('Provenance?_count=100'));
  expect(JSON.stringify(stored.entry)).toContain('Practitioner/doc');
});
