/** Random policies in which every kind of rule occurs, and callers to whom they may mean something. */
import type { Json } from './json.ts';
import { ACT_CODE, CONFIDENTIALITY } from './naive/labels.ts';
import type { Random } from './random.ts';
import { maskCandidates, patients } from './resources.ts';
import type { SceneCaller, SceneFacts } from './scenario.ts';

const R = { group: ['R'] };
const all = { group: ['C', 'R', 'U', 'D'] };
const relations = ['general-practitioner', 'care-team', 'encounter'];

/** Rule kinds, as counted at the end. */
export function kindsOf(rule: Json): readonly string[] {
  const { caller = {}, resources = {} } = rule;
  return [
    rule.effect,
    ...['roles', 'kinds', 'clients', 'purposes', 'relations']
      .filter((key) => caller[key] !== undefined)
      .map((key) => `caller ${key}`),
    ...['types', 'categories', 'labels'].filter((key) => resources[key] !== undefined).map((key) => `${rule.effect} ${key}`),
    ...['clears', 'mask', 'elements', 'announces', 'consentable', 'overridable', 'mayLabel'].filter(
      (key) => rule[key] !== undefined,
    ),
    ...(((rule.mask ?? rule.elements ?? []) as string[]).some(isPart) ? ['part mask'] : []),
    ...(rule.denyAs === undefined ? [] : [`denyAs ${rule.denyAs}`]),
  ];
}

/** Of a value, and not the whole of an element: what such masks leave of a value means something else. */
const isPart = (path: string) => path.split('.').length > 2;

export function policiesFor(random: Random, types: readonly string[]): readonly Json[] {
  const rules: Json[] = [];
  const add = (one: Json) => {
    const rule = {
      id: `rule-${rules.length + 1}`,
      description: 'A rule of the harness.',
      effect: 'permit',
      interactions: random.chance(0.45) ? all : R,
      ...one,
    };
    // Only what is written can be labelled.
    const { mayLabel: _, ...plain } = rule;
    const writes =
      rule.interactions === all || ['create', 'update', 'patch'].some((each) => rule.interactions.includes?.(each));
    rules.push(writes ? rule : plain);
  };
  add({
    resources: { categories: ['business', 'individual'] },
    ...maybe(random, 0.45, () => ({ mask: masks(random, types, ['Practitioner', 'Organization', 'Location', 'Medication']) })),
  });
  add({
    interactions: random.chance(0.6) ? all : R,
    resources: { categories: ['patient', 'not-classified', ...(random.chance(0.6) ? ['business', 'individual'] : [])] },
    ...maybe(random, 0.75, () => ({ caller: { relations: random.some(relations, 1, 3) } })),
    ...clears(random),
    ...maybe(random, 0.6, () => ({ mask: masks(random, types) })),
    ...maybe(random, 0.2, () => ({ mayLabel: true })),
  });
  // Who may write what, where it is not the same as who may see it.
  if (random.chance(0.4)) {
    const type = random.pick(types);
    add({
      interactions: random.some(['update', 'patch', 'delete', 'create'], 1, 4),
      resources: { types: [type], ...maybe(random, 0.4, () => ({ labels: { any: [label(random)] } })) },
      ...maybe(random, 0.5, () => ({ mayLabel: true })),
      ...clears(random),
      ...callerOf(random),
    });
  }
  if (random.chance(0.15))
    add({
      effect: 'deny',
      interactions: random.some(['update', 'patch', 'delete', 'create'], 1, 3),
      resources: { labels: { any: [label(random)] } },
    });
  if (random.chance(0.35))
    add({
      resources: { types: random.some(types, 1, 3), ...maybe(random, 0.4, () => ({ labels: { any: [label(random)] } })) },
      ...clears(random),
      ...callerOf(random),
    });
  if (random.chance(0.25)) {
    const type = random.pick(types);
    add({ resources: { types: [type] }, mask: masks(random, [type]), ...clears(random), ...callerOf(random) });
  }
  if (random.chance(0.3)) add({ caller: { relations: ['self'] }, resources: { categories: ['patient', 'not-classified'] } });
  if (random.chance(0.15))
    add({
      effect: 'deny',
      interactions: all,
      resources: { types: [random.pick(types)] },
      ...maybe(random, 0.5, () => ({ denyAs: random.pick(['empty', 'not-found', 'forbidden']) })),
      caller: { clients: [random.pick(['app', 'other'])] },
    });
  if (random.chance(0.35))
    add({ effect: 'deny', interactions: all, resources: { labels: { any: [label(random)] } }, ...denyAs(random) });
  if (random.chance(0.2))
    add({
      effect: 'deny',
      interactions: all,
      resources: { categories: ['patient'] },
      caller: { relations: random.some(relations, 1, 1) },
      ...denyAs(random),
      ...maybe(random, 0.4, () => ({ consentable: true })),
    });
  if (random.chance(0.65)) {
    const type = random.pick(types);
    add({
      effect: 'deny',
      interactions: all,
      resources: { types: [type], ...maybe(random, 0.4, () => ({ labels: { any: [label(random)] } })) },
      elements: masks(random, [type]),
      ...maybe(random, 0.3, () => ({ overridable: 'break-the-glass' })),
    });
  }
  if (random.chance(0.1))
    add({ interactions: [random.pick(['search', 'read'])], resources: { types: random.some(types, 1, 2) } });
  if (random.chance(0.1))
    add({ effect: 'deny', interactions: R, resources: { types: [random.pick(types)] }, caller: { kinds: ['system'] } });
  return [{ policySet: 'harness', version: 1, combining: 'deny-overrides', rules }];
}

