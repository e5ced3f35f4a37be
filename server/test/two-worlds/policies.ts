/** Random policies in which every kind of rule occurs. */

import { relations } from './callers.ts';
import type { Json } from './json.ts';
import { deIdentified } from './naive/de-identified.ts';
import { ACT_CODE, CONFIDENTIALITY } from './naive/labels.ts';
import { announcedShapes } from './naive/types.ts';
import type { Random } from './random.ts';
import { maskCandidates } from './resources.ts';
import { asked, content, environment, identity } from './rule-conditions.ts';
import type { Topic } from './theme.ts';

const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const R = { group: ['R'] };
const all = { group: ['C', 'R', 'U', 'D'] };

/** Rule kinds, as counted at the end. */
export function kindsOf(rule: Json): readonly string[] {
  const { caller = {}, resources = {} } = rule;
  return [
    rule.effect,
    ...['roles', 'kinds', 'clients', 'purposes', 'everyPurpose', 'purposesOtherThan', 'memberships', 'identities', 'relations']
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
    ...['pseudonyms', 'dates'].filter((key) => rule.deIdentify?.[key] !== undefined).map((key) => `deIdentify ${key}`),
    ...(rule.deIdentify?.dates === undefined ? [] : [`dates ${rule.deIdentify.dates}`]),
    ...Object.keys({ ...rule.environment, ...rule.unless }).map((key) => `environment ${key}`),
    ...(rule.resources?.codes?.valueSets === undefined ? [] : ['codes of value sets']),
    ...(rule.resources?.where ?? []).flatMap((one: Json) =>
      Object.keys(one.during ?? one).map((key) => `where ${one.is ?? one.isNot ?? key}`),
    ),
    ...(rule.caller?.relations ?? []).map((relation: string) => `relation ${relation}`),
    ...['notify', 'rationale'].filter((key) => rule.obligations?.[key]).map((key) => `obligations ${key}`),
    ...(rule.fhirVersions === undefined ? [] : ['fhirVersions']),
    ...(rule.interactions.group ?? rule.interactions).map((one: string) => `interactions ${one}`),
    ...(caller.kinds ?? []).map((kind: string) => `kind ${kind}`),
    ...Object.keys(rule.clears ?? {}).map((key) => `clears ${key}`),
    ...Object.keys(resources.codes ?? {}).map((key) => `codes ${key}`),
    ...(resources.inside === undefined ? [] : [`inside ${resources.inside}`]),
    ...(rule.maskAs === undefined ? [] : [`maskAs ${rule.maskAs}`]),
    ...(rule.resources?.where?.some((one: Json) => one.isNot !== undefined) ? ['where isNot'] : []),
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
    ...drawn(random, 'masks', 0.45, () => ({
      mask: masks(random, types, ['Practitioner', 'Organization', 'Location', 'Medication']),
    })),
  });
  add({
    interactions: random.chance(0.6) ? all : R,
    resources: {
      categories: ['patient', 'not-classified', ...(random.chance(0.6) ? ['business', 'individual', 'anonymous'] : [])],
    },
    ...maybe(random, 0.75, () => ({ caller: { relations: random.some(relations, 1, 3) } })),
    ...clears(random),
    ...drawn(random, 'masks', 0.6, () => ({ mask: masks(random, types) })),
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
  if (random.about('narrow writes', 0.4)) {
    const type = random.pick(types);
    add({
      interactions: random.some(['update', 'patch', 'delete', 'create'], 1, 4),
      resources: { types: [type], ...maybe(random, 0.4, () => ({ labels: { any: [label(random)] } })) },
      ...maybe(random, 0.5, () => ({ mayLabel: true })),
      ...clears(random),
      ...callerOf(random),
    });
  }
  if (random.about('narrow writes', 0.15))
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
      caller: { relations: random.some(everyRelation, 1, 1) },
      ...denyAs(random),
      ...maybe(random, 0.4, () => ({ consentable: true })),
    });
  if (random.about('element denies', 0.65)) {
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
  if (forms.length > 0 && random.about('forms of a choice', 0.25)) {
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
  if (random.about('wide rules', 0.4)) {
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
  const known = asked.filter((type) => types.includes(type));
  if (known.length > 0 && random.about('content', 0))
    for (const type of random.some(known, 1, 2))
      add({ resources: { types: [type] }, ...(random.chance(0.5) ? { effect: 'deny' } : clears(random)) });
  if (random.about('broken glass', 0.3)) add(throughBrokenGlass(random, types));
  // No rule reaches an operation itself (ADR 13): these open and close nothing.
  if (random.chance(0.15)) {
    const interactions = random.pick<Json>([['operation'], { group: ['E'] }]);
    add({ effect: random.pick(['permit', 'deny']), interactions, resources: { types: random.some(types, 2, 4) } });
  }
  const viewed = types.filter((type) => deIdentified[type] !== undefined);
  if (viewed.length > 0 && random.about('de-identification', 0.12))
    add({
      resources: { types: random.some(viewed, 1, 2) },
      // Dates of pseudonyms alone are moved.
      deIdentify: random.chance(0.4) ? true : { dates: 'year' },
      ...clears(random),
      ...callerOf(random),
    });
  if (viewed.length > 0 && random.about('pseudonyms', 0.06)) for (const rule of byPseudonyms(random, viewed)) add(rule);
  const announced = [...announceable].filter((path) => types.includes(path.split('.')[0]!));
  if (announced.length > 0 && random.about('announced masks', 0.35)) {
    const path = random.pick(announced);
    const rule = { resources: { types: [path.split('.')[0]] }, maskAs: 'absent-reason' };
    if (random.chance(0.5)) add({ ...rule, effect: 'deny', interactions: all, elements: [path] });
    else add({ ...rule, mask: [path], ...clears(random), ...callerOf(random) });
  }
  for (const rule of rules) {
    const named = rule.resources?.types;
    if (named !== undefined && random.about('content', 0.3, 0.7))
      rule.resources = { ...rule.resources, ...content(random, named, rule.effect) };
    if (rule.resources !== undefined && random.about('insides', 0.05, 0.2))
      rule.resources = { ...rule.resources, inside: random.chance(0.3) };
    if (rule.effect === 'permit' && random.chance(0.05)) rule.obligations = { ...rule.obligations, rationale: true };
    const isPermit = rule.effect === 'permit';
    if (rule.interactions === R && random.chance(0.08))
      rule.interactions = random.chance(0.7)
        ? ['read', 'search', ...random.some(reading.slice(2), 1, 3)]
        : random.some(reading, 3, 5);
    else if (rule.interactions === all && random.chance(0.2)) rule.interactions = { group: [...all.group, 'E'] };
    if (random.about('identities', isPermit ? 0.03 : 0.1, isPermit ? 0.1 : 0.3) && rule.caller?.kinds === undefined)
      rule.caller = { ...rule.caller, ...identity(random) };
    if (random.chance(0.04)) rule.fhirVersions = random.pick([['R4'], ['R4', 'R5'], isPermit ? ['R4', 'R6'] : ['R5', 'R6']]);
    if (isPermit && random.about('circumstances', 0.015, 0.05)) {
      // Only people sign in.
      rule.caller = { ...rule.caller, kinds: ['user'] };
      rule.environment = { assurance: { acr: ['urn:example:two-factors'] } };
    } else if (random.about('circumstances', isPermit ? 0.04 : 0.12, isPermit ? 0.2 : 0.4))
      rule.environment = environment(random);
    else if (rule.effect === 'deny' && random.about('circumstances', 0.1, 0.3)) rule.unless = environment(random);
    if (rule.effect === 'deny' && random.chance(0.1))
      rule.caller = { ...rule.caller, purposesOtherThan: [random.pick(['TREAT', 'HRESCH'])] };
    if (rule.effect === 'permit' && random.about('duties', 0.1, 0.5))
      rule.obligations = { ...rule.obligations, labels: [random.pick(duties)] };
    if (rule.effect === 'permit' && random.chance(0.05)) rule.obligations = { ...rule.obligations, notify: true };
    const masked: readonly string[] = rule.mask ?? rule.elements ?? [];
    if (masked.length > 0 && masked.every((path) => announceable.has(path)) && random.chance(0.4))
      rule.maskAs = 'absent-reason';
    else if (masked.length > 0 && random.chance(0.15)) rule.maskAs = 'silence';
    if (rule.effect === 'deny' && rule.denyAs === undefined && random.about('broken glass', 0.15, 0.5))
      rule.overridable = 'break-the-glass';
    if (rule.denyAs === 'forbidden' && random.chance(0.3)) rule.denyAs = 'unauthorized';
    if (rule.denyAs === 'forbidden' || rule.denyAs === 'unauthorized') rule.announces = true;
  }
  const sets =
    random.chance(0.75) || rules.length < 2
      ? [{ policySet: 'harness', version: 1, combining: 'deny-overrides', rules }]
      : // The same rules in two sets, each with a way of its own to make one answer of them.
        ['harness', 'other'].map((policySet, half) => ({
          policySet,
          version: 1,
          combining: combining(random),
          rules: rules.filter((_, at) => at % 2 === half),
        }));
  // Whether a set that demands a permit has one, is not told apart from whether a surer sign-in would give it one.
  if (sets.some((set) => set.combining === 'deny-unless-permit'))
    for (const rule of rules) if (rule.environment?.assurance !== undefined) delete rule.environment;
  return random.chance(0.06) ? [...sets, elsewhere(random)] : sets;
}

/** What somebody may see who broke the glass; now and then, who may not see it then. */
function throughBrokenGlass(random: Random, types: readonly string[]): Json {
  const caller = {
    relations: ['break-the-glass'],
    ...maybe(random, 0.5, () => ({ roles: [random.pick(['physician', 'nurse'])] })),
  };
  if (random.chance(0.1)) return { effect: 'deny', interactions: all, caller, resources: { types: random.some(types, 1, 2) } };
  const named = random.chance(0.3) ? random.some(types, 2, 4) : undefined;
  return {
    caller,
    interactions: random.pick<Json>([R, R, ['read', 'search'], ['read', 'vread', 'history-instance', 'search'], all]),
    resources: named === undefined ? { categories: ['patient', 'not-classified'] } : { types: named },
    ...(random.chance(0.5) ? { clears: { confidentiality: 'R', sensitivities: ['HIV', 'SUD'] } } : clears(random)),
    ...maybe(random, 0.2, () => ({ mask: masks(random, named ?? types) })),
  };
}

/** A set for another server, which closes everything there. */
function elsewhere(random: Random): Json {
  const rule = { id: 'elsewhere', description: 'A rule of the harness.', effect: 'deny', interactions: all };
  const upstreams = ['http://other.internal/fhir'];
  return { policySet: 'elsewhere', version: 1, combining: combining(random), upstreams, rules: [rule] };
}

/** Views of a project, which alone let in whom one of them lets in; now and then of two. */
function byPseudonyms(random: Random, viewed: readonly string[]): readonly Json[] {
  const view = (project: string, more: Json) => ({
    interactions: random.weighted([
      [6, ['read', 'search']],
      [1, ['search']],
    ]),
    resources: { types: random.some(viewed, 2, 5) },
    deIdentify: {
      pseudonyms: project,
      ...random.weighted<Json>([
        [3, { dates: 'shift' }],
        [2, { dates: 'year' }],
        [1, {}],
      ]),
    },
    ...(random.chance(0.5) ? { clears: whole } : clears(random)),
    ...more,
  });
  return [
    view('heart', {}),
    view('heart', callerOf(random)),
    ...(random.chance(0.2) ? [view('lung', { caller: { roles: ['nurse'] } })] : []),
  ];
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
const reading = ['read', 'search', 'vread', 'history-instance', 'history-type', 'history-system'];
const everyRelation = [...relations, 'guardian', 'emergency-encounter', 'managing-organization', 'device'];
const NARROWED: readonly string[] = ['Observation', 'Patient'];
const whole = { confidentiality: 'V', sensitivities: '*', other: '*' };
const duties = [`${ACT_CODE}|NORDSCLCD`, `${ACT_CODE}|DELAU`];

const maybe = (random: Random, share: number, make: () => Json): Json => (random.chance(share) ? make() : {});
const drawn = (random: Random, topic: Topic, share: number, make: () => Json): Json =>
  random.about(topic, share) ? make() : {};

function denyAs(random: Random): Json {
  return random.weighted<Json>([
    [6, {}],
    [2, { denyAs: 'not-found' }],
    [1, { denyAs: 'empty' }],
    [1, { denyAs: 'forbidden', announces: true }],
  ]);
}

function masks(random: Random, types: readonly string[], among: readonly string[] = types): readonly string[] {
  const possible = types.filter((one) => among.includes(one));
  const themed = possible.filter((one) => random.theme.masks?.some((path) => path.startsWith(`${one}.`)));
  const type = random.pick(themed.length > 0 && random.chance(0.7) ? themed : possible.length > 0 ? possible : among);
  const also = random.chance(0.4) ? random.pick(types) : type;
  return [...new Set([type, also])].flatMap((each) => {
    const parts = maskCandidates[each]!.filter((path) => path.includes('.'));
    const named = random.theme.masks?.filter((path) => path.startsWith(`${each}.`)) ?? [];
    if (named.length > 0 && random.chance(0.7)) return random.some(named, 1, 2);
    const chosen =
      parts.length > 0 && random.about('part masks', 0.4) ? random.some(parts, 1, 2) : random.some(maskCandidates[each]!, 1, 2);
    return chosen.map((path) => `${each}.${path}`);
  });
}

function label(random: Random): string {
  return random.pick([`${CONFIDENTIALITY}|R`, `${CONFIDENTIALITY}|N`, `${ACT_CODE}|HIV`, `${ACT_CODE}|SUD`]);
}

function clears(random: Random): Json {
  if (random.about('sensitivities', 0, 0.7)) return { clears: whole };
  if (!random.about('clearances', 0.5)) return {};
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
    [2, { caller: { purposes: [random.pick(['TREAT', 'HRESCH', `${REASON}|TREAT`, `${REASON}|HRESCH`])] } }],
    [2, { caller: { relations: random.some(everyRelation, 1, 3) } }],
    [1, { caller: { kinds: ['system'] } }],
    [1, { caller: { clients: ['app'] } }],
    [2, {}],
  ]);
}
