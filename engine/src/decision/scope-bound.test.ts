import { describe, expect, test } from 'vitest';
import { ask, bases, candidateOf, factsOf, permitOf } from '../../test/ask.ts';

describe('scopes', () => {
  const rules = [{ id: 'rule' }];
  const vital = {
    category: [{ coding: [{ system: 'http://c', code: 'vital-signs' }] }],
    status: 'final',
    identifier: [{ system: 'http://i', value: '7' }],
    effectiveDateTime: '2024-05-01',
    valueQuantity: { value: 5, unit: 'mg' },
  };

  test.each([
    ['category=http://c|vital-signs', true],
    ['category=vital-signs', true],
    ['category=http://c|', true],
    ['category=http://d|vital-signs', false],
    ['category=|vital-signs', false],
    ['category=http://c|Vital-Signs', false],
    ['category=laboratory,vital-signs', true],
    ['category=laboratory', false],
    ['category=vital-signs&status=final', true],
    ['category=vital-signs&status=amended', false],
    ['status=final', true],
    ['status=http://hl7.org/fhir/observation-status|final', false],
    ['status=|final', false],
    ['identifier=http://i|7', true],
    ['identifier=http://i|8', false],
    ['category=vital%5C,signs', false],
    ['category=http://c%7Cvital-signs', true],
    ['category:not=laboratory', true],
    ['category:not=vital-signs', false],
    ['date=2024', true],
    ['date=ge2024-06', false],
    ['value-quantity=5', true],
    ['value-quantity=5||kg', false],
    ['subject=Patient/ann', true],
    ['subject:Patient=bob', false],
    ['code:missing=true', true],
    ['code-value-quantity=x$5', false],
  ])('R-103 granular %s: %s', (query, wanted) => {
    const permit = permitOf(rules, { scope: `user/Observation.rs?${query}` });
    expect(permit.judge(candidateOf(vital), factsOf()).effect === 'permit').toBe(wanted);
  });

  test.each([
    'category=a|b|c',
    'date=yesterday',
    'date=ap2024',
    'code:in=http://v',
    'code:below=x',
    'code:text=x',
    '_text=x',
    'nonsense=1',
    'combo-code-value-quantity=x',
    '_has=x',
  ])('R-103 a scope with %s covers nothing, rather than everything', (query) =>
    expect(ask(rules, { scope: `user/Observation.rs?${query}` })).toMatchObject({ decision: { cause: 'scope' } }),
  );

  test('R-103 |code wants a coding without a system', () => {
    const permit = permitOf(rules, { scope: 'user/Observation.rs?category=|vital-signs' });
    const effect = (coding: object) => permit.judge(candidateOf({ category: [{ coding: [coding] }] }), factsOf()).effect;
    expect(effect({ code: 'vital-signs' })).toBe('permit');
    expect(effect({ system: 'http://c', code: 'vital-signs' })).toBe('deny');
  });

  test.each([
    ['deceased=false', true],
    ['deceased=true', false],
    ['phone=5', true],
    ['phone=6', false],
    ['email=5', false],
  ])('R-103 granular Patient %s: %s', (query, wanted) => {
    const permit = permitOf(rules, { scope: `user/Patient.rs?${query}` }, 'Patient');
    const patient = {
      resourceType: 'Patient',
      id: 'ann',
      telecom: [
        { system: 'phone', value: '5' },
        { system: 'fax', value: '6' },
      ],
    };
    expect(permit.judge(candidateOf(patient), factsOf()).effect === 'permit').toBe(wanted);
  });

  test('R-101 a patient scope reaches the patient, not the Patients that link to it', () => {
    const permit = permitOf(rules, { scope: 'patient/*.rs', patient: 'ann' }, 'Patient');
    const linked = { resourceType: 'Patient', link: [{ other: { reference: 'Patient/ann' }, type: 'seealso' }] };
    const effect = (id: string) => permit.judge(candidateOf({ ...linked, id }, [id]), factsOf()).effect;
    expect(effect('ann')).toBe('permit');
    expect(effect('bob')).toBe('deny');
  });

  test('an identity scope covers reading who one is, not searching for it', () => {
    const changes = { scope: 'openid fhirUser', user: { id: 'u', name: 'Ann', fhirUser: 'Patient/ann' } };
    expect(ask(rules, changes, 'Patient').kind).toBe('permit');
    for (const interaction of ['search', 'vread', 'update', 'delete'] as const) {
      expect(ask(rules, changes, 'Patient', interaction)).toMatchObject({ decision: { cause: 'scope' } });
    }
    expect(ask(rules, { ...changes, scope: 'profile' }, 'Patient')).toMatchObject({ decision: { cause: 'scope' } });
  });

  test('scopes of one token add up, each with its own bound', () => {
    const permit = permitOf(rules, { scope: 'patient/Observation.r user/Observation.r?category=vital-signs', patient: 'ann' });
    expect(permit.judge(candidateOf({}, ['ann']), factsOf()).effect).toBe('permit');
    expect(permit.judge(candidateOf(vital, ['bob']), factsOf()).effect).toBe('permit');
    expect(permit.judge(candidateOf({}, ['bob']), factsOf()).effect).toBe('deny');
  });

  test('R-105 a patient scope follows the compartment of the FHIR definition under our bases only', () => {
    const permit = permitOf(rules, { scope: 'patient/Observation.r', patient: 'ann' });
    const effect = (reference: string) => permit.judge(candidateOf({ subject: { reference } }), factsOf()).effect;
    expect(effect('Patient/ann')).toBe('permit');
    expect(effect(`${bases.upstream}/Patient/ann`)).toBe('permit');
    expect(effect('https://other.example/Patient/ann')).toBe('deny');
    expect(effect('Patient/anna')).toBe('deny');
    expect(effect('Group/ann')).toBe('deny');
  });

  test.each([
    ['read', 'r'],
    ['vread', 'r'],
    ['history-instance', 'r'],
    ['search', 's'],
    ['create', 'c'],
    ['update', 'u'],
    ['patch', 'u'],
    ['delete', 'd'],
  ] as const)('R-100 %s needs %s', (interaction, letter) => {
    const open = [{ id: 'rule', interactions: { group: ['C', 'R', 'U', 'D'] } }];
    expect(ask(open, { scope: `user/Observation.${letter}` }, 'Observation', interaction).kind).toBe('permit');
    const others = [...'cruds'].filter((one) => one !== letter).join('');
    expect(ask(open, { scope: `user/Observation.${others}` }, 'Observation', interaction)).toMatchObject({
      decision: { cause: 'scope' },
    });
  });
});
