// Searches against the synthetic hospital, each answer compared with a naive reading of the hospital's own resources.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadInto } from '../src/data/load-into.ts';
import { type RunningFhirServer, startFhirServer } from '../src/fhir-server/start-fhir-server.ts';
import { describeHospital, generateHospital } from '../src/hospital/generate-hospital.ts';
import { client, keys } from './client.ts';
import { authorization, CREDENTIAL } from './fhir-server-process.ts';

const options = { seed: 'search-tests', now: new Date('2026-11-25T09:00:00Z') };
const hospital = generateHospital(options);
const cast = describeHospital(options);
// biome-ignore lint/suspicious/noExplicitAny: resources of any shape
type Anything = any;
let server: RunningFhirServer;
let ask: ReturnType<typeof client>;

beforeAll(async () => {
  server = await startFhirServer({ port: 0, credential: CREDENTIAL, now: () => options.now });
  const bytes = hospital.map(({ type, id, text }) => ({
    type,
    id,
    bytes: new TextEncoder().encode(text),
    file: 'hospital',
    placeholder: false,
  }));
  await loadInto({ url: server.url, authorization }, bytes);
  ask = client(server.url);
});
afterAll(() => server?.close());

const naive = (type: string, test: (value: Anything) => unknown): readonly string[] =>
  hospital
    .filter((each) => each.type === type && test(each.value))
    .map(({ id }) => `${type}/${id}`)
    .sort();

/** Follows `next` to the end; the pages must not overlap. */
async function all(path: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const page = await ask('GET', next);
    expect(page.status, page.text).toBe(200);
    found.push(...keys(page, 'match'));
    next = page.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url;
  }
  expect(new Set(found).size).toBe(found.length);
  return found;
}
const sorted = async (path: string) => [...(await all(path))].sort();

const p1 = cast['patient-1'].fhirUser;
const id = p1.slice('Patient/'.length);
const gp = cast['family-physician'].fhirUser;
const coded = (value: Anything, code: string) => value.code?.coding?.some((coding: Anything) => coding.code === code);
const ofPatient = (value: Anything) => value.subject?.reference === p1;
const valueAt = (key: string): Anything => hospital.find((each) => `${each.type}/${each.id}` === key)?.value;
const genderOf = (key: string): unknown => valueAt(key).gender;
const family = (value: Anything): string => value.name[0].family;

