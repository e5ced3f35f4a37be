/** The residual that IHE PCF's own examples come to, and that it never says more than we would show. */
import { describe, expect, test } from 'vitest';
import { published, publishedText } from '../../test/published-consents.ts';
import type { Caller } from '../caller.ts';
import { type ConsentContext, plainRules } from './consent-effect.ts';
import { pcfClaims } from './pcf-residual.ts';

const base = 'http://example.org/fhir';
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const label = (code: string) => ({
  system: `http://terminology.hl7.org/CodeSystem/${code.length === 1 ? 'v3-Confidentiality' : 'v3-ActCode'}`,
  code,
});
const instance = (reference: string) => ({ meaning: 'instance', reference: { reference } });

interface Asked {
  readonly who?: string;
  readonly purposes?: readonly string[];
  readonly memberOf?: readonly string[];
  readonly rules?: Partial<ConsentContext['rules']>;
}

function answer(
  texts: readonly string[],
  { who = 'Practitioner/somebody', purposes = ['TREAT'], memberOf, rules }: Asked = {},
) {
  const caller: Caller = {
    kind: 'user',
    client: undefined,
    user: { id: 'u', name: 'U', fhirUser: who },
    ...{ roles: [], scopes: [], patient: undefined, token: undefined, address: '' },
    purposes: purposes.map((code) => ({ system: REASON, code })),
  };
  const context: ConsentContext = {
    caller,
    interaction: 'read',
    patient: 'ex-patient',
    now: Date.UTC(2026, 4, 1),
    bases: [base],
    memberships: memberOf && new Set(memberOf),
    rules: { ...plainRules, ...rules },
  };
  const found = pcfClaims(
    texts.map((text) => new TextEncoder().encode(text)),
    context,
    base,
  );
  return found.kind === 'deny' ? 'deny' : found.claims === undefined ? 'nothing' : (found.claims.residual ?? []);
}

const normal = { type: 'permit', securityLabel: [label('N')] };
const golden: readonly (readonly [string, Asked, unknown])[] = [
  ['basic-treat', {}, []],
  ['basic-treat', { purposes: ['HRESCH'] }, 'nothing'],
  ['expired-treat', {}, 'nothing'],
  ['intermediate-not-timeframe', {}, [{ type: 'forbid', dataPeriod: { start: '2022-01-01', end: '2022-12-31' } }]],
  ['intermediate-not-data', {}, [{ type: 'forbid', data: [instance('Observation/ex-alcoholUse')] }]],
  [
    'intermediate-authoredby',
    {},
    [
      { type: 'forbid' },
      { type: 'permit', data: [{ meaning: 'authoredby', reference: { reference: 'Practitioner/ex-practitioner' } }] },
    ],
  ],
  [
    'intermediate-encounter',
    {},
    [
      { type: 'forbid' },
      { type: 'permit', data: [{ meaning: 'related', reference: { reference: 'Encounter/ex-encounter' } }] },
    ],
  ],
  ['advanced-normal-restricted', {}, [{ type: 'forbid' }, { type: 'permit', securityLabel: [label('N'), label('R')] }]],
  ['advanced-normal-focused-psy-or-sdv', {}, [{ type: 'forbid' }, normal]],
  [
    'advanced-normal-focused-psy-or-sdv',
    { who: 'Practitioner/ex-practitioner' },
    [{ type: 'forbid' }, normal, { type: 'permit', securityLabel: [label('PSY'), label('SDV')] }],
  ],
  ['advanced-normal-break-glass-restricted', { memberOf: ['Group/ex-privilegedUsers'] }, [{ type: 'forbid' }, normal]],
  [
    'advanced-normal-break-glass-restricted',
    { purposes: ['BTG'], memberOf: ['Group/ex-privilegedUsers'] },
    [{ type: 'forbid' }, normal, { type: 'permit', securityLabel: [label('R')] }],
  ],
  ['advanced-normal-break-glass-restricted', { purposes: ['BTG'] }, [{ type: 'forbid' }, normal]],
];

