/** What patients said: Consents as they come from a FHIR server (R4) and as Fireguard keeps them (also R5 and R6), each with what it means. */
import { asR4, asR5, type ConsentPlace } from './consent-forms.ts';
import type { Json } from './json.ts';
import type { Random } from './random.ts';
import { patients } from './resources.ts';
import type { SceneCaller, SceneConsent, SceneFacts, SceneSite } from './scenario.ts';

/** Two of them are of one day. */
const days = ['2024-01-01', '2025-01-01', '2025-01-01', undefined];

export function consentsFor(
  random: Random,
  caller: SceneCaller,
  { relations, memberships }: Pick<SceneFacts, 'relations' | 'memberships'>,
): SceneFacts['consents'] {
  const found: Record<string, readonly SceneConsent[]> = {};
  for (const id of patients) {
    // Of whom nothing may be seen, it matters little what they said.
    if (
      !random.about(
        'consents',
        relations[id] === undefined ? 0.06 : 0.2,
        random.about('odd consents', 0) || random.isAbout('several consents') ? 0.5 : 0.9,
      )
    )
      continue;
    const count = random.weighted([
      [random.isAbout('several consents') ? 1 : 6, 1],
      [3, 2],
      [1, 3],
    ]);
    found[id] = Array.from({ length: count }, (_, at) => consent(random, at, { patient: id, caller, memberships }));
  }
  return found;
}

/** What the place settles about them; mostly what is settled where nobody says otherwise. */
export function consentRulesFor(random: Random): SceneSite {
  if (!random.about('consent rules', 0.4)) return {};
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
    ...new Set(all.flat().flatMap(({ resource }) => [...membersOf(resource)].map((member) => `consents by ${member}`))),
    ...(conflict === undefined ? [] : [`conflict ${conflict}`, `implicit ${implicit}`]),
    ...(verified === true ? ['only verified consents'] : []),
  ];
}

export const consentKinds: readonly string[] = [
  ...['several consents', 'consents kept as R5', 'consents that cannot be read', 'consents about broken glass'],
  ...[
    'only verified consents',
    'consents by decision',
    'consents by policyRule',
    'consents by policy',
    'consents by policyBasis',
  ],
  ...['deny-overrides', 'permit-overrides', 'most-recent'].map((one) => `conflict ${one}`),
  ...['policy', 'all-normal', 'basic-normal', 'deny', 'break-glass-only'].map((one) => `implicit ${one}`),
];

/** Of provisions, at any depth, in any version; rare ones are members that nobody understands. */
export const provisionKinds: readonly string[] = [
  ...['actor', 'purpose', 'action', 'securityLabel', 'class', 'resourceType', 'documentType', 'code', 'dataPeriod', 'period'],
  ...['instance', 'related', 'dependents', 'authoredby', 'exceptions of exceptions', 'what is beyond us'],
].map((one) => `consents by ${one}`);

function* membersOf({ provision, ...root }: Json): Generator<string> {
  for (const key of ['decision', 'policyRule', 'policy', 'policyBasis', 'period']) if (key in root) yield key;
  for (const one of [provision ?? []].flat()) yield* membersIn(one);
}

function* membersIn(provision: Json): Generator<string> {
  for (const [key, value] of Object.entries<Json>(provision)) {
    if (key === 'data') yield value[0].meaning;
    else if (key === 'provision') for (const one of [value].flat()) yield* nestedIn(one);
    else yield beyond.includes(key) ? 'what is beyond us' : key;
  }
}

function* nestedIn(provision: Json): Generator<string> {
  if (provision.provision !== undefined) yield 'exceptions of exceptions';
  yield* membersIn(provision);
}

const beyond = ['expression', 'extension', 'provisionReference'];

function consent(random: Random, at: number, place: ConsentPlace): SceneConsent {
  const given = random.pick(days);
  const isVerified = random.chance(0.4);
  const verification = isVerified ? [{ verified: true }] : random.chance(0.2) ? [{ verified: false }] : undefined;
  const said = random.chance(0.6) ? asR4(random, place) : asR5(random, place);
  return {
    ...said,
    ...(given === undefined ? {} : { given }),
    ...(isVerified ? { verified: true } : {}),
    resource: {
      ...said.resource,
      id: `consent-${place.patient}-${at}`,
      ...(given === undefined ? {} : { [said.resource.subject === undefined ? 'dateTime' : 'date']: given }),
      ...(verification === undefined ? {} : { verification }),
    },
  };
}
