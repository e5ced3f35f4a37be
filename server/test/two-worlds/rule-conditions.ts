/** Conditions of rules on where the caller is and what the resource holds. */
import type { Json } from './json.ts';
import type { Random } from './random.ts';
import { patients } from './resources.ts';

export function environment(random: Random): Json {
  return random.pick<Json>([
    { networks: ['192.0.2.0/24', '127.0.0.0/8'] },
    { networks: ['10.0.0.0/8'] },
    { time: { zone: 'UTC', days: ['monday', 'tuesday'] } },
    { time: { zone: 'UTC', days: ['sunday'] } },
  ]);
}

/** What the harness's resources hold, where rules may ask for it. */
const conditions: Readonly<Record<string, readonly Json[]>> = {
  Patient: [
    { elements: ['Patient.gender'], equals: 'male' },
    { elements: ['Patient.birthDate'], exists: true },
  ],
  Observation: [
    { elements: ['Observation.status'], in: ['final', 'amended'] },
    { elements: ['Observation.code'], equals: 'http://loinc.org|hiv' },
    { elements: ['Observation.performer'], is: 'caller' },
    { elements: ['Observation.performer'], isNot: 'caller' },
    { elements: ['Observation.note'], exists: false },
    { elements: ['Observation.effectiveDateTime'], during: { start: '2022-05-06', end: '2023-11-05' } },
    { elements: ['Observation.effectiveDateTime'], during: { start: '2023-01-01' } },
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

/** For rules of one type, since what is asked must be said for each. */
export function content(random: Random, types: readonly string[], effect: string): Json {
  const [type = ''] = types;
  if (types.length > 1) return {};
  const among = conditions[type];
  return random.weighted<Json>([
    [among === undefined ? 0 : 4, { where: among === undefined ? [] : random.some(among, 1, 2) }],
    [effect === 'deny' ? 2 : 0, { codes: { any: ['http://snomed.info/sct|hiv', 'http://loinc.org|hiv'] } }],
    [
      type === 'Observation' || type === 'Condition' ? 2 : 0,
      { codes: { any: ['http://snomed.info/sct|flu', 'http://loinc.org|glucose'], at: [`${type}.code`] } },
    ],
    [1, { patients: random.some(patients, 1, 3) }],
  ]);
}
