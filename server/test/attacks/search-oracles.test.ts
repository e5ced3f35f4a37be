// hardening B2-15 to B2-39, B3-40 to B3-52: what criteria, order, counts, pages and what comes along could tell of hidden or masked things.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
beforeAll(async () => {
  place = await twoWards();
});
afterAll(async () => place?.close());

const LABEL = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality%7CR';

/** Asked in both wards: what is found, included ones with a plus; or the status of a refusal, which depends on caller and request alone. */
const MINE = 'Observation/mine-1 Observation/mine-2 Observation/mine-3 Observation/mine-4';
const cases: readonly (readonly [number: string, path: string, told: number | string])[] = [
  ['B2-15', '/Patient?telecom=1', ''],
  ['B2-15', '/Patient?phone=1', 403],
  ['B2-15', '/Patient?_id=mine&phone=1', ''],
  ['B2-16', '/Observation?subject:Patient.phone=1', 403],
  ['B2-16', '/Observation?subject:Patient.name=Okafor', ''],
  ['B2-17', '/Practitioner?_has:Encounter:participant:status=finished', ''],
  ['B2-17', '/Patient?_has:Observation:subject:value-string=ghost', ''],
  ['B2-18', '/Observation?encounter.subject:Patient.general-practitioner.name=Adebayo', 403],
  ['B2-18', '/Observation?encounter.part-of.part-of.part-of.subject:Patient.name=a', 403],
  ['B2-19', '/Encounter?reason-code:missing=true', 403],
  ['B2-19', '/Encounter?patient=mine&reason-code:missing=false', ''],
  ['B2-19', '/Observation?identifier:missing=false', ''],
  ['B2-20', '/Patient?telecom:contains=1', 400],
  ['B2-20', '/Patient?name:contains=kaf', ''],
  ['B2-20', '/Observation?date=gt2000', ''],
  ['B2-21', '/Encounter?reason-code:in=http://example.org/valueset', 422],
  ['B2-21', '/Observation?code:not-in=http://example.org/valueset', 422],
  ['B2-21', '/Observation?code:below=http://loinc.org%7C8867-4', 422],
  ['B2-21', '/Observation?code:above=8867-4', 400],
  ['B2-22', '/Observation?subject:identifier=urn:x%7C1', ''],
  ['B2-22', '/Observation?subject:Patient=other', ''],
  ['B2-23', '/Observation?code:code-text=x', 400],
  ['B2-24', `/Observation?_security=${LABEL}`, ''],
  ['B2-24', `/Observation?_security:not=${LABEL}`, MINE],
  ['B2-24', '/Encounter?_tag=SUBSETTED', 403],
  ['B2-25', '/Observation?_id=secret,secret-two,mine-1', 'Observation/mine-1'],
  ['B2-25', '/Observation?_lastUpdated=gt2000', MINE],
  ['B2-26', '/Observation?code-value-string=8867-4$ghost', ''],
  ['B2-27', '/Observation?_filter=identifier%20eq%201', ''],
  ['B2-27', '/Observation?_filter=value-string%20sw%20ghost', ''],
  ['B2-27', '/Patient?_id=mine&_filter=telecom%20eq%201', ''],
  ['B2-27', '/Encounter?_filter=not%20(reason-code%20eq%20hiv)', 403],
  ['B2-27', '/Observation?_filter=value-string%20ew%20ghost', 400],
  ['B2-28', '/Observation?_query=everything', 400],
  ['B2-29', '/Observation?_list=l1', ''],
  ['B2-29', '/Patient?_in=Group/cohort', ''],
  ['B2-30', '/Organization?_contained=true', 400],
  ['B2-30', '/Organization?_contained=both&_containedType=container', 400],
  ['B2-31', '/Observation?_text=ghost', 403],
  ['B2-31', '/Observation?_content=ghost', 403],
  ['B2-32', '/Location?near=42|11|100|km', 400],
  ['B2-33', '/Patient?phonetic=okafur', ''],
  ['B2-33', '/Patient?family=Okafor&birthdate=1970', ''],
  ['B2-35', '/Observation?nonsense=1', 400],
  ['B2-36', '/Observation?_count=1&_count=1000', 400],
  ['B2-37', '/Observation?__proto__=1', 400],
  ['B2-37', '/Observation?constructor=1', 400],
  ['B2-39', '/Patient?general-practitioner=Practitioner/second', ''],
  ['B3-40', '/Observation?_summary=count', 403],
  ['B3-40', '/Observation?_count=0', 403],
  ['B3-40', '/Observation?_total=accurate', MINE],
  ['B3-40', '/Observation?_total=estimate', MINE],
  ['B3-41', '/Observation?_count=2', 'Observation/mine-1 Observation/mine-2'],
  ['B3-42', '/Observation?_count=1', 'Observation/mine-1'],
  ['B3-43', '/Encounter?_sort=reason-code', 403],
  ['B3-43', '/Encounter?patient=mine&_sort=-reason-code', 'Encounter/seen'],
  ['B3-43', '/Observation?_sort=-date', MINE],
  ['B3-44', '/Observation?_sort=_score', 400],
  ['B3-45', '/Observation?_include=Observation:subject', `${MINE} +Patient/mine`],
  ['B3-45', '/Observation?_include=*', `${MINE} +Patient/mine`],
  [
    'B3-45',
    '/Patient?_revinclude=Observation:*',
    'Patient/mine +Observation/mine-1 +Observation/mine-2 +Observation/mine-3 +Observation/mine-4',
  ],
  [
    'B3-45',
    '/Observation?_include=Observation:subject&_include:iterate=Patient:general-practitioner',
    `${MINE} +Patient/mine +Practitioner/doc`,
  ],
  [
    'B3-46',
    '/Patient?_revinclude=Observation:subject',
    'Patient/mine +Observation/mine-1 +Observation/mine-2 +Observation/mine-3 +Observation/mine-4',
  ],
  [
    'B3-46',
    '/Patient?_revinclude=*',
    'Patient/mine +Encounter/seen +Observation/mine-1 +Observation/mine-2 +Observation/mine-3 +Observation/mine-4',
  ],
  ['B3-46', '/Practitioner?_revinclude=Encounter:participant', 'Practitioner/doc Practitioner/second'],
  ['B3-47', '/Observation?_graph=all', 400],
  ['B3-48', '/Observation', MINE],
  ['B3-49', '/Observation?_count=50', MINE],
  ['B3-50', '/Encounter', 'Encounter/seen'],
  ['B3-51', '/Observation?_count=999999', MINE],
  ['B3-51', '/Observation?_maxresults=999999', 400],
];

