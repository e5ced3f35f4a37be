/** as far as they are decided here: what a broken glass opens, for whom, for how long, and who learns that it would. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ask, type callerOf, candidateOf, factsOf, labelled, now, permitOf, type Words } from '../../test/ask.ts';
import type { Relation } from '../enforcement/need.ts';

const breaking: Words = { id: 'breaking', caller: { roles: ['nurse'], relations: ['break-the-glass'] } };
const treating: Words = { id: 'treating', caller: { roles: ['nurse'], relations: ['care-team'] } };
const override = { id: 's1', patient: 'ann', expiresAt: now + 1 };
const opened = { override };
const judged = (
  rules: readonly Words[],
  changes: Parameters<typeof callerOf>[0],
  resource = candidateOf(),
  facts = factsOf(),
) => permitOf(rules, changes).judge(resource, facts);

describe('what it opens', () => {
  test('R-230 the patient for whom it was broken, and nobody else', () => {
    expect(judged([breaking], opened).effect).toBe('permit');
    expect(judged([breaking], {}).effect).toBe('deny');
    expect(judged([breaking], opened, candidateOf({}, ['bob'])).effect).toBe('deny');
    expect(judged([breaking], opened, candidateOf({}, ['ann', 'bob'])).effect).toBe('deny');
    expect(judged([breaking], opened, { ...candidateOf(), undetermined: true }).effect).toBe('deny');
  });

  test('R-218 it is for rules to say who may: without one for the role, it opens nothing', () => {
    expect(judged([treating], opened).effect).toBe('deny');
    expect(ask([breaking], { ...opened, roles: ['clerk'] }).kind).toBe('refusal');
  });

  test('R-235 it ends by itself, and a time that is no number has passed', () => {
    for (const expiresAt of [now, now - 1, Number.NaN])
      expect(judged([breaking], { override: { ...override, expiresAt } }).effect).toBe('deny');
  });

  test('R-227 a service has one only where a rule lets services in, and never by who nobody knows', () => {
    const system = { ...opened, kind: 'system', user: undefined, scope: 'system/*.rs' } as const;
    const letting = (kinds: readonly string[]) => [{ ...breaking, caller: { kinds, relations: ['break-the-glass'] } }];
    expect(judged(letting(['system']), system).effect).toBe('permit');
    expect(ask(letting(['user']), system).kind).toBe('refusal');
  });

  test('R-223 scopes and labels stand: what the rule does not clear stays closed', () => {
    expect(judged([breaking], opened, candidateOf(labelled('HIV'))).effect).toBe('deny');
    const clearing = { ...breaking, clears: { confidentiality: 'R', sensitivities: ['HIV'] } };
    expect(judged([clearing], opened, candidateOf(labelled('R', 'HIV'))).effect).toBe('permit');
    expect(judged([clearing], opened, candidateOf(labelled('V'))).effect).toBe('deny');
    expect(ask([breaking], { ...opened, scope: 'user/Patient.r' }).kind).toBe('refusal');
  });

  test('a deny gives way only where it says so', () => {
    const deny = (more: object) => ({ id: 'closed', effect: 'deny' as const, ...more });
    expect(judged([breaking, deny({ overridable: 'break-the-glass' })], opened).effect).toBe('permit');
    expect(ask([breaking, deny({})], opened).kind).toBe('refusal');
    expect(ask([breaking, deny({ overridable: 'break-the-glass' })], {}).kind).toBe('refusal');
    const labelledDeny = deny({ resources: { labels: { any: ['http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV'] } } });
    expect(
      judged([{ ...breaking, clears: { sensitivities: '*' } }, labelledDeny], opened, candidateOf(labelled('HIV'))).effect,
    ).toBe('deny');
  });

  test('INVARIANT: no fact is an override', () => {
    expect(judged([breaking], {}, candidateOf(), factsOf({ ann: ['break-the-glass' as Relation] })).effect).toBe('deny');
  });
});

describe('R-236 consents', () => {
  const consentOf = (provision: object) =>
    new TextEncoder().encode(
      JSON.stringify({
        resourceType: 'Consent',
        id: 'c',
        status: 'active',
        scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
        category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
        patient: { reference: 'Patient/ann' },
        policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTOUT' }] },
        provision,
      }),
    );
  const btg = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' };
  const treat = { ...btg, code: 'TREAT' };
  const purposes = [treat, btg];
  const withConsents = (...provisions: readonly object[]) => ({
    ...factsOf(),
    consents: new Map([['ann', provisions.map(consentOf)]]),
  });
  const effect = (changes: object, ...provisions: readonly object[]) =>
    judged([breaking, treating], { ...changes, purposes }, candidateOf(), withConsents(...provisions)).effect;

  test('what was said in general gives way', () => {
    expect(effect(opened, { type: 'deny' })).toBe('permit');
    expect(effect({}, { type: 'deny' })).toBe('deny');
    expect(effect(opened, { type: 'deny', purpose: [treat] })).toBe('permit');
  });

  test('what was said about breaking the glass stands, wherever it is said', () => {
    expect(effect(opened, { type: 'deny', purpose: [btg] })).toBe('deny');
    expect(effect(opened, { type: 'permit', provision: [{ type: 'deny', purpose: [btg] }] })).toBe('deny');
    expect(effect(opened, { type: 'deny' }, { type: 'permit', provision: [{ type: 'deny', purpose: [btg] }] })).toBe('deny');
    expect(effect(opened, { type: 'deny', purpose: [{ system: 'urn:oid:2.16.840.1.113883.5.8', code: 'BTG' }] })).toBe('deny');
  });

  test('what cannot be read, or was not found out, stands', () => {
    const broken = { ...factsOf(), consents: new Map([['ann', [new TextEncoder().encode('{')]]]) };
    expect(judged([breaking], opened, candidateOf(), broken).effect).toBe('deny');
    expect(judged([breaking], opened, candidateOf(), { ...factsOf(), consents: new Map() }).effect).toBe('deny');
  });
});

describe('R-225 who learns that it would help', () => {
  const hint = (rules: readonly Words[], changes: object, resource = candidateOf()) => {
    const verdict = judged(rules, changes, resource);
    return verdict.effect === 'deny' && verdict.wouldOpen === true;
  };

  test('whoever may break it, where it would help', () => {
    expect(hint([breaking, treating], {})).toBe(true);
    expect(hint([treating], {})).toBe(false);
    expect(hint([breaking], {}, candidateOf(labelled('V')))).toBe(false);
    expect(hint([breaking], {}, candidateOf({}, ['ann', 'bob']))).toBe(false);
    expect(hint([breaking], {}, candidateOf({}, []))).toBe(false);
    // Broken for another patient: it may be broken for this one as well.
    expect(hint([breaking], opened, candidateOf({}, ['bob']))).toBe(true);
  });

  test('property: the hint is given exactly where an override for that patient would permit', () => {
    fc.assert(
      fc.property(
        fc.subarray(['HIV', 'SEX', 'R', 'V']),
        fc.subarray(['ann', 'bob'], { minLength: 1 }),
        fc.boolean(),
        fc.subarray<Relation>(['care-team', 'encounter']),
        (labels, patients, overridable, relations) => {
          const rules: readonly Words[] = [
            { ...breaking, clears: { confidentiality: 'R', sensitivities: ['HIV'] } },
            treating,
            {
              id: 'closed',
              effect: 'deny',
              caller: { relations: ['encounter'] },
              ...(overridable ? { overridable: 'break-the-glass' } : {}),
            },
          ];
          const resource = candidateOf(labelled(...labels), patients);
          const facts = factsOf(Object.fromEntries(patients.map((patient) => [patient, relations])));
          const plain = judged(rules, {}, resource, facts);
          const forced = judged(rules, { override: { ...override, patient: patients[0]! } }, resource, facts);
          if (plain.effect === 'permit') expect(forced.effect).toBe('permit');
          else expect(plain.wouldOpen === true).toBe(forced.effect === 'permit' && patients.length === 1);
        },
      ),
      { numRuns: 200 },
    );
  });
});
