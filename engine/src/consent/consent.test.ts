import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../caller.ts';
import type { ConsentContext } from './consent-effect.ts';
import { periodHolds } from './period.ts';
import { readConsent } from './read-consent.ts';

const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const now = Date.UTC(2026, 4, 1, 10);
const base = 'https://fhir.example/r4';

function context(changes: { fhirUser?: string; purposes?: string[]; patient?: string } = {}): ConsentContext {
  const caller: Caller = {
    kind: 'user',
    client: { id: 'app', name: 'App' },
    user: { id: 'u', name: 'U', fhirUser: changes.fhirUser ?? 'Practitioner/doc' },
    ...{ roles: ['physician'], scopes: [], patient: undefined, token: undefined, address: '127.0.0.1' },
    purposes: (changes.purposes ?? []).map((code) => ({ system: REASON, code })),
  };
  return { caller, patient: changes.patient ?? 'ann', now, bases: [base] };
}

const active = {
  resourceType: 'Consent',
  id: 'c1',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: 'Patient/ann' },
};

/** `none`, or why it denies. */
function effect(consent: unknown, of: ConsentContext = context()): string {
  const text = typeof consent === 'string' ? consent : JSON.stringify(consent);
  const found = readConsent(new TextEncoder().encode(text), of);
  return found.kind === 'none' ? 'none' : found.why;
}
const provision = (members: object) => ({ ...active, provision: members });
const purpose = (code: string) => [{ system: REASON, code }];
const actor = (reference: string) => [{ role: { text: 'x' }, reference: { reference } }];

describe('whether a consent counts', () => {
  test.each(['draft', 'proposed', 'rejected', 'inactive', 'entered-in-error'])('R-026 status %s has no effect', (status) => {
    expect(effect({ ...provision({ type: 'deny' }), status })).toBe('none');
  });

  test.each([
    ['a status of another version', { ...provision({ type: 'permit' }), status: 'unknown' }],
    ['no status', { ...provision({ type: 'permit' }), status: undefined }],
    ['no scope', { ...provision({ type: 'permit' }), scope: undefined }],
    ['a scope that nobody knows', { ...provision({ type: 'permit' }), scope: { coding: [{ system: 'http://x', code: 'y' }] } }],
    ['another patient', { ...provision({ type: 'permit' }), patient: { reference: 'Patient/bob' } }],
    ['no patient', { ...provision({ type: 'permit' }), patient: undefined }],
    ['a patient elsewhere', { ...provision({ type: 'permit' }), patient: { reference: 'https://other.example/Patient/ann' } }],
    ['a modifier', { ...provision({ type: 'permit' }), modifierExtension: [{ url: 'x' }] }],
    ['the shape of R5', { ...active, decision: 'permit' }],
    ['provisions as a list', { ...active, provision: [{ type: 'permit' }] }],
    ['a provision that is a text', { ...active, provision: 'permit' }],
    ['a type that is neither', provision({ type: 'allow' })],
    ['actors that are no list', provision({ type: 'permit', actor: {} })],
    ['a nested provision that is null', provision({ type: 'permit', provision: [null] })],
    ['a period that cannot be read', provision({ type: 'permit', period: { end: 'soon' } })],
    ['neither type nor policy rule', provision({})],
    ['no provision at all', active],
    ['an unknown policy rule', { ...active, policyRule: { coding: [{ system: 'http://x', code: 'OPTIN' }] } }],
    ['another resource', { ...provision({ type: 'permit' }), resourceType: 'Contract' }],
    ['no JSON', '{"resourceType":"Consent"'],
    ['a duplicate name', '{"resourceType":"Consent","status":"inactive","status":"active"}'],
    ['a list', '[]'],
  ])('I6 %s closes the record, though it says permit', (_, consent) => {
    expect(effect(consent)).toBe('unreadable');
  });

  test('a consent about research is no privacy consent', () => {
    const scope = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'research' }] };
    expect(effect({ ...provision({ type: 'deny' }), scope })).toBe('none');
    expect(effect({ ...provision({ type: 'deny' }), scope: { coding: [...scope.coding, ...active.scope.coding] } })).toBe(
      'directive',
    );
  });

  test('the patient may be named below our base', () => {
    expect(effect({ ...provision({ type: 'deny' }), patient: { reference: `${base}/Patient/ann` } })).toBe('directive');
  });
});

