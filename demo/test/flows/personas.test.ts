// Who sees what under the default policies, as one table that a privacy officer can read beside server/policies/default.yaml.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allPages, type FhirCaller, fhirCaller } from '../caller.ts';
import type { RawEntry } from '../raw-json.ts';
import { type RunningDemo, startDemo } from '../running-demo.ts';

// biome-ignore lint/suspicious/noExplicitAny: resources of any shape
type Anything = any;

const types = [
  'Patient',
  'Encounter',
  'Observation',
  'Condition',
  'Practitioner',
  'Organization',
  'Consent',
  'AuditEvent',
] as const;
type Type = (typeof types)[number];

/**
 * all: every one, as it is. masked: some or all, with elements taken out. some: those of their patients, without what is labelled beyond them.
 * own: those about one person. nothing: it could be about them, but
 * none is. trail: what Fireguard itself recorded. 403: none, before any look-up.
 */
type Sight = 'all' | 'masked' | 'some' | 'own' | 'nothing' | 'trail' | '403';

const table: Readonly<Record<string, readonly Sight[]>> = {
  //                          Patient   Encounter Observation Condition Practitioner Organization Consent AuditEvent
  'family-physician': /*   */ ['some', 'some', 'some', 'some', 'masked', 'all', 'some', '403'],
  nurse: /*                */ ['some', 'some', 'some', 'some', 'masked', 'all', 'some', '403'],
  'emergency-physician': /**/ ['some', 'some', 'some', 'some', 'masked', 'all', 'some', '403'],
  'billing-clerk': /*      */ ['some', 'masked', '403', '403', 'masked', 'all', '403', '403'],
  researcher: /*           */ ['403', '403', '403', '403', 'masked', 'all', '403', '403'],
  'privacy-officer': /*    */ ['403', '403', '403', '403', 'masked', 'all', 'all', 'trail'],
  'security-administrator': ['403', '403', '403', '403', 'masked', 'all', '403', '403'],
  'patient-1': /*          */ ['own', 'own', 'own', 'own', 'nothing', 'all', 'own', '403'],
  'patient-2': /*          */ ['own', 'own', 'own', 'own', 'nothing', 'all', 'own', '403'],
  parent: /*               */ ['own', 'own', 'own', 'own', 'nothing', 'all', 'own', '403'],
};

/** What a mask of the default policies takes out. */
const withheld: Readonly<Record<string, readonly string[]>> = {
  Practitioner: ['birthDate', 'address', 'telecom'],
  Encounter: ['diagnosis', 'reasonCode', 'reasonReference'],
};

let demo: RunningDemo;
/** Id of the parent's child. */
let child: string;
const behind = new Map<Type, readonly RawEntry[]>();
const callers = new Map<string, FhirCaller>();

beforeAll(async () => {
  demo = await startDemo();
  const upstream = fhirCaller(demo.state.upstream.url, demo.state.upstream.authorization);
  for (const type of types) behind.set(type, (await allPages(upstream, `${type}?_count=1000`)).entries);
  const related = await upstream('GET', demo.state.personas.find(({ name }) => name === 'parent')!.fhirUser!);
  child = JSON.parse(related.text).patient.reference.replace('Patient/', '');
  for (const persona of Object.keys(table))
    callers.set(persona, fhirCaller(demo.state.fhir, `Bearer ${await demo.token(persona, 'user/*.rs')}`));
});
afterAll(() => demo?.dispose());

test('the table speaks of everybody there is', () => {
  expect(Object.keys(table).toSorted()).toEqual(demo.state.personas.map(({ name }) => name).toSorted());
});

