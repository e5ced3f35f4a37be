import { describe, expect, test } from 'vitest';
import { bases, callerOf, candidateOf, factsOf, labelled, now, REASON, tables } from '../../test/ask.ts';
import { decide } from '../decision/decide.ts';
import { compilePolicies } from '../policy/compile-policies.ts';
import { Problem } from '../problem.ts';
import { importPermission } from './import-permission.ts';

const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
const purpose = (code: string) => coding(REASON, code);
const restful = (code: string) => coding('http://hl7.org/fhir/restful-interaction', code);
const type = (code: string) => ({ system: 'http://hl7.org/fhir/fhir-types', code });
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const permission = (more: object) => ({
  resourceType: 'Permission',
  id: 'x',
  status: 'active',
  combining: 'deny-overrides',
  ...more,
});
const context = { actors: new Map([['PractitionerRole/nurse', { roles: ['nurse'] }]]), others: new Map<string, unknown>() };
const rules = (value: unknown) => importPermission(value, context).rules;

function faultOf(value: unknown, more = context): string | undefined {
  try {
    importPermission(value, more);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.detail;
  }
}

/** Decides as the imported set says. */
function outcome(value: unknown, caller: Parameters<typeof callerOf>[0], labels: readonly string[] = [], at = now) {
  const policies = compilePolicies([importPermission(value, context)], tables);
  const token = { id: 't', issuer: 'i', expiresAt: at + 1 };
  const decided = decide({
    caller: callerOf({ token, ...caller }),
    interaction: 'read',
    type: 'Observation',
    policies,
    tables,
    bases,
    now: at,
  });
  return decided.kind === 'refusal' ? 'deny' : decided.judge(candidateOf(labelled(...labels)), factsOf()).effect;
}

describe('what a Permission says is what is decided', () => {
  const notBob = permission({
    rule: [
      { type: 'permit', activity: [{ purpose: [purpose('TREAT'), purpose('HPAYMT')] }] },
      { type: 'deny', activity: [{ actor: [{ reference: { reference: 'Practitioner/bob' } }] }] },
    ],
  });
  const asking = (id: string | undefined, ...codes: string[]) => ({
    user: { id: 'u', name: 'U', fhirUser: id },
    purposes: codes.map((code) => ({ system: REASON, code })),
  });

  test('everybody for both purposes together, but not Bob', () => {
    expect(outcome(notBob, asking('Practitioner/ann', 'TREAT', 'HPAYMT'))).toBe('permit');
    expect(outcome(notBob, asking('Practitioner/ann', 'TREAT'))).toBe('deny');
    expect(outcome(notBob, asking('Practitioner/bob', 'TREAT', 'HPAYMT'))).toBe('deny');
    // Somebody of whom no FHIR resource is known may be Bob.
    expect(outcome(notBob, asking(undefined, 'TREAT', 'HPAYMT'))).toBe('deny');
  });

  test('a validity: outside it, nothing applies', () => {
    const timed = permission({ validity: { start: '2026-05-01', end: '2026-05-01' }, rule: [{ type: 'permit' }] });
    const at = (text: string) => outcome(timed, {}, [], Date.parse(text));
    expect([at('2026-04-30T23:59:59Z'), at('2026-05-01T00:00Z'), at('2026-05-01T23:59:59Z'), at('2026-05-02T00:00Z')]).toEqual([
      'deny',
      'permit',
      'permit',
      'deny',
    ]);
  });

  test('a permit by label reaches what it names, and nothing more', () => {
    const byLabel = permission({ rule: [{ type: 'permit', data: [{ security: [{ system: ACT, code: 'SUD' }] }] }] });
    expect([outcome(byLabel, {}, ['SUD']), outcome(byLabel, {}), outcome(byLabel, {}, ['SUD', 'HIV'])]).toEqual([
      'permit',
      'deny',
      'deny',
    ]);
  });

  test('data, activities and limits: alternatives become rules of their own', () => {
    const made = rules(
      permission({
        rule: [
          {
            type: 'permit',
            data: [
              { resourceType: [type('Observation')] },
              { resource: [{ meaning: 'instance', reference: { reference: 'Condition/c1' } }] },
            ],
            activity: [
              {
                actor: [{ reference: { reference: 'PractitionerRole/nurse' } }],
                action: [restful('read'), restful('search-type')],
              },
            ],
            limit: [{ control: [coding(ACT, 'NOREUSE'), coding(ACT, 'AUDIT')], element: ['Observation.note'] }],
          },
        ],
      }),
    );
    expect(made).toHaveLength(2);
    expect(made[0]).toMatchObject({
      caller: { roles: ['nurse'] },
      interactions: ['read', 'search'],
      obligations: { labels: [`${ACT}|NOREUSE`] },
      mask: ['Observation.note'],
    });
    expect(made[1]!.resources).toEqual({ types: ['Condition'], where: [{ elements: ['Condition.id'], equals: 'c1' }] });
  });

  test('an import brings the other’s rules, where they have one effect', () => {
    const denying = { type: 'deny', data: [{ security: [{ system: ACT, code: 'SUD' }] }] };
    const base = permission({ id: 'base', rule: [denying] });
    const outer = permission({
      combining: 'permit-overrides',
      rule: [{ import: { reference: 'Permission/base' } }, { type: 'permit' }],
    });
    const others = new Map<string, unknown>([['Permission/base', base]]);
    expect(importPermission(outer, { ...context, others }).rules.map(({ effect }) => effect)).toEqual(['deny', 'permit']);
    const both = { ...base, rule: [denying, { type: 'permit' }] };
    expect(faultOf(outer, { ...context, others: new Map([['Permission/base', both]]) })).toMatch(/both permits and denies/);
    const circle = { ...base, rule: [{ import: { reference: 'Permission/base' } }] };
    expect(faultOf(outer, { ...context, others: new Map([['Permission/base', circle]]) })).toMatch(/leads back here/);
    expect(faultOf(outer)).toMatch(/not among the files/);
  });
});

