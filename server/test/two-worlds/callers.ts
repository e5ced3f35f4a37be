/** Callers to whom the policies may mean something, and how they stand to patients. */
import type { Random } from './random.ts';
import { patients } from './resources.ts';
import type { SceneCaller, SceneFacts } from './scenario.ts';

export const relations = ['general-practitioner', 'care-team', 'encounter'];

const others = ['emergency-encounter', 'managing-organization', 'device'];

/** Scopes that reach some states only: what may be read in one state may not be written into another, nor out of it. */
const narrowWrites = [
  'user/Observation.u?status=final',
  'user/Observation.cud?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
  'user/Encounter.ud?status=finished',
  'user/Patient.u?gender=male',
  'user/Condition.cud',
  'user/Practitioner.u?gender=female',
  'user/Device.cu?status=active',
];

export function callerFor(random: Random): SceneCaller {
  const caller = plainCaller(random);
  const broken = withGlass(random, caller);
  const narrowed = random.about('clearances', 0.12, 0.3)
    ? { ...broken, ceiling: random.pick(['M', 'N', 'N', 'R'] as const) }
    : broken;
  return random.chance(0.5) ? { ...narrowed, rationale: 'because' } : narrowed;
}

/** For a patient of their own, with the purpose that comes with it; a service for a person whom it named. */
function withGlass(random: Random, caller: SceneCaller): SceneCaller {
  const share = caller.kind === 'system' ? 0.15 : caller.kind === 'user' && caller.roles[0] !== 'patient' ? 0.2 : 0;
  if (!random.about('broken glass', share, share === 0 ? 0 : 0.8)) return caller;
  return {
    ...caller,
    purposes: [...caller.purposes, 'BTG'],
    override: random.pick(patients),
    ...(random.about('broken glass', 0.2, 0.3) ? { overrideEnded: true } : {}),
  };
}

/** As counted at the end. */
export function glassesOf({ caller, facts }: { readonly caller: SceneCaller; readonly facts: SceneFacts }): readonly string[] {
  const forged = Object.values(facts.relations).some((known) => known.includes('break-the-glass'));
  return [
    ...(caller.override === undefined ? [] : [caller.overrideEnded === true ? 'glass that has ended' : 'glass that is broken']),
    ...(caller.override !== undefined && caller.kind === 'system' ? ['glass of a service'] : []),
    ...(forged ? ['glass of which a fact speaks'] : []),
  ];
}

function plainCaller(random: Random): SceneCaller {
  const roles = random.some(['nurse', 'physician'], 0, 2);
  const purposes = random.chance(0.4) ? [random.pick(['TREAT', 'HRESCH'])] : [];
  const shape = random.weighted<'user' | 'patient' | 'granted' | 'system' | 'mixed' | 'careful' | 'anonymous'>([
    [50, 'user'],
    [12, 'patient'],
    [10, 'granted'],
    [10, 'system'],
    [12, 'mixed'],
    [random.about('narrow writes', 0) ? 60 : 12, 'careful'],
    [1, 'anonymous'],
  ]);
  const wide = random.chance(0.8) ? 'cruds' : random.pick(['rs', 'crus', 's', 'r']);
  const withheld = random.chance(random.isAbout('kept back') ? 0.6 : 0.12)
    ? { withheld: random.some(['HIV', 'SUD', 'OPIOIDUD'], 1, 2) }
    : {};
  const user = {
    kind: 'user',
    client: 'app',
    roles,
    purposes,
    fhirUser: `Practitioner/${random.pick(['d1', 'd2'])}`,
    ...withheld,
  } as const;
  const granular = random.pick([
    'user/Observation.rs?status=final',
    'user/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
    'user/Patient.rs?gender=male',
  ]);
  switch (shape) {
    case 'anonymous':
      return { kind: 'anonymous', client: 'none', roles: [], scopes: [], purposes: [] };
    case 'user':
      return { ...user, scopes: [`user/*.${wide}`] };
    case 'patient':
      return {
        ...user,
        fhirUser: `Patient/${random.pick(patients)}`,
        roles: ['patient'],
        scopes: [`user/*.${wide}`, 'openid', 'fhirUser'],
      };
    case 'granted':
      return {
        ...user,
        patient: random.pick(patients),
        scopes: [`patient/*.${wide}`, ...(random.chance(0.5) ? ['user/Practitioner.rs', 'user/Organization.rs'] : [])],
      };
    case 'mixed':
      return {
        ...user,
        patient: random.pick(patients),
        scopes: [granular, `patient/*.${wide}`, 'user/Condition.rs', 'user/Encounter.cruds'],
      };
    case 'careful':
      return { ...user, scopes: ['user/*.rs', ...random.some(narrowWrites, 2, 4)] };
    case 'system':
      return { kind: 'system', client: 'app', roles, purposes, scopes: [`system/*.${wide}`] };
  }
}

export function relationsFor(random: Random, caller: SceneCaller): SceneFacts['relations'] {
  if (caller.kind !== 'user') return {};
  const self = /^Patient\/(.+)$/.exec(caller.fhirUser ?? '')?.[1];
  return Object.fromEntries(
    patients
      .map((id) => {
        if (id === self) return [id, ['self']] as const;
        const share = self === undefined ? 0.7 : 0.1;
        return [
          id,
          random.chance(share)
            ? withGuardians(
                random,
                random.some(
                  [
                    ...relations,
                    'guardian',
                    ...(random.chance(0.3) ? others : []),
                    ...(random.chance(0.1) ? ['break-the-glass'] : []),
                  ],
                  1,
                  3,
                ),
              )
            : [],
        ] as const;
      })
      .filter(([, known]) => known.length > 0),
  );
}

/** Consents speak of guardians apart, and of some only when there are several. */
function withGuardians(random: Random, known: readonly string[]): readonly string[] {
  return random.isAbout('several consents') ? [...new Set([...known, 'guardian'])] : known;
}
