/** Laws of consents and labels, on generated input: protecting more never permits more, and neither does knowing less. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caller } from '../caller.ts';
import { patientsOf } from '../compartment/patients-of.ts';
import type { Relation } from '../enforcement/need.ts';
import { r4 } from '../fhir/r4.ts';
import { scan } from '../json/scan.ts';
import { compileLabelRules } from '../label/compile-label-rules.ts';
import { compilePolicies } from '../policy/compile-policies.ts';
import type { CompiledPolicies } from '../policy/compiled.ts';
import { parseScopes } from '../scope/parse-scope.ts';
import { decide } from './decide.ts';
import type { KnownFacts } from './permit.ts';
import { plainProtection } from './protection.ts';

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const tables = r4();
const rules = compileLabelRules([
  {
    labelRules: 'test',
    version: 1,
    rules: [{ id: 'hiv', description: 'Everything about HIV.', words: ['hiv'], labels: ['HIV'] }],
  },
]);

const label = fc
  .constantFrom('L', 'N', 'R', 'V', 'HIV', 'PSY', 'SUD', 'ETH', 'OPIOIDUD', 'VIP', 'NOPAT', '42CFRPart2', 'UNHEARD-OF')
  .map((code) => ({ system: /^[LNRV]$/.test(code) ? CONFIDENTIALITY : ACT, code }));
const rule = fc
  .record({
    confidentiality: fc.constantFrom(undefined, 'R', 'V'),
    sensitivities: fc.constantFrom(undefined, ['HIV'], ['SUD', 'PSY'], '*'),
    relations: fc.constantFrom(undefined, ['care-team']),
  })
  .map(({ confidentiality, sensitivities, relations }) => ({
    effect: 'permit',
    ...(relations === undefined ? {} : { caller: { relations } }),
    clears: {
      ...(confidentiality === undefined ? {} : { confidentiality }),
      ...(sensitivities === undefined ? {} : { sensitivities }),
      other: [`${ACT}|NOPAT`],
    },
  }));
const purpose = fc.constantFrom('TREAT', 'ETREAT', 'BTG', 'HPAYMT', 'HRESCH').map((code) => ({ system: REASON, code }));
const actor = fc
  .constantFrom(
    'Practitioner/doc',
    'Practitioner/other',
    'Organization/here',
    'Organization/there',
    'Group/g',
    'https://far.example/Group/g',
  )
  .map((reference) => ({ role: {}, reference: { reference } }));
const conditions = fc.record(
  {
    purpose: fc.array(purpose, { minLength: 1, maxLength: 2 }),
    actor: fc.array(actor, { minLength: 1, maxLength: 2 }),
    securityLabel: fc.array(label, { minLength: 1, maxLength: 2 }),
    class: fc.constantFrom(
      [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }],
      [{ system: 'urn:x', code: 'y' }],
    ),
    code: fc.constantFrom([{ coding: [{ system: 'http://loinc.org', code: '1-8' }] }], [{ text: 'x' }]),
    dataPeriod: fc.constantFrom({ start: '2020', end: '2021' }, { end: '2010' }),
    data: fc.constantFrom(
      [{ meaning: 'instance', reference: { reference: 'Observation/o' } }],
      [{ meaning: 'related', reference: { reference: 'Encounter/e' } }],
    ),
    period: fc.constantFrom({ end: '2020' }, { start: '2020' }),
    strange: fc.constant('x'),
  },
  { requiredKeys: [] },
);
const nested = fc
  .record({ type: fc.constantFrom('permit', 'deny'), conditions, inner: fc.array(conditions, { maxLength: 1 }) })
  .map(({ type, conditions: outer, inner }) => ({ type, ...outer, ...(inner.length === 0 ? {} : { provision: inner }) }));
const consent = fc
  .record({ type: fc.constantFrom('permit', 'deny'), root: conditions, nested: fc.array(nested, { maxLength: 2 }) })
  .map(({ type, root, nested: provision }) => ({
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    patient: { reference: 'Patient/p' },
    provision: { type, ...root, provision },
  }));
const scene = fc.record({
  rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
  consentable: fc.boolean(),
  labels: fc.array(label, { maxLength: 2 }),
  consents: fc.array(consent, { maxLength: 2 }),
  purposes: fc.array(purpose, { maxLength: 2 }),
  memberships: fc.constantFrom(undefined, ['Organization/here'], []),
  date: fc.constantFrom(undefined, '2020-06-01', '2015-01-01'),
  byRules: fc.boolean(),
  text: fc.constantFrom('pulse', 'HIV test'),
  relations: fc.constantFrom<Relation[]>([], ['care-team']),
});
type Scene = typeof scene extends fc.Arbitrary<infer Value> ? Value : never;

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

const known = new Map<string, CompiledPolicies>();

/** The same few sets of rules come again and again. */
function compiled(rules: readonly object[]): CompiledPolicies {
  const key = JSON.stringify(rules);
  const before =
    known.get(key) ?? compilePolicies([{ policySet: 't', version: 1, combining: 'deny-overrides', rules }], tables);
  known.set(key, before);
  return before;
}

