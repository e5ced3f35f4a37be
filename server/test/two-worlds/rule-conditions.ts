/** Conditions of rules on where the caller is and what the resource holds. */
import type { Json } from './json.ts';
import type { Random } from './random.ts';
import { patients } from './resources.ts';

export function environment(random: Random): Json {
  return random.pick<Json>([
    { period: { start: '2026-01-01T00:00Z' } },
    { period: { end: '2026-06-01T12:00Z' } },
    { period: { start: '2026-06-01T12:00Z', end: '2027-01-01T00:00Z' } },
    { time: { zone: 'UTC', from: '08:00', to: '12:30' } },
    { time: { zone: 'UTC', days: ['monday'], from: '22:00', to: '06:00' } },
    { certificate: random.pick(['shown', 'trusted']) },
    { issuers: ['https://elsewhere.example'] },
    { networks: ['192.0.2.0/24', '127.0.0.0/8'] },
    { networks: ['10.0.0.0/8'] },
    { time: { zone: 'UTC', days: ['monday', 'tuesday'] } },
    { time: { zone: 'UTC', days: ['sunday'] } },
  ]);
}

/** Of whoever asks, beside roles, clients and purposes. */
export function identity(random: Random): Json {
  return random.pick<Json>([
    { identities: random.some(['Practitioner/d1', 'Practitioner/d2', 'Patient/p1'], 1, 2) },
    { memberships: random.some(groups, 1, 2) },
    { everyPurpose: [random.pick(['TREAT', 'HRESCH'])] },
  ]);
}

export const groups: readonly string[] = ['Organization/o1', 'Organization/o2', 'CareTeam/ct1'];

/** What value sets of rules hold, by their URLs. */
export const ruleSets: Readonly<Record<string, readonly string[]>> = {
  'http://example.org/rule-sets/1': ['http://snomed.info/sct|hiv', 'http://loinc.org|hiv'],
  'http://example.org/rule-sets/2': ['http://snomed.info/sct|flu', 'http://loinc.org|glucose', 'http://loinc.org|weight'],
};

/** What the harness's resources hold, where rules may ask for it. */
const conditions: Readonly<Record<string, readonly Json[]>> = {
  Patient: [
    { elements: ['Patient.gender'], equals: 'male' },
    { elements: ['Patient.birthDate'], exists: true },
    { elements: ['Patient.managingOrganization'], is: 'group-of-caller' },
    { elements: ['Patient.managingOrganization'], isNot: 'group-of-caller' },
  ],
  Observation: [
    { elements: ['Observation.status'], in: ['final', 'amended'] },
    { elements: ['Observation.code'], equals: 'http://loinc.org|hiv' },
    { elements: ['Observation.performer'], is: 'caller' },
    { elements: ['Observation.performer'], isNot: 'caller' },
    { elements: ['Observation.note'], exists: false },
    { elements: ['Observation.effectiveDateTime'], during: { start: '2022-05-06', end: '2023-11-05' } },
    { elements: ['Observation.effectiveDateTime'], during: { start: '2023-01-01' } },
    { elements: ['Observation.effectiveDateTime'], during: { lastDays: 1000 } },
    { elements: ['Observation.code'], valueSets: ['http://example.org/rule-sets/2'] },
  ],
  Condition: [
    { elements: ['Condition.code'], equals: 'http://snomed.info/sct|flu' },
    { elements: ['Condition.asserter'], is: 'caller' },
  ],
  Encounter: [
    { elements: ['Encounter.status'], equals: 'finished' },
    { elements: ['Encounter.class'], equals: 'http://terminology.hl7.org/CodeSystem/v3-ActCode|AMB' },
  ],
  Device: [{ elements: ['Device.status'], equals: 'active' }],
  Practitioner: [{ elements: ['Practitioner.gender'], exists: true }],
  MedicationRequest: [{ elements: ['MedicationRequest.requester'], is: 'caller' }],
};

/** Types whose content rules ask for. */
export const asked: readonly string[] = Object.keys(conditions);

/** For rules of one type, since what is asked must be said for each. */
export function content(random: Random, types: readonly string[], effect: string): Json {
  const [type = ''] = types;
  if (types.length > 1) return {};
  const among = conditions[type];
  return random.weighted<Json>([
    [among === undefined ? 0 : 4, { where: among === undefined ? [] : random.some(among, 1, 2) }],
    [effect === 'deny' ? 1 : 0, { codes: { valueSets: ['http://example.org/rule-sets/1'] } }],
    [effect === 'deny' ? 2 : 0, { codes: { any: ['http://snomed.info/sct|hiv', 'http://loinc.org|hiv'] } }],
    [
      type === 'Observation' || type === 'Condition' ? 2 : 0,
      { codes: { any: ['http://snomed.info/sct|flu', 'http://loinc.org|glucose'], at: [`${type}.code`] } },
    ],
    [
      type === 'Observation' || type === 'Condition' ? 1 : 0,
      { codes: { valueSets: ['http://example.org/rule-sets/2'], at: [`${type}.code`] } },
    ],
    [1, { patients: random.some(patients, 1, 3) }],
  ]);
}