describe.skipIf(!published)('IHE PCF’s examples (../shared/data, skipped when absent)', () => {
  test.each(golden)('R-120 %s for %j', (name, asked, wanted) => {
    expect(answer([publishedText(`consent/ihe-pcf/Consent-ex-consent-${name}.json`)], asked)).toEqual(wanted);
  });

  test('dissent except for break-glass: no token, or one without a residual beyond what it opens', () => {
    const text = publishedText('consent/ihe-pcf/Consent-ex-dissent-intermediate-break-glass.json');
    expect(answer([text])).toBe('deny');
    expect(answer([text], { purposes: ['BTG'] })).toBe('deny');
    expect(answer([text], { purposes: ['BTG'], memberOf: ['Group/ex-privilegedUsers'] })).toEqual([
      { type: 'forbid' },
      { type: 'permit' },
    ]);
  });
});

describe('what the form cannot say is forbidden', () => {
  const consent = (provision: object, more: object = {}) =>
    JSON.stringify({
      resourceType: 'Consent',
      id: 'c',
      status: 'active',
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
      patient: { reference: 'Patient/ex-patient' },
      provision,
      ...more,
    });
  const types = [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }];

  test.each([
    ['a permit for some types', { type: 'permit', class: types }],
    ['a denial of some types', { type: 'permit', provision: [{ type: 'deny', class: types }] }],
    [
      'a permit inside a permit for everything',
      { type: 'permit', provision: [{ type: 'permit', securityLabel: [label('PSY')] }] },
    ],
    ['a plain denial', { type: 'deny' }],
    ['something new', { type: 'permit', something: 1 }],
  ])('%s', (_, provision) => {
    const found = answer([consent(provision)]);
    if (found !== 'deny') expect(found[0]).toEqual({ type: 'forbid' });
    else expect(found).toBe('deny');
  });

  test('an exception for a group of which nobody knows whether the caller is in it opens nothing, and closes', () => {
    const group = [{ role: {}, reference: { reference: 'Group/g' } }];
    expect(answer([consent({ type: 'deny', provision: [{ type: 'permit', actor: group }] })])).toBe('deny');
    const closing = { type: 'permit', provision: [{ type: 'deny', actor: group, securityLabel: [label('R')] }] };
    expect(answer([consent(closing)])).toEqual([{ type: 'forbid', securityLabel: [label('R')] }]);
    expect(answer([consent(closing)], { memberOf: [] })).toEqual([]);
  });

  test('denials of several consents all hold; two that permit only parts cannot be told together', () => {
    const permits = consent({ type: 'permit', securityLabel: [label('N')] });
    const denies = consent({ type: 'permit', provision: [{ type: 'deny', dataPeriod: { end: '2020' } }] });
    expect(answer([denies, permits])).toEqual([{ type: 'forbid' }, normal, { type: 'forbid', dataPeriod: { end: '2020' } }]);
    expect(answer([permits, permits])).toBe('deny');
    expect(answer([permits, consent({ type: 'deny' })])).toBe('deny');
    expect(answer([permits, '{'])).toBe('deny');
  });

  test('R-122 the implicit policy decides where there is none', () => {
    expect(answer([])).toBe('nothing');
    expect(answer([], { rules: { implicit: 'deny' } })).toBe('deny');
    expect(answer([], { rules: { implicit: 'basic-normal' } })).toBe('nothing');
    expect(answer([], { rules: { implicit: 'basic-normal' }, purposes: ['HRESCH'] })).toBe('deny');
    expect(answer([], { rules: { implicit: 'basic-normal' }, purposes: [] })).toBe('deny');
    const treats = consent({ type: 'permit', purpose: [{ system: REASON, code: 'TREAT' }] });
    expect(answer([treats], { rules: { implicit: 'deny' } })).toEqual([]);
    expect(answer([treats], { rules: { implicit: 'deny' }, purposes: [] })).toBe('deny');
    expect(answer([treats], { rules: { implicit: 'deny', verified: true } })).toBe('deny');
  });
});
