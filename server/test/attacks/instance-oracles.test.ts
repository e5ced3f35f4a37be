// hardening B1-1 to B1-14: what one instance, its versions, its headers and its forms could tell of another.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Asked, ask, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
beforeAll(async () => {
  place = await twoWards();
});
afterAll(async () => place?.close());

/** Hidden in one ward, absent in the other; and the status that both get. */
const cases: readonly (readonly [number: string, asked: Asked, status: number])[] = [
  ['B1-1', { path: '/Observation/secret' }, 404],
  ['B1-1', { path: '/Patient/other' }, 404],
  ['B1-2', { method: 'HEAD', path: '/Observation/secret' }, 404],
  ['B1-3', { path: '/Observation/secret/_history/1' }, 404],
  ['B1-6', { path: '/Patient/mine' }, 200],
  ['B1-6', { path: '/Encounter/seen' }, 200],
  ['B1-7', { path: '/Observation/secret', headers: { 'if-none-match': 'W/"1"' } }, 404],
  ['B1-7', { path: '/Observation/secret', headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' } }, 404],
  ['B1-7', { path: '/Encounter/seen', headers: { 'if-none-match': 'W/"1"' } }, 200],
  ['B1-9', { path: '/Encounter?_sort=_id' }, 200],
  ['B1-10', { path: '/Observation', headers: { 'accept-encoding': 'gzip' } }, 200],
  ['B1-12', { path: '/Observation?_elements=status' }, 200],
  ['B1-12', { path: '/Observation?_summary=data' }, 200],
  ['B1-13', { path: '/Patient/other/Observation' }, 200],
  ['B1-13', { path: '/Patient/nobody/Observation' }, 200],
];

test.each(cases)('R-092 %s %o', async (_, asked, status) => {
  expect((await place.alike(asked)).status).toBe(status);
});

test('B1-1 hidden and absent get one answer', async () => {
  const [hidden, absent] = [
    await ask(place.a, { path: '/Observation/secret' }),
    await ask(place.a, { path: '/Observation/never' }),
  ];
  expect(hidden).toEqual(absent);
});

test('B1-8 If-Match is no question about hidden versions', async () => {
  const told = await Promise.all(
    ['1', '2'].map((version) =>
      ask(place.a, { method: 'DELETE', path: '/Observation/secret', headers: { 'if-match': `W/"${version}"` } }),
    ),
  );
  expect(told.map(({ status }) => status)).toEqual([404, 404]);
  expect(told[0]).toEqual(told[1]);
});

test('B1-6 B1-9 where something is masked, neither version nor time is told', async () => {
  const { headers } = await ask(place.a, { path: '/Encounter/seen' });
  expect(headers).not.toHaveProperty('etag');
  expect(headers).not.toHaveProperty('last-modified');
});

test.each(['application/fhir+turtle', 'application/fhir+ndjson', 'text/html'])(
  'B1-11 %s, which no mask was written for, is not answered',
  async (accept) => {
    expect((await place.alike({ path: '/Encounter/seen', headers: { accept } })).status).toBe(406);
  },
);

test.each(['json', 'xml'])('B1-11 _format=%s shows nothing more', async (format) => {
  expect((await place.alike({ path: `/Encounter/seen?_format=${format}` })).text).not.toContain('hiv');
});

test.each([
  '/Observation//secret',
  '/Observation/secret;x',
  '/Observation/%2e%2e/Observation/secret',
  '/observation/secret',
  '/Observation/secret%252f',
])('B1-14 %s is read as one parser reads it', async (path) => {
  expect((await place.alike({ path })).status).toBeGreaterThanOrEqual(400);
});

test('B1-4 the history of what is hidden is that of what is absent', async () => {
  const told = await place.alike({ path: '/Observation/secret/_history' });
  expect(told).toEqual(await ask(place.a, { path: '/Observation/never/_history' }));
});

test.each(['/Observation/_history', '/_history'])('B1-5 the feed %s holds nothing hidden', async (path) => {
  const told = await place.alike({ path });
  expect(told.text).not.toContain('ghost');
});