function permitted(one: Scene, change: (facts: KnownFacts) => KnownFacts = (facts) => facts): boolean {
  const deny = {
    id: 'deny',
    description: 'Observations are closed unless the patient agrees.',
    effect: 'deny',
    interactions: { group: ['R'] },
    resources: { types: ['Observation'] },
    consentable: true,
  };
  const permits = one.rules.map((each, at) => ({
    id: `r${at}`,
    description: 'A rule of the test.',
    interactions: { group: ['R'] },
    resources: { types: ['Observation'] },
    ...each,
  }));
  const policies = compiled(one.consentable ? [deny, ...permits] : permits);
  const caller: Caller = {
    kind: 'user',
    client: { id: 'app', name: 'App' },
    user: { id: 'u', name: 'U', fhirUser: 'Practitioner/doc' },
    roles: [],
    scopes: parseScopes('user/*.cruds'),
    patient: undefined,
    purposes: one.purposes,
    token: { id: 't', issuer: 'i', expiresAt: Number.MAX_SAFE_INTEGER },
    address: '',
  };
  const permit = decide({
    caller,
    interaction: 'read',
    type: 'Observation',
    policies,
    tables,
    bases: { ours: 'https://ours.example', upstream: 'https://theirs.example' },
    now: Date.UTC(2026, 4, 1),
    protection: { ...plainProtection, labels: one.byRules ? { rules, inherit: false } : undefined },
  });
  if (permit.kind === 'refusal') return false;
  const document = scan(
    encode({
      resourceType: 'Observation',
      id: 'o',
      meta: { security: one.labels },
      code: { coding: [{ system: 'http://loinc.org', code: '1-8', display: one.text }] },
      subject: { reference: 'Patient/p' },
      ...(one.date === undefined ? {} : { effectiveDateTime: one.date }),
    }),
  );
  const { patients } = patientsOf(document, document.root, tables, []);
  const facts: KnownFacts = {
    relations: new Map([['p', one.relations]]),
    consents: new Map([['p', one.consents.map(encode)]]),
    memberships: one.memberships && new Set(one.memberships),
    pointers: new Map([['Encounter/e', []]]),
  };
  const candidate = { type: 'Observation', id: 'o', document, node: document.root, patients, undetermined: false };
  return permit.judge(candidate, change(facts)).effect === 'permit';
}

/** `more`: never permits what `less` does not. */
function never(more: (one: Scene, extra: unknown) => boolean, extra: fc.Arbitrary<unknown>): number {
  let permits = 0;
  fc.assert(
    fc.property(scene, extra, (one, added) => {
      const before = permitted(one as Scene);
      if (before) permits++;
      return before || !more(one as Scene, added);
    }),
    { numRuns: 400 },
  );
  return permits;
}

test('a consent that denies everything, added anywhere, never permits more', () => {
  const all = {
    ...({ resourceType: 'Consent', status: 'active', patient: { reference: 'Patient/p' } } as const),
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    provision: { type: 'deny' },
  };
  expect(
    never(
      (one, at) => permitted({ ...one, consents: at === 0 ? [all, ...one.consents] : [...one.consents, all] } as Scene),
      fc.constantFrom(0, 1),
    ),
  ).toBeGreaterThan(20);
});

test('any consent that denies some of it, added, never permits more', () => {
  const denying = consent.filter(({ provision }) => provision.type === 'deny' && provision.provision.length === 0);
  expect(never((one, added) => permitted({ ...one, consents: [...one.consents, added] } as Scene), denying)).toBeGreaterThan(
    30,
  );
});

test('a protective label, added, never permits more; without consents that permit by label', () => {
  const byLabel = ({ consents }: Scene) => JSON.stringify(consents).includes('securityLabel');
  expect(
    never(
      (one, added) => !byLabel(one) && permitted({ ...one, labels: [...one.labels, added] } as Scene),
      label.filter(({ code }) => code !== 'L' && code !== 'N'),
    ),
  ).toBeGreaterThan(20);
});

test('label rules never permit more, where no consent speaks of labels', () => {
  const byLabel = ({ consents }: Scene) => JSON.stringify(consents).includes('securityLabel');
  expect(never((one) => !one.byRules && !byLabel(one) && permitted({ ...one, byRules: true }), fc.constant(0))).toBeGreaterThan(
    30,
  );
});

test('I6 a fact that could not be had never permits more', () => {
  const without: Readonly<Record<string, (facts: KnownFacts) => KnownFacts>> = {
    consents: (facts) => ({ ...facts, consents: new Map() }),
    memberships: (facts) => ({ ...facts, memberships: undefined }),
    pointers: (facts) => ({ ...facts, pointers: new Map() }),
    relations: (facts) => ({ ...facts, relations: new Map() }),
  };
  expect(
    never((one, fact) => permitted(one, without[fact as string]!), fc.constantFrom(...Object.keys(without))),
  ).toBeGreaterThan(20);
});

test('R-076 a certain agreement lifts a deny that says so, and nothing that only may be one', () => {
  const agreed = { resourceType: 'Consent', status: 'active', subject: { reference: 'Patient/p' }, decision: 'permit' };
  const one = {
    rules: [{ effect: 'permit', clears: { other: [`${ACT}|NOPAT`] } }],
    consentable: true,
    labels: [],
    purposes: [{ system: REASON, code: 'TREAT' }],
    memberships: [],
    date: undefined,
    byRules: false,
    text: 'pulse',
    relations: [],
  };
  const decided = (consents: readonly object[], more: object = {}) =>
    permitted({ ...one, ...more, consents } as unknown as Scene);
  expect(decided([])).toBe(false);
  expect(decided([agreed])).toBe(true);
  expect(decided([], { consentable: false })).toBe(true);
  expect(decided([{ ...agreed, status: 'inactive' }])).toBe(false);
  const conditional = (provision: object) => ({ ...agreed, provision: [provision] });
  expect(decided([conditional({ purpose: [{ system: REASON, code: 'HRESCH' }] })])).toBe(true);
  expect(decided([conditional({ purpose: [{ system: REASON, code: 'TREAT' }] })])).toBe(false);
  expect(decided([conditional({ expression: { language: 'text/fhirpath', expression: 'false' } })])).toBe(false);
  // D15: whoever breaks the glass is not lifted over rules by an agreement to treatment.
  expect(decided([agreed], { purposes: [{ system: REASON, code: 'BTG' }] })).toBe(false);
});
