// SMART scopes `patient/`, R-105: a patient's app sees that patient's compartment and nothing else, however it asks (http://hl7.org/fhir/R4/compartmentdefinition-patient.html).
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, allPages, type FhirCaller, fhirCaller, follow, keysOf, nextOf } from '../caller.ts';
import type { RawEntry } from '../raw-json.ts';
import { type RunningDemo, startDemo } from '../running-demo.ts';
import { comparable } from '../same-answer.ts';

// biome-ignore lint/suspicious/noExplicitAny: resources of any shape
type Anything = any;

/** The compartment's types but for AuditEvent, which the default policies keep for officers. */
const COMPARTMENT =
  'Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse Basic BodyStructure CarePlan CareTeam ChargeItem Claim ClaimResponse ClinicalImpression Communication CommunicationRequest Composition Condition Consent Coverage CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter EnrollmentRequest EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Flag Goal Group ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice List MeasureReport Media MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MolecularSequence NutritionOrder Observation Patient Person Procedure Provenance QuestionnaireResponse RelatedPerson RequestGroup ResearchSubject RiskAssessment Schedule ServiceRequest Specimen SupplyRequest VisionPrescription'.split(
    ' ',
  );
const OUTSIDE =
  'AuditEvent Organization Practitioner PractitionerRole Location Medication Device Binary Endpoint HealthcareService Slot ValueSet StructureDefinition Subscription Task Library'.split(
    ' ',
  );
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let demo: RunningDemo;
let upstream: FhirCaller;
let patient: FhirCaller;
let neighbour: FhirCaller;
let own: string;
let other: string;
/** All that the server behind holds, by type, and what of it is about the patient alone. */
const behind = new Map<string, readonly RawEntry[]>();
const mine = new Map<string, readonly RawEntry[]>();

beforeAll(async () => {
  demo = await startDemo();
  upstream = fhirCaller(demo.state.upstream.url, demo.state.upstream.authorization);
  own = idOf('patient-1');
  other = idOf('patient-2');
  patient = fhirCaller(demo.state.fhir, `Bearer ${await demo.token('patient-1', 'launch/patient patient/*.rs')}`);
  neighbour = fhirCaller(demo.state.fhir, `Bearer ${await demo.token('patient-2', 'launch/patient patient/*.rs')}`);
  for (const type of COMPARTMENT) {
    const all = (await allPages(upstream, `${type}?_count=1000`)).entries;
    behind.set(type, all);
    mine.set(type, all.filter(isMine));
  }
});
afterAll(() => demo?.dispose());

test('there is a record to see, of many types, and others to hide', () => {
  expect([...mine.values()].flat().length).toBeGreaterThan(150);
  expect([...mine.values()].filter((list) => list.length > 0).length).toBeGreaterThan(15);
  expect(behind.get('Patient')!.length).toBeGreaterThan(50);
});

describe.each(COMPARTMENT)('R-105 %s', (type) => {
  test('every way to search finds the patient’s own, all of them, each once', async () => {
    const expected = keysOf(mine.get(type)!).toSorted();
    const ways: readonly Promise<Answer>[] = [
      patient('GET', `${type}?_count=7`),
      patient('POST', `${type}/_search`, { headers: FORM, body: '_count=7' }),
      ...(type === 'Patient' ? [] : [patient('GET', `Patient/${own}/${type}?_count=7`)]),
    ];
    for (const way of ways) {
      const { status, pages, entries } = await follow(patient, await way);
      expect(status).toBe(200);
      expect(keysOf(entries).toSorted()).toEqual(expected);
      expect(pages.length).toBe(Math.max(1, Math.ceil(expected.length / 7)));
      for (const { type: found, id, raw } of entries) expect(raw).toBe(mine.get(found)!.find((one) => one.id === id)!.raw);
    }
  });

  test('each of the patient’s own can be read, and its versions', async () => {
    for (const { id, raw } of mine.get(type)!) {
      const read = await patient('GET', `${type}/${id}`);
      expect([read.status, read.text]).toEqual([200, raw]);
      const version = await patient('GET', `${type}/${id}/_history/${(JSON.parse(raw) as Anything).meta.versionId}`);
      expect([version.status, version.text]).toEqual([200, raw]);
    }
  });

  test('R-137 another’s is as absent as an id that nobody has', async () => {
    const others = behind.get(type)!.filter((entry) => !isMine(entry));
    for (const { id } of [others.at(0), others.at(-1)].filter((one) => one !== undefined)) {
      for (const [method, behindId] of [
        ['GET', ''],
        ['HEAD', ''],
        ['GET', '/_history/1'],
      ] as const) {
        const hidden = await patient(method, `${type}/${id}${behindId}`);
        const absent = await patient(method, `${type}/${randomUUID()}${behindId}`);
        expect(hidden.status).toBe(404);
        expect(comparable(hidden)).toEqual(comparable(absent));
      }
      const mixed = await allPages(
        patient,
        `${type}?_id=${[
          id,
          ...mine
            .get(type)!
            .slice(0, 2)
            .map((one) => one.id),
          randomUUID(),
        ].join(',')}`,
      );
      expect(keysOf(mixed.entries).toSorted()).toEqual(keysOf(mine.get(type)!.slice(0, 2)).toSorted());
    }
  });

  test('a search that names another patient finds as much as one that names nobody', async () => {
    const nobody = randomUUID();
    const asking = (id: string): readonly string[] => [
      `${type}?patient=${id}`,
      `${type}?patient=Patient/${id}`,
      `${type}?subject=Patient/${id}`,
      `${type}?patient:Patient=${id}`,
      `${type}?_id=${id}`,
      ...(type === 'Patient' ? [] : [`Patient/${id}/${type}`, `Patient/${id}/${type}?_count=1`]),
    ];
    for (const [at, target] of asking(other).entries()) {
      const named = await patient('GET', target);
      const unnamed = await patient('GET', asking(nobody)[at]!);
      expect(comparable(named, other)).toEqual(comparable(unnamed, nobody));
      if (named.status === 200) expect(JSON.parse(named.text).entry).toBeUndefined();
      else expect([400, 403]).toContain(named.status);
    }
  });
});

