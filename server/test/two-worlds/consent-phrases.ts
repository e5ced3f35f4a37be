/** What provisions of Consents name, as R4 and as R5 write it, each with what it means: of a permission and of a denial it is not always the same. */
import type { Json } from './json.ts';
import { ACT_CODE, CONFIDENTIALITY } from './naive/labels.ts';
import type { Random } from './random.ts';
import { LOINC, SNOMED } from './resources.ts';
import type { Named, SceneCaller } from './scenario.ts';

const RESOURCE_TYPES = 'http://hl7.org/fhir/resource-types';
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const ACTIONS = 'http://terminology.hl7.org/CodeSystem/consentaction';
const MEDIA = 'urn:ietf:bcp:13';
const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

export interface Phrase {
  readonly r4: Json;
  readonly r5: Json;
  readonly denied: Named;
  readonly permitted: Named;
}

const always: Named = { all: [] };
export const never: Named = { any: [] };

/** The same in every version, and of either effect. */
const plain = (written: Json, named: Named): Phrase => ({ r4: written, r5: written, denied: named, permitted: named });
const as = (r4: Json, r5: Json, named: Named): Phrase => ({ r4, r5, denied: named, permitted: named });

/** Of data, whoever asks. */
export function ofData(random: Random): Phrase {
  const types = random.some(['Observation', 'Condition', 'Encounter', 'Patient', 'DocumentReference'], 1, 2);
  const kinds = types.map((code) => ({ system: RESOURCE_TYPES, code }));
  const code = random.pick([`${LOINC}|hiv`, `${LOINC}|glucose`, `${SNOMED}|hiv`, `${SNOMED}|flu`]);
  const document = random.pick([`${LOINC}|letter`, `${LOINC}|report`]);
  const media = random.pick(['text/plain', 'application/pdf']);
  return random.weighted<() => Phrase>([
    [3, () => as({ class: kinds }, { resourceType: kinds }, { types })],
    [2, () => plain({ code: [{ coding: [coding(code)] }] }, { code })],
    [2, () => during(random)],
    [1, () => as({ class: [coding(document)] }, { documentType: [coding(document)] }, { document })],
    [1, () => as({ class: [coding(`${MEDIA}|${media}`)] }, { documentType: [coding(`${MEDIA}|${media}`)] }, { media })],
    [random.isAbout('references in consents') ? 40 : 5, () => ofReference(random)],
    [random.about('sensitivities', 0) ? 30 : 4, () => ofLabels(random)],
  ])();
}

function during(random: Random): Phrase {
  const span = random.pick([
    { start: '2022-05-06', end: '2023-11-05' },
    { start: '2022-05-06', end: '2023' },
    { start: '2023' },
  ]);
  return plain({ dataPeriod: span }, { during: span });
}

function ofReference(random: Random): Phrase {
  const one = random.pick(['Observation/ob1', 'Observation/ob2', 'Condition/c1', 'Encounter/e1']);
  const whole = random.pick(['Encounter/e1', 'Encounter/e2', 'List/li1', 'Organization/o1']);
  const known = random.pick(['Encounter/e1', 'Practitioner/d1', 'Practitioner/d2']);
  const author = random.pick(['Practitioner/d1', 'Practitioner/d2', 'Organization/o1']);
  const [meaning, reference, named] = random.pick<readonly [string, string, Named]>([
    ['instance', one, { instance: one }],
    ['dependents', known, { dependents: known }],
    ['related', whole, { related: whole }],
    ...(random.isAbout('references in consents')
      ? Array.from({ length: 6 }, () => ['related', whole, { related: whole }] as const)
      : []),
    ['authoredby', author, { authoredBy: author }],
  ]);
  return plain({ data: [{ meaning, reference: { reference } }] }, named);
}

/** A permission reaches that level and lower, a denial that level and higher; and of what has several sensitivities one is not all. */
function ofLabels(random: Random): Phrase {
  const labelled = (label: string, denied: Named, permitted: Named = denied): Phrase => {
    const written = { securityLabel: [coding(label)] };
    return { r4: written, r5: written, denied, permitted };
  };
  const sensitivity = random.pick(['HIV', 'PSY']);
  const level = random.pick(['N', 'R', 'V']);
  const duty = `${ACT_CODE}|NODSCLCD`;
  return random.weighted<() => Phrase>([
    [3, () => labelled(`${ACT_CODE}|${sensitivity}`, { sensitivity }, { onlySensitivity: sensitivity })],
    [2, () => labelled(`${CONFIDENTIALITY}|${level}`, { from: level }, { upTo: level })],
    [1, () => labelled(duty, { label: duty }, { onlyLabel: duty })],
  ])();
}

