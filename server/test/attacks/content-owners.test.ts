// hardening B9-124: content is only as open as what stands for it, in whole, in part and in every format; hidden content is as absent content.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
const R = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };
const content = (id: string, context?: string) => ({
  resourceType: 'Binary',
  id,
  contentType: 'application/pdf',
  ...(context === undefined ? {} : { securityContext: { reference: context } }),
  data: 'QUJDREVG',
});
const pointer = (id: string, of: string, to: string, meta: object = {}) => ({
  resourceType: 'DocumentReference',
  id,
  meta,
  status: 'current',
  subject: { reference: `Patient/${of}` },
  content: [{ attachment: { contentType: 'application/pdf', url: `Binary/${to}` } }],
});

beforeAll(async () => {
  place = await twoWards();
  const [first, second] = place.wards;
  for (const ward of place.wards) {
    await ward.put(pointer('seen-document', 'mine', 'seen'));
    await ward.put(content('seen'));
    await ward.put(content('in-context', 'DocumentReference/seen-document'));
  }
  // Hidden in one ward, absent or otherwise hidden in the other.
  await first.put(content('of-another', 'Patient/other'));
  await first.put(content('without-context'));
  await first.put(pointer('restricted-document', 'mine', 'by-restricted', R));
  await first.put(content('by-restricted'));
  await second.put(content('by-restricted'));
  await first.put(content('in-restricted', 'DocumentReference/restricted-document'));
  await second.put(content('in-restricted', 'DocumentReference/nowhere'));
  await first.put(pointer('anothers-document', 'other', 'by-another'));
  await first.put(content('by-another'));
  await second.put(content('circle', 'Binary/circle'));
});
afterAll(async () => place?.close());

const hidden = ['of-another', 'without-context', 'by-restricted', 'in-restricted', 'by-another', 'circle', 'never'];

test('R-028 what is seen is seen in every form', async () => {
  for (const id of ['seen', 'in-context']) {
    expect((await place.alike({ path: `/Binary/${id}` })).status).toBe(200);
    expect((await place.alike({ path: `/Binary/${id}`, headers: { accept: 'application/pdf' } })).text).toBe('ABCDEF');
    const part = await place.alike({ path: `/Binary/${id}`, headers: { accept: 'application/pdf', range: 'bytes=1-2' } });
    expect([part.status, part.text]).toEqual([206, 'BC']);
  }
});

test.each(hidden)('R-028 %s is as absent, however it is asked for', async (id) => {
  for (const headers of [
    {},
    { accept: 'application/fhir+xml' },
    { accept: 'application/pdf' },
    { accept: 'application/pdf', range: 'bytes=0-1' },
    { accept: 'application/pdf', range: 'bytes=99-' },
    { 'if-none-match': 'W/"1"' },
    { 'if-modified-since': 'Wed, 01 Jan 2031 00:00:00 GMT' },
  ] as const)
    for (const method of ['GET', 'HEAD']) {
      const one = await place.alike({ method, path: `/Binary/${id}`, headers });
      expect(one).toEqual(await place.alike({ method, path: '/Binary/nobody', headers }));
      expect(one.status).toBe(404);
    }
  for (const path of [`/Binary/${id}/_history/1`, `/Binary/${id}/_history`, `/Binary/${id}/$meta`])
    expect((await place.alike({ path })).text).toEqual((await place.alike({ path: path.replace(id, 'nobody') })).text);
  expect((await place.alike({ path: `/Binary?_id=${id}` })).text).not.toContain('"entry"');
});

test('a search of content finds what is seen', async () => {
  const found = JSON.parse((await place.alike({ path: '/Binary?_count=50' })).text);
  expect(found.entry.map(({ resource }: { resource: { id: string } }) => resource.id).sort()).toEqual(['in-context', 'seen']);
});

test('B4-59 a document that points to hidden content is as one that points to absent content', async () => {
  const point = (to: string) => {
    const { id: _, ...body } = pointer('', 'mine', to);
    return place.alike({ method: 'POST', path: '/DocumentReference', body });
  };
  const absent = await point('nobody');
  expect(absent.status).toBe(422);
  for (const id of hidden) expect(await point(id), id).toEqual(absent);
  // Pointing has opened nothing.
  for (const id of hidden) expect((await place.alike({ path: `/Binary/${id}` })).status, id).toBe(404);
});

test('a context that is hidden is as one that is absent', async () => {
  const send = (context: string) =>
    place.alike({
      method: 'POST',
      path: '/Binary',
      headers: { 'content-type': 'application/pdf', 'x-security-context': context },
      body: 'x',
    });
  const absent = await send('Observation/nowhere');
  expect(absent.status).toBe(403);
  for (const context of ['Observation/secret', 'Observation/ghost-1', 'Patient/other', 'DocumentReference/restricted-document'])
    expect(await send(context), context).toEqual(absent);
  expect((await send('Observation/mine-1')).status).toBe(201);
});