const maybe = (random: Random, share: number, make: () => Json): Json => (random.chance(share) ? make() : {});

function denyAs(random: Random): Json {
  return random.weighted<Json>([
    [6, {}],
    [2, { denyAs: 'not-found' }],
    [1, { denyAs: 'empty' }],
    [1, { denyAs: 'forbidden', announces: true }],
  ]);
}

function masks(random: Random, types: readonly string[], among: readonly string[] = types): readonly string[] {
  const type = random.pick(
    types.filter((one) => among.includes(one)).length > 0 ? types.filter((one) => among.includes(one)) : among,
  );
  const also = random.chance(0.4) ? random.pick(types) : type;
  return [...new Set([type, also])].flatMap((each) => {
    const parts = maskCandidates[each]!.filter((path) => path.includes('.'));
    const chosen = parts.length > 0 && random.chance(0.4) ? random.some(parts, 1, 2) : random.some(maskCandidates[each]!, 1, 2);
    return chosen.map((path) => `${each}.${path}`);
  });
}

function label(random: Random): string {
  return random.pick([`${CONFIDENTIALITY}|R`, `${CONFIDENTIALITY}|N`, `${ACT_CODE}|HIV`, `${ACT_CODE}|SUD`]);
}

function clears(random: Random): Json {
  if (random.chance(0.5)) return {};
  return {
    clears: {
      confidentiality: random.pick(['R', 'V']),
      ...maybe(random, 0.5, () => ({ sensitivities: random.pick<Json>(['*', ['SUD'], ['HIV', 'OPIOIDUD']]) })),
      ...maybe(random, 0.2, () => ({ other: '*' })),
    },
  };
}

function callerOf(random: Random): Json {
  return random.weighted<Json>([
    [3, { caller: { roles: ['nurse'] } }],
    [2, { caller: { purposes: [random.pick(['TREAT', 'HRESCH'])] } }],
    [2, { caller: { relations: random.some(relations, 1, 2) } }],
    [1, { caller: { kinds: ['system'] } }],
    [1, { caller: { clients: ['app'] } }],
    [2, {}],
  ]);
}

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
  const roles = random.some(['nurse', 'physician'], 0, 2);
  const purposes = random.chance(0.4) ? [random.pick(['TREAT', 'HRESCH'])] : [];
  const shape = random.weighted<'user' | 'patient' | 'granted' | 'system' | 'mixed' | 'careful' | 'anonymous'>([
    [50, 'user'],
    [12, 'patient'],
    [10, 'granted'],
    [10, 'system'],
    [8, 'mixed'],
    [12, 'careful'],
    [1, 'anonymous'],
  ]);
  const wide = random.chance(0.8) ? 'cruds' : random.pick(['rs', 'crus', 's', 'r']);
  const user = { kind: 'user', client: 'app', roles, purposes, fhirUser: `Practitioner/${random.pick(['d1', 'd2'])}` } as const;
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
        return [id, random.chance(share) ? random.some([...relations, 'guardian'], 1, 3) : []] as const;
      })
      .filter(([, known]) => known.length > 0),
  );
}

export function consentsFor(random: Random, caller: SceneCaller): SceneFacts['consents'] {
  const found: Record<string, SceneFacts['consents'][string]> = {};
  for (const id of patients) if (random.chance(0.25)) found[id] = [consent(random, id, caller)];
  return found;
}

function consent(random: Random, patient: string, caller: SceneCaller): SceneFacts['consents'][string][number] {
  const base = {
    resourceType: 'Consent',
    id: `consent-${patient}`,
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${patient}` },
  };
  const other = { role: { text: 'x' }, reference: { reference: 'Practitioner/d9' } };
  const me = { role: { text: 'x' }, reference: { reference: caller.fhirUser ?? 'Practitioner/d9' } };
  return random.pick([
    { resource: { ...base, provision: { type: 'deny' } }, denies: 'everyone-but-guardians' },
    { resource: { ...base, policyRule: { coding: [{ system: ACT_CODE, code: 'OPTOUT' }] } }, denies: 'everyone-but-guardians' },
    { resource: { ...base, provision: { type: 'permit' } }, denies: 'nobody' },
    { resource: { ...base, status: 'inactive', provision: { type: 'deny' } }, denies: 'nobody' },
    { resource: { ...base, provision: { type: 'deny', period: { end: '2020-01-01' } } }, denies: 'nobody' },
    { resource: { ...base, provision: { type: 'deny', actor: [me] } }, denies: 'everyone' },
    // Who is no known person may be whoever is named.
    {
      resource: { ...base, provision: { type: 'deny', actor: [other] } },
      denies: caller.fhirUser === undefined ? 'everyone' : 'nobody',
    },
  ]);
}