describe('what a consent says', () => {
  test('R-076 a plain deny denies, a plain permit does nothing, D5 the policy rule stands in for a missing type', () => {
    const rule = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code }] });
    expect(effect(provision({ type: 'deny' }))).toBe('directive');
    expect(effect(provision({ type: 'permit' }))).toBe('none');
    expect(effect({ ...active, policyRule: rule('OPTOUT') })).toBe('directive');
    expect(effect({ ...active, policyRule: rule('OPTIN') })).toBe('none');
    expect(effect({ ...provision({ type: 'deny' }), policyRule: rule('OPTIN') })).toBe('directive');
    expect(effect({ ...provision({ type: 'permit' }), policyRule: rule('OPTOUT') })).toBe('directive');
  });

  test('only a plain deny spares the guardian', () => {
    const spares = (consent: unknown) => {
      const found = readConsent(new TextEncoder().encode(JSON.stringify(consent)), context());
      return found.kind === 'deny' && found.sparesGuardian;
    };
    expect(spares(provision({ type: 'deny' }))).toBe(true);
    expect(spares(provision({ type: 'deny', class: [{ code: 'Observation' }] }))).toBe(false);
    expect(spares({ ...active, status: 'odd' })).toBe(false);
  });

  test.each([
    'action',
    'securityLabel',
    'class',
    'code',
    'dataPeriod',
    'data',
    'extension',
    'modifierExtension',
    'somethingNew',
  ])('a permit limited by %s is not enforced in detail, so it closes', (filter) => {
    expect(effect(provision({ type: 'permit', [filter]: [{}] }))).toBe('not-enforced');
    expect(effect(provision({ type: 'deny', [filter]: [{}] }))).toBe('not-enforced');
  });

  test('a permit for some actors or purposes does nothing: it never authorises, and the others are not its matter', () => {
    expect(effect(provision({ type: 'permit', actor: actor('Organization/x'), purpose: purpose('TREAT') }))).toBe('none');
  });

  test('nested provisions close for whom they could mean', () => {
    const nested = (inner: object) => effect(provision({ type: 'permit', provision: [inner] }));
    expect(nested({ type: 'deny', actor: actor('Practitioner/doc') })).toBe('not-enforced');
    expect(nested({ type: 'deny', actor: actor('Practitioner/other') })).toBe('none');
    expect(nested({ actor: actor('Practitioner/doc') })).toBe('not-enforced');
    expect(nested({ type: 'deny', period: { end: '2025' } })).toBe('none');
    expect(nested({ type: 'deny', period: { end: 'soon' } })).toBe('not-enforced');
    expect(nested({ type: 'permit', actor: actor('Practitioner/other') })).toBe('not-enforced');
    expect(effect(provision({ type: 'deny', provision: [{ type: 'permit', actor: actor('Practitioner/doc') }] }))).toBe(
      'not-enforced',
    );
  });
});

describe('whom a provision could mean', () => {
  const deny = (members: object, of = context()) => effect(provision({ type: 'deny', ...members }), of);

  test.each([
    'Organization/x',
    'CareTeam/x',
    'Group/x',
    'PractitionerRole/x',
    'Device/x',
    '#contained',
    'https://other.example/Practitioner/doc',
    'nonsense',
  ])('an actor %s may include the caller', (reference) => expect(deny({ actor: actor(reference) })).toBe('not-enforced'));

  test('an actor without a reference may be anyone; a person is only that person', () => {
    expect(deny({ actor: [{ role: {}, reference: { identifier: { value: 'x' } } }] })).toBe('not-enforced');
    expect(deny({ actor: actor('RelatedPerson/ex') })).toBe('none');
    expect(deny({ actor: [...actor('RelatedPerson/ex'), ...actor('Practitioner/doc')] })).toBe('not-enforced');
    expect(deny({ actor: actor(`${base}/Practitioner/doc`) })).toBe('not-enforced');
  });

  test.each([
    [['TREAT'], 'HRESCH', 'none'],
    [['TREAT'], 'TREAT', 'not-enforced'],
    [['BTG'], 'TREAT', 'not-enforced'],
    [['TREAT'], 'ETREAT', 'not-enforced'],
    [['TREAT', 'HRESCH'], 'HRESCH', 'not-enforced'],
    [[], 'HRESCH', 'not-enforced'],
    [['ODD'], 'HRESCH', 'not-enforced'],
    [['TREAT'], 'ODD', 'not-enforced'],
  ] as const)('a caller with purposes %j under an objection to %s: %s', (asked, named, wanted) => {
    expect(deny({ purpose: purpose(named) }, context({ purposes: [...asked] }))).toBe(wanted);
  });
});

describe('periods', () => {
  test.each([
    [{}, 'during'],
    [{ start: '2026' }, 'during'],
    [{ end: '2026' }, 'during'],
    [{ end: '2025' }, 'outside'],
    [{ start: '2027-01' }, 'outside'],
    [{ end: '2026-05-01' }, 'during'],
    [{ end: '2026-04-30' }, 'during'],
    [{ end: '2026-04-29' }, 'outside'],
    [{ start: '2026-05-01' }, 'during'],
    [{ start: '2026-05-02' }, 'during'],
    [{ start: '2026-05-03' }, 'outside'],
    [{ start: '2026-05-01T10:00:00Z', end: '2026-05-01T10:00:00Z' }, 'during'],
    [{ end: '2026-05-01T11:59:59+02:00' }, 'outside'],
    [{ start: '2026-05-01T10:00:00.001Z' }, 'outside'],
    [{ start: '2026-13-01T10:00:00Z' }, 'unreadable'],
    [{ start: 'x' }, 'unreadable'],
    [{ start: 2026 }, 'unreadable'],
    [[], 'unreadable'],
    ['2026', 'unreadable'],
    [null, 'unreadable'],
  ])('%j is %s at 2026-05-01T10:00:00Z; a date is read in the time zone in which it lasts longest', (period, wanted) => {
    expect(periodHolds(period, now)).toBe(wanted);
  });
});

const samples = path.resolve(import.meta.dirname, '../../../../shared/data/consent/ihe-pcf');
const files = existsSync(samples)
  ? readdirSync(samples).filter((file) => file.startsWith('Consent') && file.endsWith('.json'))
  : [];

describe.skipIf(files.length === 0)('on the published IHE PCF consents (../shared/data/consent, skipped when absent)', () => {
  test.each(files)('%s is read, or closes the record; it never permits', (file) => {
    const text = readFileSync(path.join(samples, file), 'utf8');
    const { patient, provision: root } = JSON.parse(text);
    const id = patient.reference.split('/').at(-1);
    const found = effect(text, context({ patient: id }));
    const simple =
      root?.provision === undefined &&
      root?.securityLabel === undefined &&
      root?.data === undefined &&
      root?.dataPeriod === undefined;
    if (root?.type === 'deny' || !simple) expect(found === 'none' && root?.period === undefined).toBe(false);
    if (root?.type === 'permit' && simple) expect(found).toBe('none');
  });
});
