import { describe, expect, test } from 'vitest';
import type { Caller } from '../caller.ts';
import { scan } from '../json/scan.ts';
import { type ConsentContext, type ConsentEffect, plainRules } from './consent-effect.ts';
import { judgeConsents } from './judge-consents.ts';
import type { ConsentMatter } from './matter.ts';
import { periodHolds } from './period.ts';

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
  const { patient = 'ann' } = changes;
  return { caller, interaction: 'read', patient, now, bases: [base], memberships: undefined, rules: plainRules };
}

const TYPES = 'http://hl7.org/fhir/resource-types';
const active = {
  resourceType: 'Consent',
  id: 'c1',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: 'Patient/ann' },
};

/** What it says of a plain laboratory result: `none`, `permit`, or why it denies. */
function effect(consent: unknown, of: ConsentContext = context()): string {
  const found = effectOf(consent, of);
  return found.kind === 'deny' ? found.why : found.kind;
}

function effectOf(consent: unknown, of: ConsentContext): ConsentEffect {
  const text = typeof consent === 'string' ? consent : JSON.stringify(consent);
  return judgeConsents([new TextEncoder().encode(text)], of).effect(resultOf({}));
}

/** An unlabelled Observation. */
function resultOf(more: object): ConsentMatter {
  const resource = {
    resourceType: 'Observation',
    id: 'o',
    code: { coding: [{ system: 'http://loinc.org', code: '1-8' }] },
    ...more,
  };
  const document = scan(new TextEncoder().encode(JSON.stringify(resource)));
  return { type: 'Observation', id: 'o', document, node: document.root, labels: noLabels, pointers: new Map() };
}
const noLabels = { confidentiality: -1, sensitivities: [], all: [] };
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

  const later = {
    resourceType: 'Consent',
    id: 'c5',
    status: 'active',
    subject: { reference: 'Patient/ann' },
    decision: 'permit',
  };
  test.each([
    ['implicit rules', { ...later, implicitRules: 'http://x' }],
    ['a member that nobody knows', { ...later, expression: { language: 'text/cql' } }],
    ['a modifier', { ...later, modifierExtension: [{ url: 'x' }] }],
    ['another subject', { ...later, subject: { reference: 'Patient/bob' } }],
    ['a decision that is neither', { ...later, decision: 'allow' }],
  ])('I6 of R5 and R6, %s closes the record, though it says permit', (_, consent) => {
    expect(effect(later)).toBe('permit');
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
  test('R-076 a plain deny denies, a plain permit agrees, D5 the policy rule stands in for a missing type', () => {
    const rule = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code }] });
    expect(effect(provision({ type: 'deny' }))).toBe('directive');
    expect(effect(provision({ type: 'permit' }))).toBe('permit');
    expect(effect({ ...active, policyRule: rule('OPTOUT') })).toBe('directive');
    expect(effect({ ...active, policyRule: rule('OPTIN') })).toBe('permit');
    expect(effect({ ...provision({ type: 'deny' }), policyRule: rule('OPTIN') })).toBe('directive');
    expect(effect({ ...provision({ type: 'permit' }), policyRule: rule('OPTOUT') })).toBe('directive');
  });

  test('only a plain deny spares the guardian', () => {
    const spares = (consent: unknown) => {
      const found = effectOf(consent, context());
      return found.kind === 'deny' && found.sparesGuardian;
    };
    expect(spares(provision({ type: 'deny' }))).toBe(true);
    expect(spares(provision({ type: 'deny', class: [{ code: 'Observation' }] }))).toBe(false);
    expect(spares({ ...active, status: 'odd' })).toBe(false);
  });

  test.each(['securityLabel', 'class', 'code', 'dataPeriod', 'data', 'extension', 'modifierExtension', 'somethingNew'])(
    'a limit by a %s that cannot be understood closes, whether it permits or denies',
    (filter) => {
      const odd = filter === 'dataPeriod' ? {} : [{}];
      expect(effect(provision({ type: 'permit', [filter]: odd }))).toBe('not-enforced');
      expect(effect(provision({ type: 'deny', [filter]: odd }))).toBe('not-enforced');
    },
  );

  test('a code at a place that may be about something else may be meant: it closes and does not open', () => {
    const coding = [{ system: 'http://loinc.org', code: '9-9' }];
    const of = (type: string, more: object) => {
      const consent = JSON.stringify(provision({ type, code: [{ coding }] }));
      const found = judgeConsents([new TextEncoder().encode(consent)], context()).effect(resultOf(more));
      return found.kind === 'deny' ? found.why : found.kind;
    };
    expect([of('deny', { code: { coding } }), of('permit', { code: { coding } })]).toEqual(['directive', 'permit']);
    expect([of('deny', { method: { coding } }), of('permit', { method: { coding } })]).toEqual([
      'not-enforced',
      'not-enforced',
    ]);
    expect(of('deny', {})).toBe('none');
  });

  test('who changes a record may be collecting: a consent about that closes for them, and does not open', () => {
    const CONSENT_ACTION = 'http://terminology.hl7.org/CodeSystem/consentaction';
    const collecting = (type: string) =>
      provision({ type, action: [{ coding: [{ system: CONSENT_ACTION, code: 'collect' }] }] });
    const asked = (interaction: ConsentContext['interaction'], type: string) =>
      effect(collecting(type), { ...context(), interaction });
    expect([asked('create', 'deny'), asked('update', 'deny'), asked('delete', 'deny'), asked('read', 'deny')]).toEqual([
      'directive',
      'not-enforced',
      'none',
      'none',
    ]);
  });

  test('R-076 data whose times contradict each other may be of any time, and a consent whose period ends before it starts is not understood', () => {
    const denied = (period: object) => {
      const text = JSON.stringify(provision({ type: 'deny', dataPeriod: { start: '2022', end: '2022' } }));
      const found = judgeConsents([new TextEncoder().encode(text)], context()).effect(resultOf({ effectivePeriod: period }));
      return found.kind === 'deny' ? found.why : found.kind;
    };
    expect(denied({ start: '2024', end: '2025' })).toBe('none');
    expect(denied({ start: '2024', end: '2020' })).toBe('not-enforced');
    expect(effect(provision({ type: 'deny', period: { start: '2027', end: '2020' } }))).toBe('unreadable');
  });

  test('a permit for some actors or purposes does nothing: it never authorises, and the others are not its matter', () => {
    expect(effect(provision({ type: 'permit', actor: actor('Organization/x'), purpose: purpose('TREAT') }))).toBe('none');
  });

  test('nested provisions are exceptions for whom they mean', () => {
    const nested = (inner: object) => effect(provision({ type: 'permit', provision: [inner] }));
    expect(nested({ type: 'deny', actor: actor('Practitioner/doc') })).toBe('directive');
    expect(nested({ type: 'deny', actor: actor('Practitioner/other') })).toBe('permit');
    // Without a type, the level above is turned around.
    expect(nested({ actor: actor('Practitioner/doc') })).toBe('directive');
    expect(nested({ type: 'deny', period: { end: '2025' } })).toBe('permit');
    expect(nested({ type: 'deny', period: { end: 'soon' } })).toBe('not-enforced');
    // A permit inside a permit for everything is written to focus it: whom it leaves out cannot be told.
    expect(nested({ type: 'permit', actor: actor('Practitioner/other') })).toBe('not-enforced');
    expect(nested({ type: 'permit', actor: actor('Practitioner/doc') })).toBe('permit');
    const opened = (who: string) => effect(provision({ type: 'deny', provision: [{ type: 'permit', actor: actor(who) }] }));
    expect(opened('Practitioner/doc')).toBe('permit');
    expect(opened('Practitioner/other')).toBe('directive');
  });

  test('the deepest exception decides, and among siblings a deny', () => {
    const inner = { type: 'permit', actor: actor('Practitioner/doc') };
    const middle = { type: 'deny', class: [{ system: TYPES, code: 'Observation' }] };
    expect(effect(provision({ type: 'permit', provision: [middle] }))).toBe('directive');
    expect(effect(provision({ type: 'permit', provision: [{ ...middle, provision: [inner] }] }))).toBe('permit');
    expect(effect(provision({ type: 'deny', provision: [inner, middle] }))).toBe('directive');
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
    expect(deny({ actor: [...actor('RelatedPerson/ex'), ...actor('Practitioner/doc')] })).toBe('directive');
    expect(deny({ actor: actor(`${base}/Practitioner/doc`) })).toBe('directive');
  });

  test.each([
    [['TREAT'], 'HRESCH', 'none'],
    [['TREAT'], 'TREAT', 'directive'],
    [['BTG'], 'TREAT', 'directive'],
    [['TREAT'], 'ETREAT', 'not-enforced'],
    [['TREAT', 'HRESCH'], 'HRESCH', 'directive'],
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
