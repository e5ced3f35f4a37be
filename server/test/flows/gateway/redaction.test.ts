/** What a copy that is not whole says of itself, what it does not say where policy wants silence, and how it comes back (requirements, section 14). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

// biome-ignore lint/suspicious/noExplicitAny: resources as they come
type Json = any;

const OBSERVATION_VALUE = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
const SUBSETTED = { system: OBSERVATION_VALUE, code: 'SUBSETTED' };
const REDACTED = { system: OBSERVATION_VALUE, code: 'REDACTED' };
const NOREUSE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode|NOREUSE';

let place: Ward;
let gateway: Gateway;

const rule = (more: object) => ({
  id: 'physicians-treat',
  description: 'A physician keeps the records of patients in their care.',
  effect: 'permit',
  caller: { roles: ['physician'], relations: ['general-practitioner'] },
  interactions: ['read', 'vread', 'search', 'update'],
  resources: { types: ['Patient', 'Encounter'] },
  ...more,
});
const decideBy = (more: object) =>
  gateway.decideBy([{ policySet: 'redaction', version: 1, combining: 'deny-overrides', rules: [rule(more)] }]);

beforeAll(async () => {
  place = await ward();
  const mine = (id: string, more: object) =>
    place.put({
      resourceType: 'Patient',
      id,
      name: [{ family: 'Lindqvist' }],
      generalPractitioner: [{ reference: 'Practitioner/doc' }],
      ...more,
    });
  await mine('with', { address: [{ city: 'MARKER' }] });
  await mine('without', {});
  await place.put({
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/with' },
    reasonReference: [{ reference: '#why' }],
    serviceProvider: { reference: '#where' },
    contained: [
      {
        resourceType: 'Condition',
        id: 'why',
        code: { text: 'MARKER' },
        subject: { reference: 'Patient/with' },
        asserter: { reference: '#who' },
      },
      { resourceType: 'Practitioner', id: 'who', name: [{ family: 'MARKER' }] },
      { resourceType: 'Organization', id: 'where', name: 'Clinic' },
    ],
  });
  gateway = await startGateway({ upstream: place.server.url });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

async function get(path: string): Promise<{ answer: Response; text: string; json: Json }> {
  const answer = await gateway.get(path, gateway.token());
  const text = await answer.text();
  return { answer, text, json: JSON.parse(text) };
}
const put = (path: string, body: Json, headers: Record<string, string> = {}) =>
  fetch(gateway.base + path, {
    method: 'PUT',
    headers: { authorization: `Bearer ${gateway.token()}`, 'content-type': 'application/fhir+json', ...headers },
    body: JSON.stringify(body),
  });

test('R-151 what is shortened is tagged SUBSETTED, and neither as tag nor as label does it come back to be stored', async () => {
  decideBy({});
  for (const path of ['/Patient/with?_elements=name', '/Patient/with?_summary=true', '/Patient/with?_summary=data'])
    expect((await get(path)).json.meta.tag, path).toEqual([SUBSETTED]);
  expect((await get('/Patient/with')).json.meta.tag).toBeUndefined();
  const whole = JSON.parse(await place.raw('Patient/with'));
  for (const meta of [{ tag: [SUBSETTED] }, { security: [SUBSETTED] }])
    expect((await put('/Patient/with', { ...whole, meta })).status).toBe(422);
});

test('R-152 every redacted copy is labelled REDACTED, whether anything was there or not, and what is whole is not', async () => {
  decideBy({ mask: ['Patient.address'] });
  for (const id of ['with', 'without']) {
    const { json, text, answer } = await get(`/Patient/${id}`);
    expect(text).not.toContain('MARKER');
    expect(json.meta.security).toEqual([REDACTED]);
    expect(json.meta.tag).toEqual([SUBSETTED]);
    expect(answer.headers.get('etag')).toBeNull();
  }
  const found = await get('/Patient?_count=10');
  expect(found.json.entry.length).toBeGreaterThan(1);
  for (const { resource } of found.json.entry) expect(resource.meta.security).toEqual([REDACTED]);
  expect((await get('/Encounter/visit')).json.meta.security).toBeUndefined();
});

test('R-155 what is contained for a masked element alone goes with it, and what else names stays', async () => {
  decideBy({ mask: ['Encounter.reasonReference'] });
  const { json, text } = await get('/Encounter/visit');
  expect(text).not.toContain('MARKER');
  expect(json.contained).toEqual([{ resourceType: 'Organization', id: 'where', name: 'Clinic' }]);
});

test('R-153 where policy wants silence, a redacted copy is that of a resource that never had the elements', async () => {
  decideBy({ mask: ['Patient.address'], maskAs: 'silence' });
  const redacted = await get('/Patient/with');
  expect(redacted.text).not.toContain('MARKER');
  const names = (headers: Headers) => [...headers.keys()].filter((name) => name !== 'content-length');
  const plain = await get('/Patient/without');
  const anonymous = ({ json: { id: _id, meta, ...rest } }: { json: Json }) => ({ ...rest, meta: Object.keys(meta) });
  expect(anonymous(redacted)).toEqual(anonymous(plain));
  expect(names(redacted.answer.headers)).toEqual(names(plain.answer.headers));
  expect(redacted.answer.headers.get('etag')).toBe(`W/"${redacted.json.meta.versionId}"`);
  expect(plain.text).toBe(await place.raw('Patient/without'));
  // The version is good for a precondition, and what was not seen is not lost.
  const etag = redacted.answer.headers.get('etag')!;
  expect((await gateway.get('/Patient/with', gateway.token(), { 'if-none-match': etag })).status).toBe(304);
  expect((await put('/Patient/with', { ...redacted.json, gender: 'female' }, { 'if-match': etag })).status).toBe(200);
  expect(JSON.parse(await place.raw('Patient/with'))).toMatchObject({ gender: 'female', address: [{ city: 'MARKER' }] });
});

test('R-145 labels that were put on what is shown come back with it, and are neither refused nor stored', async () => {
  decideBy({ obligations: { labels: [NOREUSE] } });
  const shown = await get('/Patient/without');
  expect(shown.json.meta.security).toEqual([{ system: NOREUSE.split('|')[0], code: 'NOREUSE' }]);
  const written = await put('/Patient/without', { ...shown.json, gender: 'male' });
  expect(written.status).toBe(200);
  expect((await written.json()).meta.security).toEqual(shown.json.meta.security);
  const stored = JSON.parse(await place.raw('Patient/without'));
  expect(stored).toMatchObject({ gender: 'male' });
  expect(stored.meta.security).toBeUndefined();
  // A label that was not ours to put on is still refused.
  const restricted = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' };
  const other = { ...stored, meta: { security: [...shown.json.meta.security, restricted] } };
  expect((await put('/Patient/without', other)).status).toBe(403);
});

test('R-145 R-152 a redacted copy without its tag can be written back, and the label of the copy is not stored', async () => {
  decideBy({ mask: ['Patient.address'] });
  const { json } = await get('/Patient/with');
  const { tag: _tag, ...meta } = json.meta;
  expect((await put('/Patient/with', { ...json, meta, gender: 'other' })).status).toBe(200);
  const stored = JSON.parse(await place.raw('Patient/with'));
  expect(stored).toMatchObject({ gender: 'other', address: [{ city: 'MARKER' }] });
  expect(stored.meta.security).toBeUndefined();
});
