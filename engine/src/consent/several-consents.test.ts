/** Several consents of one patient, and none: what the site settles because FHIR does not. */
import { describe, expect, test } from 'vitest';
import type { Caller } from '../caller.ts';
import type { ConsentContext, ConsentRules } from './consent-effect.ts';
import { plainRules } from './consent-effect.ts';
import { judgeConsents } from './judge-consents.ts';
import type { ConsentMatter } from './matter.ts';

const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

function context(rules: Partial<ConsentRules>, purposes: readonly string[] = []): ConsentContext {
  const caller: Caller = {
    kind: 'user',
    client: undefined,
    user: { id: 'u', name: 'U', fhirUser: 'Practitioner/doc' },
    ...{ roles: [], scopes: [], patient: undefined, token: undefined, address: '' },
    purposes: purposes.map((code) => ({ system: REASON, code })),
  };
  const now = Date.UTC(2026, 4, 1);
  const whole = { ...plainRules, ...rules };
  return { caller, interaction: 'read', patient: 'ann', now, bases: [], memberships: undefined, rules: whole };
}

const consent = (type: 'permit' | 'deny', dateTime?: string, more: object = {}) =>
  JSON.stringify({
    resourceType: 'Consent',
    id: `${type}-${dateTime}`,
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    patient: { reference: 'Patient/ann' },
    ...(dateTime === undefined ? {} : { dateTime }),
    provision: { type },
    ...more,
  });
const permit = (dateTime?: string, more?: object) => consent('permit', dateTime, more);
const deny = (dateTime?: string, more?: object) => consent('deny', dateTime, more);

function effect(consents: readonly string[], of: ConsentContext): string {
  const judge = judgeConsents(
    consents.map((text) => new TextEncoder().encode(text)),
    of,
  );
  const found = judge.effect({} as ConsentMatter);
  return found.kind === 'deny' ? found.why : found.kind;
}

describe('R-076 when consents differ', () => {
  test('a deny overrides, whatever the order, unless the site says otherwise', () => {
    for (const list of [
      [permit(), deny()],
      [deny(), permit()],
    ]) {
      expect(effect(list, context({}))).toBe('directive');
      expect(effect(list, context({ conflict: 'permit-overrides' }))).toBe('permit');
    }
  });

  test('the most recent one decides, and one without a date may be the most recent', () => {
    const rules = context({ conflict: 'most-recent' });
    expect(effect([permit('2025-01-01'), deny('2024-01-01')], rules)).toBe('permit');
    expect(effect([deny('2025-01-01'), permit('2024-01-01')], rules)).toBe('directive');
    expect(effect([permit('2025-01-01'), deny()], rules)).toBe('directive');
    expect(effect([permit('2025-01-01'), deny('2025-01-01')], rules)).toBe('directive');
    expect(effect([permit(), deny()], rules)).toBe('directive');
  });

  test('a denial that leaves guardians alone does not speak for another that does not, in any order', () => {
    const named = deny('2024-01-01', {
      provision: { type: 'deny', actor: [{ role: { text: 'x' }, reference: { reference: 'Practitioner/doc' } }] },
    });
    for (const conflict of ['deny-overrides', 'most-recent', 'permit-overrides'] as const) {
      for (const list of [
        [deny('2025-01-01'), named],
        [named, deny('2025-01-01')],
      ]) {
        const judge = judgeConsents(
          list.map((text) => new TextEncoder().encode(text)),
          context({ conflict }),
        );
        expect(judge.effect({} as ConsentMatter)).toMatchObject({ kind: 'deny', sparesGuardian: false });
      }
    }
  });

  test('what is not in force, or another’s, does not count; what cannot be read denies under every rule', () => {
    const old = deny('2026-01-01', { status: 'inactive' });
    for (const conflict of ['deny-overrides', 'permit-overrides', 'most-recent'] as const) {
      expect(effect([permit('2025-01-01'), old], context({ conflict }))).toBe('permit');
      expect(effect([permit('2025-01-01'), '{"resourceType":"Consent"'], context({ conflict }))).toBe('unreadable');
      const bob = deny('2026-01-01', { patient: { reference: 'Patient/bob' } });
      expect(effect([permit('2025-01-01'), bob], context({ conflict }))).toBe('unreadable');
    }
  });

  test('R-120 where the site wants it verified, an unverified one agrees to nothing, and still objects', () => {
    const rules = context({ verified: true });
    expect(effect([permit()], rules)).toBe('none');
    expect(effect([permit(undefined, { verification: [{ verified: false }] })], rules)).toBe('none');
    expect(effect([permit(undefined, { verification: [{ verified: true }] })], rules)).toBe('permit');
    expect(effect([deny()], rules)).toBe('directive');
  });
});