test.each(OUTSIDE)('R-105 %s lies outside the compartment: 403 before any look-up', async (type) => {
  const [there] = (await allPages(upstream, `${type}?_count=1`)).entries;
  for (const target of [
    type,
    `${type}?_id=x`,
    `${type}/${there?.id ?? 'x'}`,
    `${type}/${randomUUID()}`,
    `${type}/x/_history/1`,
  ]) {
    const answer = await patient('GET', target);
    expect(`${target} ${answer.status}`).toBe(`${target} 403`);
  }
  expect((await patient('POST', `${type}/_search`, { headers: FORM, body: '' })).status).toBe(403);
});

test('R-092 a page link serves the one for whom it was made', async () => {
  const first = await patient('GET', 'Observation?_count=2');
  const next = nextOf(first)!;
  expect((await patient('GET', next)).status).toBe(200);
  const foreign = await neighbour('GET', next);
  const forged = await neighbour('GET', `${next.slice(0, -8)}AAAAAAAA`);
  expect(foreign.status).toBe(410);
  expect(comparable(foreign)).toEqual(comparable(forged));
  const again = await demo.token('patient-1', 'launch/patient patient/*.rs', ['--client', 'ward-view']);
  expect((await fhirCaller(demo.state.fhir, `Bearer ${again}`)('GET', next)).status).toBe(410);
});

test('R-105 a scope of one type opens no other', async () => {
  const narrow = fhirCaller(demo.state.fhir, `Bearer ${await demo.token('patient-1', 'launch/patient patient/Observation.s')}`);
  expect((await narrow('GET', 'Observation?_count=1')).status).toBe(200);
  for (const target of [
    'Condition',
    `Patient/${own}`,
    `Patient/${own}/Condition`,
    `Observation/${mine.get('Observation')![0]!.id}`,
  ]) {
    expect(`${target} ${(await narrow('GET', target)).status}`).toBe(`${target} 403`);
  }
});

test('no interaction that was not asked for in the scope: nothing is written, nothing deleted', async () => {
  const [observation] = mine.get('Observation')!;
  const before = (await upstream('GET', `Observation/${observation!.id}`)).text;
  for (const [method, target, body] of [
    ['PUT', `Observation/${observation!.id}`, observation!.raw],
    ['DELETE', `Observation/${observation!.id}`, undefined],
    ['POST', 'Observation', observation!.raw],
    ['PATCH', `Observation/${observation!.id}`, '[{"op":"replace","path":"/status","value":"final"}]'],
  ] as const) {
    const answer = await patient(method, target, {
      ...(body === undefined ? {} : { body }),
      headers: method === 'PATCH' ? { 'content-type': 'application/json-patch+json' } : {},
    });
    expect(`${method} ${answer.status}`).toBe(`${method} 403`);
  }
  expect((await upstream('GET', `Observation/${observation!.id}`)).text).toBe(before);
});

function idOf(persona: string): string {
  return demo.state.personas.find(({ name }) => name === persona)!.fhirUser!.replace('Patient/', '');
}

/** About the patient and about nobody else, as far as any reference in it tells. */
function isMine({ type, id, raw }: RawEntry): boolean {
  if (type === 'Patient') return id === own;
  const named = new Set([...raw.matchAll(/"reference"\s*:\s*"Patient\/([A-Za-z0-9.-]+)"/g)].map((match) => match[1]));
  return named.has(own) && named.size === 1;
}