/** Of whoever asks, for what, and what they do; as exceptions only, since to whom a root does not speak it says nothing. */
export function ofAsking(random: Random, caller: SceneCaller, memberships: readonly string[] | undefined): Phrase {
  return random.weighted<() => Phrase>([
    [2, () => ofActor(random, caller, memberships)],
    [random.about('glass in consents', 0) ? 12 : 2, () => ofPurposes(random, caller)],
    [2, () => ofAction(random)],
    [1, () => beyondUs(random)],
  ])();
}

const recipient = { coding: [{ system: PARTICIPATION, code: 'IRCP' }] };

export function ofActor(random: Random, { fhirUser }: SceneCaller, memberships: readonly string[] | undefined): Phrase {
  const actor = (reference: string, role: Json = recipient) => ({ actor: [{ role, reference: { reference } }] });
  const group = random.pick(['Organization/o1', 'CareTeam/ct1']);
  // Who is no known person may be whoever is named, or belong to anything.
  const known = (is: boolean): Named => (fhirUser === undefined ? 'perhaps' : is ? always : never);
  return random.pick<Phrase>([
    plain(actor(fhirUser ?? 'Practitioner/d9'), known(true)),
    plain(actor('Practitioner/d9'), known(false)),
    plain(actor(group), memberships === undefined ? 'perhaps' : known(memberships.includes(group))),
    plain(actor('Device/dev1'), 'perhaps'),
    // Of where the data are from, which is not told.
    plain(actor(fhirUser ?? 'Practitioner/d9', { coding: [{ system: PARTICIPATION, code: 'CST' }] }), 'perhaps'),
  ]);
}

const below: Readonly<Record<string, readonly string[]>> = { TREAT: ['BTG'], HRESCH: ['CLINTRCH'] };
const reaches = (named: string, purpose: string) => named === purpose || below[named]?.includes(purpose) === true;

/** A permission must cover every purpose, a denial any. Who says none may have any; who says a broad one may have the narrow one. */
export function ofPurposes(random: Random, { purposes }: SceneCaller): Phrase {
  const codes = random.about('glass in consents', 0, 0.6)
    ? ['BTG']
    : random.pick([['TREAT'], ['HRESCH'], ['TREAT', 'HRESCH'], ['CLINTRCH'], ['HPAYMT'], ['BTG']]);
  const covered = purposes.map((purpose) => codes.some((code) => reaches(code, purpose)));
  const within = purposes.some((purpose) => codes.some((code) => code !== 'BTG' && reaches(purpose, code)));
  const written = { purpose: codes.map((code) => ({ system: REASON, code })) };
  if (purposes.length === 0) return plain(written, 'perhaps');
  return {
    r4: written,
    r5: written,
    denied: covered.includes(true) ? always : within ? 'perhaps' : never,
    permitted: covered.includes(false) ? never : always,
  };
}

function ofAction(random: Random): Phrase {
  const action = random.pick(['access', 'collect', 'correct', 'use'] as const);
  return plain({ action: [{ coding: [{ system: ACTIONS, code: action }] }] }, { action });
}

/** What nobody here can tell. */
export function beyondUs(random: Random): Phrase {
  return random.pick([
    plain({ expression: { language: 'text/fhirpath', expression: 'true' } }, 'perhaps'),
    plain({ extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/consent-provision-limit' }] }, 'perhaps'),
    plain({ provisionReference: { reference: 'Permission/x' } }, 'perhaps'),
  ]);
}

/** Both at once: in one provision all must hold. */
export function both(one: Phrase, other: Phrase): Phrase | undefined {
  if (Object.keys(one.r4).some((key) => key in other.r4)) return undefined;
  return {
    r4: { ...one.r4, ...other.r4 },
    r5: { ...one.r5, ...other.r5 },
    denied: { all: [one.denied, other.denied] },
    permitted: { all: [one.permitted, other.permitted] },
  };
}

function coding(label: string): Json {
  const [system, code] = label.split('|');
  return { system, code };
}