describe('R-122 the implicit policy, where no consent says anything', () => {
  test.each([
    ['policy', [], 'none'],
    ['policy', ['HRESCH'], 'none'],
    ['all-normal', ['HRESCH'], 'none'],
    ['basic-normal', ['TREAT'], 'none'],
    ['basic-normal', ['COC'], 'none'],
    ['basic-normal', ['HRESCH'], 'implicit'],
    ['basic-normal', ['TREAT', 'HRESCH'], 'implicit'],
    ['basic-normal', [], 'implicit'],
    ['break-glass-only', ['TREAT'], 'implicit'],
    ['break-glass-only', ['BTG'], 'none'],
    ['deny', ['TREAT'], 'implicit'],
    ['deny', ['BTG'], 'implicit'],
  ] as const)('%s, asked for %j: %s', (implicit, purposes, wanted) => {
    expect(effect([], context({ implicit }, purposes))).toBe(wanted);
  });

  test('an explicit consent overrides it either way', () => {
    expect(effect([permit()], context({ implicit: 'deny' }, ['TREAT']))).toBe('permit');
    expect(effect([deny()], context({ implicit: 'all-normal' }, ['TREAT']))).toBe('directive');
    const research = permit(undefined, { provision: { type: 'permit', purpose: [{ system: REASON, code: 'HRESCH' }] } });
    expect(effect([research], context({ implicit: 'deny' }, ['TREAT']))).toBe('implicit');
  });

  test('a consent may name one of the four as its base', () => {
    const base = (name: string) =>
      permit(undefined, { provision: undefined, policy: [{ uri: `https://profiles.ihe.net/ITI/PCF/Policy-${name}` }] });
    expect(effect([base('deny')], context({}, ['TREAT']))).toBe('directive');
    expect(effect([base('basic-normal')], context({}, ['TREAT']))).toBe('permit');
    expect(effect([base('basic-normal')], context({}, ['HRESCH']))).toBe('directive');
    expect(effect([base('break-glass-only')], context({}, ['BTG']))).toBe('none');
    expect(effect([base('of-our-own')], context({}, ['TREAT']))).toBe('unreadable');
  });
});

test('property: one more denying consent never permits more, one more restriction neither', () => {
  const rank = { none: 1, permit: 2, deny: 0 } as const;
  const codes = ['TREAT', 'HRESCH', 'BTG', 'HPAYMT'];
  const provisions = [
    ...codes.map((code) => ({ type: 'permit', purpose: [{ system: REASON, code }] })),
    ...codes.map((code) => ({ type: 'deny', purpose: [{ system: REASON, code }] })),
    { type: 'permit', provision: [{ type: 'deny', purpose: [{ system: REASON, code: 'HRESCH' }] }] },
    { type: 'permit', action: [{}] },
    { type: 'deny', provision: [{ type: 'permit', purpose: [{ system: REASON, code: 'BTG' }] }] },
  ];
  const kind = (list: readonly string[], of: ConsentContext) => {
    const judge = judgeConsents(
      list.map((text) => new TextEncoder().encode(text)),
      of,
    );
    return rank[judge.effect({} as ConsentMatter).kind];
  };
  for (const purpose of codes) {
    const of = context({}, [purpose]);
    for (const one of provisions) {
      for (const other of provisions) {
        const list = [permit('2025-01-01', { provision: one }), permit('2024-01-01', { provision: other })];
        for (const added of [deny('2023-01-01'), deny('2027-01-01', { provision: { type: 'deny', actor: [{}] } })]) {
          expect(kind([...list, added], of), JSON.stringify([purpose, one, other])).toBe(0);
          expect(kind([added, ...list], of)).toBe(0);
        }
      }
    }
  }
});
