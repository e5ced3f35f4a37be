/** from outside: a registry that sees a hospital by pseudonyms, in searches, reads and exports, in JSON and XML. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExportPlace, exported, exportPlace } from '../export/place.ts';

const RULES = (dates: string) => ({
  policySet: 'registry',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'the-registry-sees-pseudonyms',
      description: 'The registry sees codes, amounts and moved dates of everybody.',
      effect: 'permit',
      caller: { roles: ['backend-service'] },
      interactions: ['read', 'search'],
      resources: { types: ['Patient', 'Observation'] },
      deIdentify: { pseudonyms: 'registry', dates },
    },
  ],
});

let place: ExportPlace;
beforeAll(async () => {
  place = await exportPlace({}, undefined, RULES('shift'));
  for (const [id, day] of Object.entries({ early: '2025-03-01', late: '2025-03-31' }))
    await place.ward.put({
      ...{ resourceType: 'Observation', id, status: 'final', code: { coding: [{ system: 'http://loinc.org', code: '1' }] } },
      ...{ subject: { reference: 'Patient/mine', display: 'Lindqvist' }, effectiveDateTime: `${day}T10:00:00Z` },
    });
});
afterAll(() => place?.close());

interface Shown {
  readonly id: string;
  readonly resourceType: string;
  readonly subject?: { readonly reference: string };
  readonly effectiveDateTime?: string;
}

const REAL = /mine|other|early|late|Lindqvist|Okafor|lastUpdated|versionId|2025-03-31T/;

test('R-246 R-247 R-248 the same pseudonyms in searches, reads and exports, and no id in any of them', async () => {
  const token = await place.backend.token('system/*.rs');
  const asks = (target: string, accept = 'application/fhir+json') =>
    fetch(`${place.running.urls.fhir}/${target}`, { headers: { authorization: `Bearer ${token}`, accept } });
  const found = await (await asks('Observation?_count=50')).text();
  expect(found).not.toMatch(REAL);
  const all = (JSON.parse(found) as { entry: { resource: Shown }[] }).entry.map(({ resource }) => resource);
  expect(all).toHaveLength(8);
  const dated = all.filter(({ effectiveDateTime }) => effectiveDateTime !== undefined);
  // Both were moved by as many days.
  const [first, second] = dated.map(({ effectiveDateTime }) => Date.parse(effectiveDateTime!)).sort() as [number, number];
  expect((second - first) / 86_400_000).toBe(30);
  expect(first).toBeLessThan(Date.parse('2025-03-01T10:00:00Z'));

  const patient = dated[0]!.subject!.reference;
  const read = await asks(patient);
  expect([read.status, read.headers.get('etag'), read.headers.get('last-modified')]).toEqual([200, null, null]);
  expect(((await read.json()) as Shown).id).toBe(patient.slice('Patient/'.length));
  const theirs = (await (await asks(`Observation?subject=${patient}&_include=Observation:subject`)).json()) as {
    entry: { resource: Shown }[];
  };
  expect(theirs.entry.map(({ resource }) => resource.resourceType).filter((type) => type === 'Observation')).toHaveLength(5);
  const xml = await (await asks(`Observation?subject=${patient}`, 'application/fhir+xml')).text();
  expect(xml).toContain(patient);
  expect(xml).not.toMatch(REAL);

  const [known, unknown] = [await asks('Patient/mine'), await asks('Patient/nobody-at-all')];
  expect([known.status, await known.text()]).toEqual([404, await unknown.text()]);
  for (const target of ['Observation?subject=Patient/mine', 'Patient?_id=mine'])
    expect((await (await asks(target)).json()) as object).not.toHaveProperty('entry');

  const { resources } = await exported(place.running.urls.fhir, '/Patient/$export?_type=Patient,Observation', token);
  expect(JSON.stringify(resources)).not.toMatch(REAL);
  expect(resources['Observation']!.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
  expect(resources['Patient']!.map(({ id }) => `Patient/${id}`)).toContain(patient);
});