describe('parameters', () => {
  test.each<[string, string, (value: Anything) => unknown]>([
    ['Observation', `patient=${id}`, ofPatient],
    ['Observation', `subject=${p1}`, ofPatient],
    ['Observation', `subject:Patient=${id}`, ofPatient],
    ['Observation', 'code=http://loinc.org|8310-5', (v) => coded(v, '8310-5')],
    ['Observation', 'code=8310-5,8867-4', (v) => coded(v, '8310-5') || coded(v, '8867-4')],
    ['Observation', 'code:not=8310-5', (v) => !coded(v, '8310-5')],
    ['Observation', `patient=${id}&code=8310-5`, (v) => ofPatient(v) && coded(v, '8310-5')],
    ['Observation', 'value-quantity=gt140', (v) => v.valueQuantity?.value > 140],
    ['Observation', 'value-quantity=le37.0||Cel', (v) => v.valueQuantity?.unit === 'Cel' && v.valueQuantity.value <= 37],
    [
      'Observation',
      'value-quantity=1.1||mg/dL',
      (v) => v.valueQuantity?.unit === 'mg/dL' && v.valueQuantity.value >= 1.05 && v.valueQuantity.value < 1.15,
    ],
    [
      'Observation',
      'code-value-quantity=http://loinc.org|8310-5$gt37',
      (v) => coded(v, '8310-5') && v.valueQuantity.value > 37,
    ],
    ['Observation', 'date=ge2026-06', (v) => v.effectiveDateTime >= '2026-06'],
    ['Observation', 'date=2026-10', (v) => v.effectiveDateTime.startsWith('2026-10')],
    [
      'Observation',
      '_security=http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R',
      (v) => v.meta?.security?.some((s: Anything) => s.code === 'R'),
    ],
    ['Observation', '_security:not=R', (v) => !v.meta?.security?.some((s: Anything) => s.code === 'R')],
    ['Observation', '_security:missing=true', (v) => v.meta?.security === undefined],
    ['Encounter', 'date=lt2025', (v) => v.period.start < '2025'],
    ['Encounter', 'class=EMER', (v) => v.class.code === 'EMER'],
    ['Patient', 'gender=female', (v) => v.gender === 'female'],
    ['Patient', 'gender:not=female', (v) => v.gender !== 'female'],
    ['Patient', 'family=ll', (v) => family(v).toLowerCase().startsWith('ll')],
    ['Patient', 'family:contains=ER', (v) => family(v).toLowerCase().includes('er')],
    ['Patient', 'family:exact=llewelyn', (v) => family(v) === 'llewelyn'],
    ['Patient', 'birthdate=ge2010-01-01&birthdate=lt2020', (v) => v.birthDate >= '2010-01-01' && v.birthDate < '2020'],
    ['Patient', 'identifier=https://aldervale.example/mrn|', () => true],
    ['Patient', 'telecom:missing=true', (v) => v.telecom === undefined],
    ['ValueSet', 'url=https://aldervale.example/fhir/ValueSet/triage', (v) => v.url.endsWith('/triage')],
    ['ValueSet', 'url:below=https://aldervale.example/fhir', () => true],
    ['Device', 'patient:missing=false', (v) => v.patient !== undefined],
    ['MedicationRequest', 'medication.code:text=metha', (v) => v.medicationReference?.display === 'Methadone'],
    ['Patient', `general-practitioner=${gp}`, (v) => v.generalPractitioner[0].reference === gp],
    ['Patient', 'organization.name=Alder', () => true],
    ['Observation', 'patient.gender=male&code=8310-5', (v) => coded(v, '8310-5') && genderOf(v.subject.reference) === 'male'],
    [
      'Observation',
      'subject:Patient.gender:not=male&code=8310-5',
      (v) => coded(v, '8310-5') && genderOf(v.subject.reference) !== 'male',
    ],
    ['Observation', 'encounter.participant.name=nobody', () => false],
    [
      'Patient',
      '_has:Consent:patient:status=active',
      (v) =>
        hospital.some((each) => each.type === 'Consent' && (each.value as Anything).patient.reference === `Patient/${v.id}`),
    ],
    [
      'Practitioner',
      '_has:Patient:general-practitioner:_has:Consent:patient:status=active',
      (v) => `Practitioner/${v.id}` === gp,
    ],
  ])('%s?%s', async (type, query, test) => {
    const expected = naive(type, test);
    expect(await sorted(`${type}?${query}&_count=1000`)).toEqual(expected);
  });

  test('the table above is worth something: most of its searches find some and not all', () => {
    expect(naive('Observation', (v) => coded(v, '8310-5')).length).toBeGreaterThan(50);
    expect(naive('Encounter', (v) => v.class.code === 'EMER').length).toBeGreaterThan(5);
    expect(naive('MedicationRequest', (v) => v.medicationReference?.display === 'Methadone').length).toBeGreaterThan(0);
  });

  test('a compartment search, by GET and by POST', async () => {
    const expected = naive('Observation', ofPatient);
    expect(await sorted(`${p1}/Observation?_count=7`)).toEqual(expected);
    const posted = await ask('POST', `${p1}/Observation/_search`, '_count=1000', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([...keys(posted)].sort()).toEqual(expected);
  });

  test('POST _search is the search', async () => {
    const posted = await ask('POST', 'Observation/_search', `patient=${id}&code=8310-5&_count=1000`, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect([...keys(posted)].sort()).toEqual(naive('Observation', (v) => ofPatient(v) && coded(v, '8310-5')));
  });
});

describe('pages', () => {
  test('pages of 7 hold everything once, in the order of one large page', async () => {
    const query = 'Encounter?_sort=-date';
    expect(await all(`${query}&_count=7`)).toEqual(await all(`${query}&_count=1000`));
  });

  test('a page is 20 entries unless told, and never more than 1000', async () => {
    expect(keys(await ask('GET', 'Observation'))).toHaveLength(20);
    expect(keys(await ask('GET', 'Observation?_count=5000'))).toHaveLength(1000);
  });

  test('what is written between two pages neither repeats nor hides what was there', async () => {
    const first = await ask('GET', 'Slot?_count=10');
    const before = (await ask('GET', 'Slot?_count=1000')).json.total;
    await ask('PUT', 'Slot/00000000', '{"resourceType":"Slot","id":"00000000"}');
    await ask('DELETE', keys(first)[3] ?? '');
    const next = first.json.link.find(({ relation }: { relation: string }) => relation === 'next').url;
    const rest = await all(next);
    expect(new Set([...keys(first), ...rest]).size).toBe(before);
  });

  test('links carry what was understood, and the server’s own base', async () => {
    const { json } = await ask('GET', 'Patient?gender=male&nonsense=1&_count=2', undefined, { prefer: 'handling=lenient' });
    const [self, next] = json.link;
    expect(self).toEqual({ relation: 'self', url: `${server.url}/Patient?_count=2&gender=male` });
    expect(next.url.startsWith(`${server.url}/Patient?`)).toBe(true);
    expect(next.url).not.toContain('nonsense');
  });

  test('missing values sort last; ties by id', async () => {
    const found = await all('Device?_sort=patient&_count=2');
    const place = (key: string) => {
      const { value } = hospital.find((each) => `${each.type}/${each.id}` === key) as { value: Anything };
      return value.patient === undefined ? `1${key}` : `0${value.patient.reference}${key}`;
    };
    expect(found).toEqual([...found].sort((one, other) => (place(one) < place(other) ? -1 : 1)));
  });

  test('1,000 entries come in under 50 ms once the type has been searched', async () => {
    await ask('GET', 'Observation?_count=1000');
    let best = Infinity;
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      await ask('GET', 'Observation?_count=1000');
      best = Math.min(best, performance.now() - start);
    }
    expect(best).toBeLessThan(50);
  });
});

describe('what comes along, and how much of it', () => {
  test('_include, _include:iterate and _revinclude', async () => {
    const answer = await ask(
      'GET',
      `Encounter?patient=${id}&_count=2&_include=Encounter:participant&_include=Encounter:subject&_include:iterate=Patient:organization&_revinclude=Observation:encounter`,
    );
    const matches = new Set(keys(answer, 'match'));
    const values = hospital.filter((each) => matches.has(`${each.type}/${each.id}`)).map((each) => each.value as Anything);
    const expected = new Set([
      p1,
      ...values.flatMap((v) => v.participant.map((each: Anything) => each.individual.reference)),
      valueAt(p1).managingOrganization.reference,
      ...naive('Observation', (v) => matches.has(v.encounter?.reference)),
    ]);
    expect([...keys(answer, 'include')].sort()).toEqual([...expected].sort());
    expect(answer.json.total).toBe(naive('Encounter', ofPatient).length);
  });

  test('_summary and _elements mark what they shorten', async () => {
    expect((await ask('GET', 'Patient?_summary=count')).json).toMatchObject({ total: naive('Patient', () => true).length });
    const elements = (await ask('GET', `Patient?_id=${id}&_elements=name`)).json.entry[0].resource;
    expect(Object.keys(elements).sort()).toEqual(['id', 'meta', 'name', 'resourceType']);
    expect(elements.meta.tag[0].code).toBe('SUBSETTED');
    const summary = (await ask('GET', `${p1}?_summary=true`)).json;
    expect(summary).toHaveProperty('birthDate');
    expect(summary).not.toHaveProperty('communication');
    const labelled = (await ask('GET', 'Observation?_security=R&_elements=status&_count=1')).json.entry[0].resource;
    expect(labelled.meta.security.length).toBeGreaterThan(0);
  });

  test('$everything is the compartment and what it points at', async () => {
    const found = await all(`${p1}/$everything?_count=50`);
    expect(found[0]).toBe(p1);
    expect(found).toEqual(expect.arrayContaining([...naive('Observation', ofPatient), gp]));
    expect(found.filter((key) => key.startsWith('Patient/'))).toEqual([p1]);
  });
});

describe('what is not understood', () => {
  test.each([
    'nonsense=1',
    'birthdate:above=2020',
    'name:contains:exact=x',
    '_sort=nonsense',
    '_include=Patient:nonsense',
    'organization.nonsense=1',
    '_has:Nothing:patient:x=1',
    'birthdate=zz2020',
    'birthdate=soon',
    '_count=x',
    '_count=1&_count=2',
    '_summary=x',
    '_after=x',
  ])('%s is 400', async (query) => {
    const answer = await ask('GET', `Patient?${query}`, undefined, { prefer: 'handling=strict' });
    expect(answer.status, answer.text).toBe(400);
    expect(answer.json.resourceType).toBe('OperationOutcome');
  });

  test('bad habits by switch', async () => {
    const rude = await startFhirServer({
      port: 0,
      credential: CREDENTIAL,
      habits: { ignoresUnknownParameters: true, tieOrder: 'insertion', noIfMatch: true, foldsAccents: true, negatesNe: true },
    });
    const askRude = client(rude.url);
    for (const [key, name] of [
      ['z', 'Äda'],
      ['a', 'Ada'],
    ])
      await askRude('PUT', `Patient/${key}`, `{"resourceType":"Patient","id":"${key}","name":[{"given":["${name}"]}]}`);
    expect(keys(await askRude('GET', 'Patient?nonsense=1', undefined, { prefer: 'handling=strict' }))).toEqual([
      'Patient/z',
      'Patient/a',
    ]);
    expect(keys(await askRude('GET', 'Patient?name=ada'))).toEqual(['Patient/z', 'Patient/a']);
    expect((await askRude('PUT', 'Patient/a', '{"resourceType":"Patient","id":"a"}', { 'if-match': 'W/"77"' })).status).toBe(
      200,
    );
    await rude.close();
  });
});