const one = (rule: object) => permission({ rule: [{ type: 'permit', ...rule }] });
test.each<[string, unknown, RegExp]>([
  ['another resource', { resourceType: 'Consent' }, /holds no Permission/],
  ['a draft', permission({ status: 'draft' }), /only an active one/],
  ['another algorithm', permission({ combining: 'majority' }), /combining: must be one of/],
  ['no rules', permission({}), /has no rules/],
  ['an unknown member', permission({ rule: [{ type: 'permit', condition: 'x' }] }), /rule\[0\]\.condition: has no meaning/],
  [
    'a modifier extension',
    permission({ modifierExtension: [{ url: 'x' }], rule: [{ type: 'permit' }] }),
    /modifierExtension: has no meaning/,
  ],
  [
    'a validity where silence denies',
    permission({ combining: 'deny-unless-permit', validity: { end: '2030-01-01' }, rule: [{ type: 'permit' }] }),
    /always says something/,
  ],
  [
    'an author',
    one({ data: [{ resource: [{ meaning: 'authoredby', reference: { reference: 'Practitioner/p' } }] }] }),
    /author depends on the type/,
  ],
  [
    'what is related',
    one({ data: [{ resource: [{ meaning: 'related', reference: { reference: 'Patient/p' } }] }] }),
    /cannot be told from one resource/,
  ],
  ['a period of data', one({ data: [{ period: { start: '2020' } }] }), /period: has no meaning/],
  ['an expression', one({ data: [{ expression: { expression: 'true' } }] }), /expression: has no meaning/],
  [
    'two labels at once',
    one({
      data: [
        {
          security: [
            { system: ACT, code: 'HIV' },
            { system: ACT, code: 'SUD' },
          ],
        },
      ],
    }),
    /all of them at once/,
  ],
  ['an unknown actor', one({ activity: [{ actor: [{ reference: { reference: 'PractitionerRole/o' } }] }] }), /say which role/],
  [
    'two actors at once',
    one({
      activity: [{ actor: [{ reference: { reference: 'Practitioner/a' } }, { reference: { reference: 'Practitioner/b' } }] }],
    }),
    /several actors/,
  ],
  ['a place', one({ activity: [{ location: [{ reference: 'Location/l' }] }] }), /location: has no meaning/],
  [
    'an unclear action',
    one({ activity: [{ action: [coding('http://terminology.hl7.org/CodeSystem/consentaction', 'disclose')] }] }),
    /cannot be told/,
  ],
  ['a duty that changes data', one({ limit: [{ control: [coding(ACT, 'DEID')] }] }), /DEID changes the data/],
  ['a tag that is no sensitivity', one({ limit: [{ tag: [{ system: ACT, code: 'NOREUSE' }] }] }), /taken out/],
  [
    'a tag of what is named',
    one({ data: [{ security: [{ system: ACT, code: 'SUD' }] }], limit: [{ tag: [{ system: ACT, code: 'OPIOIDUD' }] }] }),
    /names what is labelled/,
  ],
  [
    'limits of a deny',
    permission({ rule: [{ type: 'deny', limit: [{ element: ['Patient.name'] }] }] }),
    /a deny has no limits/,
  ],
  ['import and type', permission({ rule: [{ type: 'permit', import: { reference: 'Permission/y' } }] }), /prm-1/],
])('never half understood: %s is refused', (_, value, message) => {
  expect(faultOf(value)).toMatch(message);
});
