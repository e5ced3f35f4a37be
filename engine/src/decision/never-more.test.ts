/**
 * What can only close, on policies, resources and facts drawn at random: one more deny, one more protective label, a narrower scope, a fact that cannot be
 * had. "More" is: a permit where there was none, or an element that was withheld. Rules that permit by label are left out where labels are added.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ACT, bases, CONF, callerOf, candidateOf, now, tables } from '../../test/ask.ts';
import type { Relation } from '../enforcement/need.ts';
import { compilePolicies } from '../policy/compile-policies.ts';
import { decide } from './decide.ts';

const scopeAlternatives = [
  'user/*.cruds',
  'user/Observation.rs',
  'user/Observation.rs?status=final',
  'patient/*.rs',
  'patient/Observation.rs?status=final',
  'user/Patient.rs',
];
const protective = ['R', 'V', 'HIV', 'SEX', 'SUD', 'NODSCLCD'];
const element = fc.constantFrom('Observation.note', 'Observation.method', 'Observation.value[x]');

/** Each condition is rare, or nothing would ever be open. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>, weight = 1): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight, arbitrary });

const someRule = fc.record({
  effect: fc.oneof(
    { weight: 3, arbitrary: fc.constant('permit' as const) },
    { weight: 2, arbitrary: fc.constant('deny' as const) },
  ),
  relations: rarely(fc.subarray(['care-team', 'guardian', 'encounter'], { minLength: 1 }), 4),
  label: rarely(fc.constantFrom('HIV', 'SEX'), 2),
  clears: rarely(
    fc.record({
      confidentiality: fc.constantFrom('R', 'V'),
      sensitivities: fc.subarray(['HIV', 'SEX', 'SUD'], { minLength: 1 }),
    }),
    6,
  ),
  masks: rarely(fc.uniqueArray(element, { minLength: 1, maxLength: 2 }), 5),
  author: rarely(fc.constantFrom('is' as const, 'isNot' as const)),
  code: rarely(fc.constant(true)),
  patients: rarely(fc.constantFrom(['ann'], ['ann', 'bob'])),
  purpose: rarely(fc.constantFrom('TREAT', 'HRESCH')),
  network: rarely(fc.constantFrom('127.0.0.0/8', '10.0.0.0/8')),
  announced: fc.boolean(),
  consentExempt: rarely(fc.constant(true)),
  consentable: fc.boolean(),
  deIdentify: rarely(fc.constant(true)),
});
type Drawn = typeof someRule extends fc.Arbitrary<infer T> ? T : never;

const optOut = { provision: { type: 'deny' } };
const optIn = { provision: { type: 'permit' } };
const notTheDoctor = {
  provision: {
    type: 'permit',
    provision: [{ type: 'deny', actor: [{ role: { text: 'x' }, reference: { reference: 'Practitioner/doc' } }] }],
  },
};
const someWorld = fc.record({
  patients: fc.constantFrom(['ann'], ['ann'], ['bob'], ['ann', 'bob'], []),
  labels: fc.oneof(fc.constant<readonly string[]>([]), fc.subarray<string>(protective, { maxLength: 2 })),
  status: fc.constantFrom('final', 'preliminary'),
  performer: fc.constantFrom(undefined, 'Practitioner/doc', 'Practitioner/else', 'PractitionerRole/role'),
  coded: fc.boolean(),
  ann: fc.subarray<Relation>(['care-team', 'guardian', 'encounter']),
  bob: fc.subarray<Relation>(['care-team', 'encounter', 'self']),
  consents: fc.record({
    ann: fc.constantFrom([], [], [], [optOut], [optIn], [notTheDoctor]),
    bob: fc.constantFrom([], [optOut], [optIn]),
  }),
  purposes: fc.subarray(['TREAT', 'HRESCH']),
  scopes: fc.oneof(
    fc.constant<readonly string[]>(['user/*.cruds']),
    fc.subarray<string>([...scopeAlternatives], { minLength: 1 }),
  ),
  memberships: fc.boolean(),
});
type World = typeof someWorld extends fc.Arbitrary<infer T> ? T : never;

const someRules = fc.array(someRule, { minLength: 1, maxLength: 5 });

function ruleOf(drawn: Drawn, at: number): Record<string, unknown> {
  const { effect, relations, label, clears, masks, author, code, patients, purpose, network } = drawn;
  const isPermit = effect === 'permit';
  return {
    id: `rule-${at}`,
    description: 'A rule drawn at random.',
    effect,
    interactions: ['read'],
    ...(relations || purpose ? { caller: { ...(relations && { relations }), ...(purpose && { purposes: [purpose] }) } } : {}),
    ...(network && { environment: { networks: [network] } }),
    resources: {
      types: ['Observation'],
      ...(label && { labels: { any: [`${ACT}|${label}`] } }),
      ...(code && { codes: { any: ['http://loinc.org|1-8'], at: ['Observation.code'] } }),
      ...(author && { where: [{ elements: ['Observation.performer'], [author]: 'caller' }] }),
      ...(patients && { patients }),
    },
    ...(isPermit && clears ? { clears } : {}),
    ...(masks && { [isPermit ? 'mask' : 'elements']: masks, ...(drawn.announced && { maskAs: 'absent-reason' }) }),
    ...(isPermit && drawn.consentExempt ? { consentExempt: 'A reason that is long enough.' } : {}),
    ...(isPermit && drawn.deIdentify ? { deIdentify: true } : {}),
    ...(!isPermit && drawn.consentable ? { consentable: true } : {}),
  };
}

/** Undefined: closed. Otherwise what is withheld. */
function outcome(drawn: readonly Drawn[], world: World, unavailable: readonly string[] = []): readonly string[] | undefined {
  const rules = drawn.map(ruleOf);
  const policies = compilePolicies([{ policySet: 'drawn', version: 1, combining: 'deny-overrides', rules }], tables);
  const caller = callerOf({
    scope: world.scopes.join(' '),
    patient: 'ann',
    purposes: world.purposes.map((code) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code })),
  });
  const decided = decide({ caller, interaction: 'read', type: 'Observation', policies, tables, bases, now });
  if (decided.kind === 'refusal') return undefined;
  const resource = {
    status: world.status,
    meta: { security: [...world.labels].map((code) => ({ system: /^[RV]$/.test(code) ? CONF : ACT, code })) },
    ...(world.performer && { performer: [{ reference: world.performer }] }),
    ...(world.coded && { code: { coding: [{ system: 'http://loinc.org', code: '1-8' }] } }),
  };
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const consents = new Map(
    (['ann', 'bob'] as const)
      .filter((patient) => !unavailable.includes(`consents of ${patient}`))
      .map((patient) => [patient, world.consents[patient].map((one) => bytes(consentOf(patient, one)))]),
  );
  const known = world.memberships && !unavailable.includes('memberships') ? { memberships: new Set<string>() } : {};
  const facts = { relations: new Map([['ann', world.ann] as const, ['bob', world.bob] as const]), consents, ...known };
  const verdict = decided.judge(candidateOf(resource, world.patients), facts);
  return verdict.effect === 'permit' ? verdict.mask : undefined;
}