interface Entry {
  readonly resource: { readonly resourceType: string; readonly id: string };
  readonly search: { readonly mode: string };
}

test.each(cases)('R-092 %s %s', async (_, path, wanted) => {
  const told = await place.alike({ path });
  const entries: readonly Entry[] = told.status === 200 ? (JSON.parse(told.text).entry ?? []) : [];
  const found = entries.map(
    ({ resource: { resourceType, id }, search }) => `${search.mode === 'include' ? '+' : ''}${resourceType}/${id}`,
  );
  expect(told.status === 200 ? found.join(' ') : told.status).toBe(wanted);
  // The self link repeats what was asked.
  expect(told.text.replace(/"link":\[.*?\]/, '')).not.toMatch(/ghost|secret|unseen|further|"hiv"|"flu"/);
});

test('B2-15 what is masked matches nothing, also where it would', async () => {
  const told = await ask(place.a, { path: '/Patient?_id=mine&phone=1' });
  expect([told.status, JSON.parse(told.text).entry]).toEqual([200, undefined]);
});

test('B2-17 a stage that finds nothing matches nothing', async () => {
  const told = await place.alike({ path: '/Patient?_has:Observation:subject:value-string=ghost' });
  expect([told.status, JSON.parse(told.text).entry]).toEqual([200, undefined]);
});

test('B2-36 a form and a URL are one list of parameters, of which a single one may not be repeated', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(
    (await place.alike({ method: 'POST', path: '/Observation/_search?_count=1', headers, body: '_count=1000' })).status,
  ).toBe(400);
});

test('B2-38 a search may be posted, so that names stay out of URLs', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await place.alike({ method: 'POST', path: '/Patient/_search', headers, body: 'family=Lindqvist' })).status).toBe(200);
});

test('B3-41 B3-42 pages are full while there is more, and their links are ours', async () => {
  const [one] = [JSON.parse((await place.alike({ path: '/Observation?_count=2' })).text)];
  expect(one.entry).toHaveLength(2);
  const next = one.link.find(({ relation }: { relation: string }) => relation === 'next').url;
  expect(next).toMatch(/^http:\/\/gateway\/fhir\/Observation\?_cursor=…$/);
});

test('B3-42 a page link is for the caller it was made for', async () => {
  const first = await fetch(`${place.a.base}/Observation?_count=1`, {
    headers: { authorization: `Bearer ${place.a.token()}` },
  });
  const next: string = ((await first.json()) as { link: { relation: string; url: string }[] }).link.find(
    ({ relation }) => relation === 'next',
  )!.url;
  const other = place.a.token({ person: { id: 'p2', name: 'Other', roles: ['physician'], fhirUser: 'Practitioner/doc' } });
  expect((await fetch(next, { headers: { authorization: `Bearer ${other}` } })).status).toBe(410);
});

test('B3-44 no score leaves', async () => {
  expect((await place.alike({ path: '/Observation' })).text).not.toContain('score');
});

test('B3-48 B3-49 the Bundle says nothing of what was left out', async () => {
  const bundle = JSON.parse((await place.alike({ path: '/Observation?_count=50' })).text);
  expect(bundle).not.toHaveProperty('meta');
  expect(bundle.entry.every(({ search }: { search: { mode: string } }) => search.mode === 'match')).toBe(true);
});

test('B3-50 nothing names the server behind', async () => {
  const upstream = new URL(place.wards[0].server.url).host;
  expect((await ask(place.a, { path: '/Encounter' })).text).not.toContain(upstream);
});

test('B3-52 an asynchronous answer is not begun', async () => {
  const told = await place.alike({ path: '/Observation', headers: { prefer: 'respond-async' } });
  expect(told.status).not.toBe(202);
});