describe.each(Object.entries(table))('R-068 R-079 %s', (persona, row) => {
  test.each(types.map((type, at) => [type, row[at]!] as const))('%s: %s', async (type, sight) => {
    // ITI-81: the trail is asked for a time.
    const since = sight === 'trail' ? '&date=ge2020-01-01' : '';
    const { status, entries } = await allPages(callers.get(persona)!, `${type}?_count=200${since}`);
    const all = new Map(behind.get(type)!.map(({ id, raw }) => [id, raw]));
    if (sight === '403') {
      expect(status).toBe(403);
      const anyone = behind.get(type)!.at(0)?.id ?? 'x';
      expect((await callers.get(persona)!('GET', `${type}/${anyone}`)).status).toBe(403);
      return;
    }
    expect(status).toBe(200);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    if (sight === 'trail') {
      expect(entries.length).toBeGreaterThan(0);
      expect(entries.every(({ id }) => !all.has(id))).toBe(true);
      return;
    }
    switch (sight) {
      case 'all':
        expect(entries.length).toBe(all.size);
        break;
      case 'some':
        expect(entries.length).toBeLessThan(all.size);
        // Consents are few, and one that closes a record closes itself as well.
        if (type !== 'Consent') expect(entries.length).toBeGreaterThan(0);
        break;
      case 'own': {
        const expected = behind.get(type)!.filter((one) => isAbout(one, subjectOf(persona)));
        if (persona === 'parent') {
          // Of a child's record, guardians do not see what minors keep to themselves.
          for (const { raw } of entries) expect(raw).not.toMatch(/"code":"(ADOL|ETH|PREGNANT|SDV|SEX|STD|VIO)"/);
          for (const { id } of entries) expect(expected.some((one) => one.id === id)).toBe(true);
        } else expect(entries.map(({ id }) => id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
        break;
      }
      case 'nothing':
        expect(entries).toEqual([]);
        expect((await callers.get(persona)!('GET', `${type}/${behind.get(type)![0]!.id}`)).status).toBe(404);
        break;
      case 'masked':
        expect(entries.length).toBeGreaterThan(0);
    }
    for (const { id, raw } of entries) {
      if (sight !== 'masked') {
        expect(raw).toBe(all.get(id));
        continue;
      }
      const shown = JSON.parse(raw) as Anything;
      for (const element of withheld[type]!) expect(Object.keys(shown)).not.toContain(element);
      expect(shown.text).toBeUndefined();
      expect(shown.meta.tag.some((tag: Anything) => tag.code === 'SUBSETTED')).toBe(true);
    }
  });
});

test('there is something for every mask to take out, and a VIP for nobody who bills', () => {
  expect(behind.get('Encounter')!.some(({ raw }) => raw.includes('"reasonCode"'))).toBe(true);
  expect(
    behind.get('Practitioner')!.some(({ raw }) => withheld['Practitioner']!.some((element) => raw.includes(`"${element}"`))),
  ).toBe(true);
  expect(behind.get('Patient')!.some(({ raw }) => raw.includes('"VIP"'))).toBe(true);
});

test('labels hold: nobody but a care team sees what is very restricted', async () => {
  for (const persona of ['emergency-physician', 'billing-clerk']) {
    for (const type of ['Patient', 'Encounter'] as const) {
      const { entries } = await allPages(callers.get(persona)!, `${type}?_count=200`);
      for (const { raw } of entries)
        expect(JSON.parse(raw).meta.security ?? []).not.toContainEqual(
          expect.objectContaining({ code: expect.stringMatching(/^(R|V)$/) }),
        );
    }
  }
});

/** Whose record it is: their own, or that of the child for whom they answer. */
function subjectOf(persona: string): string {
  const user = demo.state.personas.find(({ name }) => name === persona)!.fhirUser!;
  return user.startsWith('Patient/') ? user.slice('Patient/'.length) : child;
}

function isAbout({ type, id, raw }: RawEntry, patient: string): boolean {
  if (type === 'Patient') return id === patient;
  const named = new Set([...raw.matchAll(/"reference"\s*:\s*"Patient\/([A-Za-z0-9.-]+)"/g)].map((match) => match[1]));
  return named.has(patient) && named.size === 1;
}
