/** Random policies in which every kind of rule occurs. */

import { relations } from './callers.ts';
import type { Json } from './json.ts';
import { deIdentified } from './naive/de-identified.ts';
import { ACT_CODE, CONFIDENTIALITY } from './naive/labels.ts';
import { announcedShapes } from './naive/types.ts';
import type { Random } from './random.ts';
import { maskCandidates } from './resources.ts';
import { content, environment } from './rule-conditions.ts';

const R = { group: ['R'] };
const all = { group: ['C', 'R', 'U', 'D'] };

/** Rule kinds, as counted at the end. */
export function kindsOf(rule: Json): readonly string[] {
  const { caller = {}, resources = {} } = rule;
  return [
    rule.effect,
    ...['roles', 'kinds', 'clients', 'purposes', 'purposesOtherThan', 'relations']
      .filter((key) => caller[key] !== undefined)
      .map((key) => `caller ${key}`),
    ...['types', 'categories', 'labels'].filter((key) => resources[key] !== undefined).map((key) => `${rule.effect} ${key}`),
    ...['clears', 'mask', 'elements', 'announces', 'consentable', 'overridable', 'mayLabel'].filter(
      (key) => rule[key] !== undefined,
    ),
    ...(((rule.mask ?? rule.elements ?? []) as string[]).some(isPart) ? ['part mask'] : []),
    ...['where', 'codes', 'patients'].filter((key) => resources[key] !== undefined).map((key) => `${rule.effect} ${key}`),
    ...['deIdentify', 'consentExempt', 'environment', 'unless', 'obligations', 'maskAs'].filter(
      (key) => rule[key] !== undefined,
    ),
    ...(resources.inside === undefined ? [] : ['inside']),
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
    resources: {
      categories: ['patient', 'not-classified', ...(random.chance(0.6) ? ['business', 'individual', 'anonymous'] : [])],
    },
    ...maybe(random, 0.75, () => ({ caller: { relations: random.some(relations, 1, 3) } })),
    ...clears(random),
    ...maybe(random, 0.6, () => ({ mask: masks(random, types) })),
    ...maybe(random, 0.2, () => ({ mayLabel: true })),
  });
  if (types.includes('ValueSet') && random.chance(0.85))
    add({
      interactions: ['read', 'vread', 'search'],
      ...maybe(random, 0.3, () => ({ caller: { kinds: ['anonymous', 'user', 'system'] } })),
      resources: { categories: ['anonymous'], ...maybe(random, 0.1, () => ({ labels: { any: [label(random)] } })) },
      ...clears(random),
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
  const forms = Object.keys(singleForms).filter((type) => types.includes(type));
  if (forms.length > 0 && random.chance(0.25)) {
    const type = random.pick(forms);
    add({
      effect: 'deny',
      interactions: all,
      resources: { types: [type] },
      elements: [`${type}.${random.pick(singleForms[type]!)}`],
    });
  }
  if (random.chance(0.1))
    add({ interactions: [random.pick(['search', 'read'])], resources: { types: random.some(types, 1, 2) } });
  if (random.chance(0.1))
    add({ effect: 'deny', interactions: R, resources: { types: [random.pick(types)] }, caller: { kinds: ['system'] } });
  // Nearly, or in truth, a rule under which nothing of a type is hidden.
  if (random.chance(0.4)) {
    add({
      interactions: random.chance(0.6) ? all : R,
      // Observations and patients are what narrow scopes reach a part of.
      resources: {
        types: [
          ...new Set([
            ...random.some(
              types.filter((type) => NARROWED.includes(type)),
              0,
              1,
            ),
            ...random.some(types, 1, 2),
          ]),
        ],
      },
      ...maybe(random, 0.6, () => ({ consentExempt: 'The law asks for it.' })),
      ...(random.chance(0.8) ? { clears: whole } : clears(random)),
      ...(random.chance(0.7) ? {} : callerOf(random)),
    });
  }
  const viewed = types.filter((type) => deIdentified[type] !== undefined);
  if (viewed.length > 0 && random.chance(0.12))
    add({
      resources: { types: random.some(viewed, 1, 2) },
      deIdentify: random.chance(0.4) ? true : { dates: 'year' },
      ...clears(random),
      ...callerOf(random),
    });
  const announced = [...announceable].filter((path) => types.includes(path.split('.')[0]!));
  if (announced.length > 0 && random.chance(0.35)) {
    const path = random.pick(announced);
    const rule = { resources: { types: [path.split('.')[0]] }, maskAs: 'absent-reason' };
    if (random.chance(0.5)) add({ ...rule, effect: 'deny', interactions: all, elements: [path] });
    else add({ ...rule, mask: [path], ...clears(random), ...callerOf(random) });
  }
  for (const rule of rules) {
    const named = rule.resources?.types;
    if (named !== undefined && random.chance(0.25))
      rule.resources = { ...rule.resources, ...content(random, named, rule.effect) };
    if (rule.resources !== undefined && random.chance(0.05)) rule.resources = { ...rule.resources, inside: random.chance(0.3) };
    if (rule.effect === 'permit' && random.chance(0.05)) rule.obligations = { ...rule.obligations, rationale: true };
    if (random.chance(0.06)) rule.environment = environment(random);
    else if (rule.effect === 'deny' && random.chance(0.1)) rule.unless = environment(random);
    if (rule.effect === 'deny' && random.chance(0.1))
      rule.caller = { ...rule.caller, purposesOtherThan: [random.pick(['TREAT', 'HRESCH'])] };
    if (rule.effect === 'permit' && random.chance(0.1)) rule.obligations = { labels: [random.pick(duties)] };
    const masked: readonly string[] = rule.mask ?? rule.elements ?? [];
    if (masked.length > 0 && masked.every((path) => announceable.has(path)) && random.chance(0.4))
      rule.maskAs = 'absent-reason';
    else if (masked.length > 0 && random.chance(0.15)) rule.maskAs = 'silence';
    if (rule.effect === 'deny' && rule.denyAs === undefined && random.chance(0.15)) rule.overridable = 'break-the-glass';
    if (rule.denyAs === 'forbidden') rule.announces = true;
  }
  if (random.chance(0.75)) return [{ policySet: 'harness', version: 1, combining: 'deny-overrides', rules }];
  // The same rules in two sets, each with a way of its own to make one answer of them.
  const first = rules.filter((_, at) => at % 2 === 0);
  const second = rules.filter((_, at) => at % 2 === 1);
  return [
    { policySet: 'harness', version: 1, combining: combining(random), rules: first },
    { policySet: 'other', version: 1, combining: combining(random), rules: second },
  ].filter((set) => set.rules.length > 0);
}

function combining(random: Random): string {
  return random.weighted([
    [4, 'deny-overrides'],
    [3, 'permit-overrides'],
    [2, 'ordered-deny-overrides'],
    [2, 'ordered-permit-overrides'],
    [1, 'deny-unless-permit'],
    [1, 'permit-unless-deny'],
  ]);
}

const announceable: ReadonlySet<string> = new Set(Object.keys(announcedShapes));
/** Forms of a choice, of which one is withheld and the others are not. */
const singleForms: Readonly<Record<string, readonly string[]>> = {
  Observation: ['valueQuantity', 'valueString'],
  Condition: ['onsetDateTime', 'onsetString'],
  Patient: ['deceasedBoolean'],
};
const NARROWED: readonly string[] = ['Observation', 'Patient'];
const whole = { confidentiality: 'V', sensitivities: '*', other: '*' };
const duties = [`${ACT_CODE}|NORDSCLCD`, `${ACT_CODE}|DELAU`];

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
