/** What patients said: Consents as they come from a FHIR server (R4) and as Fireguard keeps them (also R5 and R6), each with what it means. */
import type { Json } from './json.ts';
import { ACT_CODE } from './naive/labels.ts';
import type { Random } from './random.ts';
import { patients } from './resources.ts';
import type { SceneCaller, SceneConsent, SceneFacts, SceneSite } from './scenario.ts';

const RESOURCE_TYPES = 'http://hl7.org/fhir/resource-types';
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const ACTIONS = 'http://terminology.hl7.org/CodeSystem/consentaction';
/** Two of them are of one day. */
const days = ['2024-01-01', '2025-01-01', '2025-01-01', undefined];

export function consentsFor(random: Random, caller: SceneCaller): SceneFacts['consents'] {
  const found: Record<string, readonly SceneConsent[]> = {};
  for (const id of patients) {
    if (!random.chance(0.25)) continue;
    const count = random.weighted([
      [6, 1],
      [3, 2],
      [1, 3],
    ]);
    found[id] = Array.from({ length: count }, (_, at) => consent(random, id, at, caller));
  }
  return found;
}

/** What the place settles about them; mostly what is settled where nobody says otherwise. */
export function consentRulesFor(random: Random): SceneSite {
  if (!random.chance(0.4)) return {};
  return {
    consents: {
      conflict: random.pick(['deny-overrides', 'permit-overrides', 'most-recent']),
      implicit: random.weighted([
        [8, 'policy'],
        [2, 'all-normal'],
        [2, 'basic-normal'],
        [1, 'deny'],
        [1, 'break-glass-only'],
      ]),
      verified: random.chance(0.3),
    },
  };
}

/** As counted at the end. */
export function consentKindsOf({ facts, site }: { readonly facts: SceneFacts; readonly site?: SceneSite }): readonly string[] {
  const all = Object.values(facts.consents);
  const { conflict, implicit, verified } = site?.consents ?? {};
  return [
    ...(all.some((list) => list.length > 1) ? ['several consents'] : []),
    ...(all.flat().some(({ resource }) => resource.subject !== undefined) ? ['consents kept as R5'] : []),
    ...(all.flat().some(({ unreadable }) => unreadable) ? ['consents that cannot be read'] : []),
    ...(all.flat().some(({ forbidsOverride }) => forbidsOverride) ? ['consents about broken glass'] : []),
    ...(all.flat().some(({ denies }) => typeof denies === 'object' && 'action' in denies) ? ['consents by action'] : []),
    ...(conflict === undefined ? [] : [`conflict ${conflict}`, `implicit ${implicit}`]),
    ...(verified === true ? ['only verified consents'] : []),
  ];
}

export const consentKinds: readonly string[] = [
  ...['several consents', 'consents kept as R5', 'consents that cannot be read', 'consents about broken glass'],
  ...['consents by action', 'only verified consents'],
  ...['deny-overrides', 'permit-overrides', 'most-recent'].map((one) => `conflict ${one}`),
  ...['policy', 'all-normal', 'basic-normal', 'deny', 'break-glass-only'].map((one) => `implicit ${one}`),
];

function consent(random: Random, patient: string, at: number, caller: SceneCaller): SceneConsent {
  const given = random.pick(days);
  const isVerified = random.chance(0.4);
  const verification = isVerified ? [{ verified: true }] : random.chance(0.2) ? [{ verified: false }] : undefined;
  const said = random.chance(0.7) ? asR4(random, patient, caller) : asR5(random, patient);
  return {
    ...said,
    ...(given === undefined ? {} : { given }),
    ...(isVerified ? { verified: true } : {}),
    resource: {
      ...said.resource,
      id: `consent-${patient}-${at}`,
      ...(given === undefined ? {} : { [said.resource.subject === undefined ? 'dateTime' : 'date']: given }),
      ...(verification === undefined ? {} : { verification }),
    },
  };
}

