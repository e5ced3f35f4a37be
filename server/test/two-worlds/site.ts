/** What the place of a scene settles beside its rules: label rules of every kind, drawn so that they meet what the harness's resources hold. */
import { consentRulesFor } from './consents.ts';
import type { Json } from './json.ts';
import type { Random } from './random.ts';
import { generate, LOINC, PARTNER, population, SNOMED } from './resources.ts';
import type { SceneFacts, SceneLabels, SceneSite } from './scenario.ts';

const LABEL_SETS = ['http://example.org/label-sets/1', 'http://example.org/label-sets/2'];

export function siteFor(random: Random): SceneSite {
  return {
    ...(random.chance(0.04)
      ? { purposesRequired: random.some(['patient', 'individual', 'not-classified'] as const, 1, 2) }
      : {}),
    ...consentRulesFor(random),
    ...(random.about('label rules', 0.6) ? { labels: labelsFor(random) } : {}),
  };
}

/** Kinds of label rules and settings, as counted at the end. */
export function siteKindsOf({ labels, purposesRequired }: SceneSite): readonly string[] {
  const required = purposesRequired === undefined ? [] : ['purposes required'];
  if (labels === undefined) return required;
  const rules: readonly Json[] = labels.documents.flatMap((one) => one.rules);
  return [
    ...required,
    ...new Set([
      ...rules.flatMap((rule) => evidence.filter((key) => rule[key] !== undefined)).map((key) => `label rule by ${key}`),
      ...rules.flatMap((rule) =>
        (rule.codes ?? []).some((code: string) => code.endsWith('*')) ? ['label rule by beginnings'] : [],
      ),
      ...labels.documents.flatMap((one) =>
        ['default', 'veryRestricted', 'meanings'].filter((key) => one[key] !== undefined).map((key) => `labels ${key}`),
      ),
      ...(['inherit', 'onBundles', 'onResources'] as const).filter((key) => labels[key]).map((key) => `labels ${key}`),
      ...(Object.keys(labels.elements).length > 0 ? ['labels of elements'] : []),
    ]),
  ];
}

const evidence = ['codes', 'valueSets', 'words', 'types', 'profiles', 'mentions', 'patients'];

/** Encounters as the security system knows them, in both worlds. */
export function containersFor(random: Random, subjects: SceneFacts['subjects']): Readonly<Record<string, Json>> {
  const [prefix, size] = population['Encounter']!;
  const ids = [...Array.from({ length: size }, (_, at) => `${prefix}${at + 1}`), 'x1', 'x2', 'x3', 'x4'];
  return Object.fromEntries(
    ids.flatMap((id) => {
      if (random.chance(0.07)) return [];
      return [[`Encounter/${id}`, random.chance(0.1) ? null : generate(random, 'Encounter', id, subjects)]];
    }),
  );
}

/** What the resources point to that consents name, as the security system knows it, in both worlds. */
export function pointersFor(random: Random, subjects: SceneFacts['subjects']): NonNullable<SceneFacts['pointers']> {
  const known = ['Encounter/e1', 'Encounter/e2', 'List/li1', 'Organization/o1'].filter(() => !random.chance(0.35));
  return Object.fromEntries(
    known.map((key) => {
      const [type = '', id = ''] = key.split('/');
      if (random.chance(0.1)) return [key, null];
      const named = [...JSON.stringify(generate(random, type, id, subjects)).matchAll(/"reference":"([^"]+)"/g)];
      return [key, [...named.map(([, text = '']) => text), ...random.some(['Observation/ob1', 'Condition/c1'], 0, 2)]];
    }),
  );
}

function labelsFor(random: Random): SceneLabels {
  const rules = Array.from({ length: 1 + random.below(5) }, (_, at) => labelRule(random, at));
  const first = { labelRules: 'harness', version: 1, ...settings(random), rules };
  const second = { labelRules: 'others', version: 1, rules: [labelRule(random, 9)] };
  return {
    documents: random.chance(0.2) ? [first, second] : [first],
    valueSets: [
      { resourceType: 'ValueSet', url: LABEL_SETS[0], compose: { include: [{ system: SNOMED, concept: [{ code: 'hiv' }] }] } },
      {
        resourceType: 'ValueSet',
        url: LABEL_SETS[1],
        compose: {
          include: [
            { system: LOINC, concept: [{ code: 'weight' }, { code: 'letter' }] },
            { system: SNOMED, concept: [{ code: 'methadone' }] },
          ],
        },
      },
    ],
    inherit: random.chance(0.6),
    elements: random.chance(0.5) ? elements : {},
    onBundles: random.chance(0.6),
    onResources: random.chance(0.3),
  };
}

const elements = {
  Patient: ['address', 'telecom'],
  Observation: ['valueQuantity'],
  Encounter: ['period'],
  Practitioner: ['name'],
};

function settings(random: Random): Json {
  return {
    ...(random.chance(0.25) ? { default: random.pick(['L', 'M', 'N', 'N', 'R']) } : {}),
    ...(random.chance(0.3) ? { veryRestricted: [random.pick(['HIV', 'SUD', 'SPI'])] } : {}),
    ...(random.chance(0.4) ? { meanings: { [`${PARTNER}|${random.pick(['staff', 'red'])}`]: meaning(random) } } : {}),
  };
}

const meaning = (random: Random) => random.pick([['N'], ['R', 'PSY'], ['NODSCLCD']]);

function labelRule(random: Random, at: number): Json {
  return {
    id: `label-rule-${at + 1}`,
    description: 'A label rule of the harness.',
    ...random.weighted<() => Json>([
      [4, () => content(random)],
      [2, () => ({ ...content(random), types: random.some(contentTypes, 1, 2) })],
      [1, () => ({ types: [random.pick(['Encounter', 'MedicationRequest', 'List', 'Composition', 'RelatedPerson'])] })],
      [1.5, () => ({ profiles: [`http://example.org/profile/${random.pick(['x', 'y'])}`] })],
      [1.5, () => ({ mentions: [random.pick(['Practitioner/d2', 'Practitioner/d3', 'Organization/o1', 'Medication/m1'])] })],
      [1, () => ({ patients: [random.pick(['p1', 'p2'])] })],
      [1, () => ({ ...content(random), mentions: ['Practitioner/d1'] })],
      [1, () => ({ types: ['Observation', 'Condition'], patients: ['p3', 'p4'] })],
    ])(),
    labels: random.pick([
      ['R'],
      ['R'],
      ['V'],
      ['HIV'],
      ['SUD'],
      ['OPIOIDUD'],
      ['PSY'],
      ['HIV', 'NOREUSE'],
      ['NODSCLCD'],
      ['N'],
    ]),
  };
}

const contentTypes = ['Observation', 'Condition', 'Encounter', 'Patient', 'Bundle', 'Composition', 'DocumentReference'];

/** One of them is enough. */
function content(random: Random): Json {
  return random.weighted<() => Json>([
    [
      3,
      () => ({
        codes: random.some(['loinc|hiv', 'snomed|hiv', `${SNOMED}|severe`, 'snomed|methadone', `${LOINC}|letter`], 1, 2),
      }),
    ],
    [1, () => ({ codes: [random.pick(['snomed|ast*', 'loinc|glu*', 'snomed|pos*'])] })],
    [2, () => ({ valueSets: [random.pick(LABEL_SETS)] })],
    [2, () => ({ words: random.some(['hiv', 'flu', 'asthm', 'gluco', 'positi', 'met'], 1, 2) })],
    [1, () => ({ codes: ['snomed|asthma'], words: ['hiv'], valueSets: [LABEL_SETS[1]] })],
  ])();
}
