// The generator: repeatable, large and varied enough, closed under its references, labelled where it must be.
import { describe, expect, test } from 'vitest';
import { describeHospital, generateHospital } from '../src/hospital/generate-hospital.ts';

const options = { seed: 'alder', now: new Date('2026-11-25T09:00:00Z') };
const hospital = generateHospital(options);
const cast = describeHospital(options);
// biome-ignore lint/suspicious/noExplicitAny: resources of any shape
type Anything = any;
const values = (type: string): readonly Anything[] => hospital.filter((each) => each.type === type).map(({ value }) => value);
const labels = (value: Anything): readonly string[] => (value.meta?.security ?? []).map((label: Anything) => label.code);

test('the same seed and moment give the same bytes, another seed others', () => {
  const text = (list: typeof hospital) => list.map((each) => each.text).join('\n');
  expect(text(generateHospital(options))).toBe(text(hospital));
  expect(text(generateHospital({ ...options, seed: 'birch' }))).not.toBe(text(hospital));
});

test.each(['alder', 'birch', 'cedar', '1', '2', '3'])(
  'seed %s: at least 60 patients, 5,000 resources, 20 types, unique ids, in under a second',
  (seed) => {
    // Processor time, so that a busy machine does not count as a slow generator.
    const start = process.cpuUsage();
    const made = generateHospital({ ...options, seed });
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(1000);
    expect(made.length).toBeGreaterThanOrEqual(5000);
    expect(made.filter(({ type }) => type === 'Patient').length).toBeGreaterThanOrEqual(60);
    expect(new Set(made.map(({ type }) => type)).size).toBeGreaterThanOrEqual(40);
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
    expect(made.every(({ id }) => /^[a-z0-9-]{36}$/.test(id))).toBe(true);
  },
);

test('every reference leads somewhere', () => {
  const known = new Set(hospital.map(({ type, id }) => `${type}/${id}`));
  const dangling = hospital
    .flatMap(({ text }) => [...text.matchAll(/"reference":"([^"]+)"/g)].map((match) => match[1] ?? ''))
    .filter((reference) => !known.has(reference));
  expect(dangling).toEqual([]);
});

test('no list is empty, which FHIR’s JSON does not know', () => {
  expect(hospital.filter(({ text }) => text.includes('[]')).map(({ type }) => type)).toEqual([]);
});

test('decimals keep their zeros in the text', () => {
  expect(hospital.filter(({ text }) => /"value":\d+\.\d*0[,}]/.test(text)).length).toBeGreaterThan(50);
});

describe('people', () => {
  test('the cast exists and plays its part', () => {
    const known = new Map(hospital.map((each) => [`${each.type}/${each.id}`, each.value as Anything]));
    for (const { fhirUser } of Object.values(cast)) expect(known.has(fhirUser)).toBe(true);
    const encounters = values('Encounter');
    const kinds = (who: string) =>
      new Set(
        encounters.filter((e) => e.participant.some((p: Anything) => p.individual.reference === who)).map((e) => e.class.code),
      );
    expect(kinds(cast['emergency-physician'].fhirUser)).toEqual(new Set(['EMER']));
    for (const name of ['billing-clerk', 'researcher', 'privacy-officer', 'security-administrator'] as const)
      expect(kinds(cast[name].fhirUser).size).toBe(0);
    expect(kinds(cast.nurse.fhirUser).size).toBeGreaterThan(0);
    const patient = known.get(cast['patient-1'].fhirUser);
    expect(patient.generalPractitioner[0].reference).toBe(cast['family-physician'].fhirUser);
    expect(known.get(cast.parent.fhirUser).patient.reference).toBe(cast.child.fhirUser);
    expect(known.get(cast.child.fhirUser).birthDate > '2008-11-25').toBe(true);
    expect(known.get(cast.newborn.fhirUser).birthDate > '2026-10-20').toBe(true);
  });

  test('families share a surname and an address; every minor has a parent', () => {
    const households = Map.groupBy(values('Patient'), (p) => JSON.stringify([p.name[0].family, p.address]));
    expect([...households.values()].filter((members) => members.length > 2).length).toBeGreaterThan(5);
    const minors = values('Patient').filter((p) => p.birthDate > '2008-11-26');
    const parents = new Set(values('RelatedPerson').map((person) => person.patient.reference));
    expect(minors.length).toBeGreaterThan(10);
    expect(minors.filter((p) => !parents.has(`Patient/${p.id}`))).toEqual([]);
  });
});

describe('labels', () => {
  test('everything about the VIP is very restricted', () => {
    const about = hospital.filter(
      ({ text }) => text.includes(`"${cast.vip.fhirUser}"`) && !text.includes('"resourceType":"Group"'),
    );
    expect(about.length).toBeGreaterThan(20);
    expect(about.filter(({ value }) => !labels(value).includes('VIP'))).toEqual([]);
  });

  test.each([
    ['7200002', ['R', 'ETH', 'ETHUD', 'SUD']],
    ['75544000', ['R', 'ETH', 'OPIOIDUD', 'SUD']],
    ['370143000', ['R', 'MH', 'PSY']],
    ['86406008', ['R', 'HIV']],
    ['706893006', ['V', 'SDV', 'VIO']],
  ])('a Condition coded %s is labelled %j', (code, expected) => {
    const found = values('Condition').filter(
      (c) => c.code.coding.some((coding: Anything) => coding.code === code) && !labels(c).includes('VIP'),
    );
    expect(found.length).toBeGreaterThan(0);
    for (const condition of found) expect(labels(condition)).toEqual(expected);
  });

  test('a labelled note has a labelled Binary', () => {
    const binaries = new Map(values('Binary').map((binary) => [`Binary/${binary.id}`, binary]));
    for (const document of values('DocumentReference')) {
      const binary = binaries.get(document.content[0].attachment.url);
      expect(labels(binary)).toEqual(labels(document));
      expect(binary.securityContext.reference).toBe(`DocumentReference/${document.id}`);
    }
  });
});

test('one consent denies everybody, others permit', () => {
  const types = values('Consent').map((consent) => [consent.patient.reference, consent.provision.type]);
  expect(types).toContainEqual([cast.optedOut.fhirUser, 'deny']);
  expect(types.filter(([, type]) => type === 'permit').length).toBeGreaterThanOrEqual(2);
});