/** Their decision is the base, and what stands below it turns it around. */
function asR5(random: Random, patient: string): SceneConsent {
  const base = { resourceType: 'Consent', status: 'active', subject: { reference: `Patient/${patient}` } };
  const types = random.some(['Observation', 'Condition', 'Encounter', 'Patient'], 1, 2);
  const resourceType = types.map((code) => ({ system: RESOURCE_TYPES, code }));
  const sensitivity = random.pick(['HIV', 'PSY']);
  const securityLabel = [{ system: ACT_CODE, code: sensitivity }];
  return random.pick<SceneConsent>([
    { resource: { ...base, decision: 'deny' }, denies: 'everyone-but-guardians' },
    { resource: { ...base, decision: 'permit' }, denies: 'nobody', agrees: true },
    { resource: { ...base, decision: 'permit', provision: [{ resourceType }] }, denies: { types }, agrees: true },
    { resource: { ...base, decision: 'deny', provision: [{ resourceType }] }, denies: { butTypes: types }, agrees: true },
    { resource: { ...base, decision: 'permit', provision: [{ securityLabel }] }, denies: { sensitivity }, agrees: true },
    // Provisions that are exceptions to nothing.
    { resource: { ...base, provision: [{ resourceType }] }, denies: 'everyone', unreadable: true },
  ]);
}

function asR4(random: Random, patient: string, caller: SceneCaller): SceneConsent {
  const base = {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${patient}` },
  };
  const other = { role: { text: 'x' }, reference: { reference: 'Practitioner/d9' } };
  const me = { role: { text: 'x' }, reference: { reference: caller.fhirUser ?? 'Practitioner/d9' } };
  return random.pick<SceneConsent>([
    { resource: { ...base, provision: { type: 'deny' } }, denies: 'everyone-but-guardians' },
    { resource: { ...base, policyRule: { coding: [{ system: ACT_CODE, code: 'OPTOUT' }] } }, denies: 'everyone-but-guardians' },
    { resource: { ...base, provision: { type: 'permit' } }, denies: 'nobody', agrees: true },
    { resource: { ...base, status: 'inactive', provision: { type: 'deny' } }, denies: 'nobody' },
    { resource: { ...base, provision: { type: 'deny', period: { end: '2020-01-01' } } }, denies: 'nobody' },
    { resource: { ...base, provision: { type: 'deny', actor: [me] } }, denies: 'everyone' },
    ...ofData(random, base),
    // Who is no known person may be whoever is named.
    {
      resource: { ...base, provision: { type: 'deny', actor: [other] } },
      denies: caller.fhirUser === undefined ? 'everyone' : 'nobody',
    },
    ...ofPurposes(base, caller),
    ...(['access', 'correct'] as const).map((action) => ({
      resource: { ...base, provision: { type: 'deny', action: [{ coding: [{ system: ACTIONS, code: action }] }] } },
      denies: { action },
    })),
    { resource: { ...base, status: 'unknown', provision: { type: 'permit' } }, denies: 'everyone', unreadable: true },
  ]);
}

/** Who says no purpose may have any. */
function ofPurposes(base: Json, { purposes }: SceneCaller): readonly SceneConsent[] {
  const against = (code: string) => ({ ...base, provision: { type: 'deny', purpose: [{ system: REASON, code }] } });
  return [
    { resource: against('HRESCH'), denies: purposes.length === 0 || purposes.includes('HRESCH') ? 'everyone' : 'nobody' },
    { resource: against('BTG'), denies: purposes.length === 0 ? 'everyone' : 'nobody', forbidsOverride: true },
  ];
}

/** Consents that decide by the resource; a denial of data leaves nobody alone, guardians neither. */
function ofData(random: Random, base: Json): readonly SceneConsent[] {
  const types = random.some(['Observation', 'Condition', 'Encounter', 'Patient', 'DocumentReference'], 1, 2);
  const kinds = types.map((code) => ({ system: RESOURCE_TYPES, code }));
  const instance = random.pick(['Observation/ob1', 'Observation/ob2', 'Condition/c1', 'Encounter/e1']);
  const data = [{ meaning: 'instance', reference: { reference: instance } }];
  const sensitivity = random.pick(['HIV', 'PSY']);
  const securityLabel = [{ system: ACT_CODE, code: sensitivity }];
  const permitBut = (exception: Json) => ({
    ...base,
    provision: { type: 'permit', provision: [{ type: 'deny', ...exception }] },
  });
  return [
    { resource: permitBut({ class: kinds }), denies: { types }, agrees: true },
    { resource: { ...base, provision: { type: 'deny', class: kinds } }, denies: { types } },
    { resource: { ...base, provision: { type: 'permit', class: kinds } }, denies: { butTypes: types }, agrees: true },
    { resource: permitBut({ data }), denies: { instance }, agrees: true },
    { resource: permitBut({ securityLabel }), denies: { sensitivity }, agrees: true },
  ];
}