function consentOf(patient: string, more: object): object {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    patient: { reference: `Patient/${patient}` },
    ...more,
  };
}

/** `after` opens nothing that `before` does not. */
function expectNotMore(before: readonly string[] | undefined, after: readonly string[] | undefined): void {
  if (after === undefined) return;
  expect(before).toBeDefined();
  const covered = (path: string) => after.some((masked) => path === masked || path.startsWith(`${masked}.`));
  expect(before!.filter((path) => !covered(path))).toEqual([]);
}

const runs = { numRuns: 400 };

test('the draws are worth something: many are open, many closed, and some half open', () => {
  const drawn = fc
    .sample(fc.tuple(someRules, someWorld), { numRuns: 600, seed: 7 })
    .map(([rules, world]) => outcome(rules, world));
  const open = drawn.filter((mask) => mask !== undefined);
  expect(open.length).toBeGreaterThan(60);
  expect(open.length).toBeLessThan(540);
  expect(open.filter((mask) => mask.length > 0).length).toBeGreaterThan(20);
});

test('adding a deny never permits more', () => {
  fc.assert(
    fc.property(someRules, someRule, fc.nat(), someWorld, (rules, one, at, world) => {
      const more = [...rules];
      more.splice(at % (rules.length + 1), 0, { ...one, effect: 'deny' });
      expectNotMore(outcome(rules, world), outcome(more, world));
    }),
    runs,
  );
});

test('R-186 adding a protective label never permits more, where no rule permits by label', () => {
  fc.assert(
    fc.property(someRules, fc.constantFrom(...protective), someWorld, (drawn, label, world) => {
      const rules = drawn.map((one) => (one.effect === 'deny' ? one : { ...one, label: undefined }));
      expectNotMore(outcome(rules, world), outcome(rules, { ...world, labels: [...world.labels, label] }));
    }),
    runs,
  );
});

test('R-100 a narrower scope never permits more', () => {
  fc.assert(
    fc.property(someRules, fc.nat(), someWorld, (rules, at, world) => {
      const scopes = world.scopes.filter((_, index) => index !== at % world.scopes.length);
      expectNotMore(outcome(rules, world), outcome(rules, { ...world, scopes }));
      expectNotMore(
        outcome(rules, { ...world, scopes: ['user/Observation.rs'] }),
        outcome(rules, { ...world, scopes: ['user/Observation.rs?status=final'] }),
      );
    }),
    runs,
  );
});

test('I6 a fact that cannot be had never permits more', () => {
  fc.assert(
    fc.property(
      someRules,
      fc.subarray(['consents of ann', 'consents of bob', 'memberships']),
      someWorld,
      (rules, gone, world) => {
        expectNotMore(outcome(rules, world), outcome(rules, world, gone));
      },
    ),
    runs,
  );
});

test('the order of rules does not matter', () => {
  fc.assert(
    fc.property(someRules, someWorld, (rules, world) => {
      const [one, other] = [outcome(rules, world), outcome([...rules].reverse(), world)];
      expect(other && [...other].sort()).toEqual(one && [...one].sort());
    }),
    runs,
  );
});
