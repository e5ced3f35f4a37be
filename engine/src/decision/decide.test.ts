import { describe, expect, test } from 'vitest';
import { ACT, ask, type callerOf, candidateOf, factsOf, labelled, now, permitOf, REASON, type Words } from '../../test/ask.ts';
import { combineMasks } from './masks.ts';
import { Permit, type Refusal, type Verdict } from './permit.ts';

describe('before any look-up', () => {
  const open = { id: 'open' };

  test('I2 a permit is sealed; R-068 without a rule there is none', () => {
    expect(Permit.isPermit(ask([open]))).toBe(true);
    expect(ask([open], {}, 'Condition')).toMatchObject({
      kind: 'refusal',
      denyAs: 'forbidden',
      decision: { rules: ['builtin:no-rule'] },
    });
  });

  test.each([
    ['a user without a person', { user: undefined }],
    ['a user without a token', { token: undefined }],
    ['a system without a token', { kind: 'system', token: undefined, scope: 'system/*.rs' }],
    ['an anonymous caller', { kind: 'anonymous', user: undefined, token: undefined }],
    ['a token of yesterday', { token: { id: 't', issuer: 'i', expiresAt: now } }],
    ['a token that ends at no time', { token: { id: 't', issuer: 'i', expiresAt: Number.NaN } }],
  ] as const)('R-068 %s is not authenticated', (_, changes) => {
    expect(ask([open], changes)).toMatchObject({
      kind: 'refusal',
      denyAs: 'unauthorized',
      decision: { cause: 'authentication' },
    });
  });

  test('R-018 an anonymous caller reads what a rule opens by name, and only if it is about no patient', () => {
    const rule = {
      id: 'public',
      caller: { kinds: ['anonymous'] },
      interactions: ['read'],
      resources: { categories: ['anonymous'] },
    };
    const anonymous = {
      kind: 'anonymous',
      user: undefined,
      client: undefined,
      token: undefined,
      scope: '',
      roles: [],
    } as const;
    const permit = permitOf([rule], anonymous, 'ValueSet');
    expect(permit.judge(candidateOf({ resourceType: 'ValueSet' }, []), factsOf()).effect).toBe('permit');
    expect(permit.judge(candidateOf({ resourceType: 'ValueSet' }, ['ann']), factsOf()).effect).toBe('deny');
    expect(ask([rule], anonymous, 'ValueSet', 'search')).toMatchObject({ denyAs: 'unauthorized' });
    expect(ask([rule], anonymous, 'Organization')).toMatchObject({ denyAs: 'unauthorized' });
  });

  test.each([
    'capabilities',
    'batch',
    'transaction',
    'conditional-update',
    'conditional-patch',
    'conditional-delete',
    'operation',
  ] as const)('I5 %s is not decided as such', (interaction) =>
    expect(ask([open], {}, 'Observation', interaction).kind).toBe('refusal'),
  );

  test('the order: authentication, then scope, then policy', () => {
    const cause = (changes: Parameters<typeof callerOf>[0]) =>
      (ask([{ id: 'other', resources: { types: ['Condition'] } }], changes) as Refusal).decision.cause;
    expect(cause({ scope: '', token: undefined })).toBe('authentication');
    expect(cause({ scope: '' })).toBe('scope');
    expect(cause({})).toBe('policy');
  });

  test('R-134 a deny that asks nothing of the resource closes the type as it says', () => {
    expect(ask([open, { id: 'closed', effect: 'deny', denyAs: 'not-found' }])).toMatchObject({
      kind: 'refusal',
      denyAs: 'not-found',
      decision: { rules: ['closed'] },
    });
    expect(ask([open, { id: 'closed', effect: 'deny' }])).toMatchObject({ denyAs: 'forbidden' });
  });
});

describe('conditions on the caller', () => {
  test.each([
    ['client', { clients: ['app'] }, { client: { id: 'other', name: 'O' } }],
    ['no client', { clients: ['app'] }, { client: undefined }],
    ['kind', { kinds: ['user'] }, { kind: 'system', scope: 'system/*.r' }],
    ['role', { roles: ['nurse'] }, { roles: ['clerk'] }],
    ['purpose', { purposes: ['TREAT'] }, { purposes: [{ system: REASON, code: 'HRESCH' }] }],
    ['no purpose', { purposes: ['TREAT'] }, { purposes: [] }],
    [
      'another purpose too',
      { purposes: ['TREAT'] },
      {
        purposes: [
          { system: REASON, code: 'TREAT' },
          { system: REASON, code: 'HMARKT' },
        ],
      },
    ],
  ] as const)('R-074 R-025 %s alone turns a permit around', (_, caller, changes) => {
    const rules = [{ id: 'rule', caller }];
    expect(ask(rules, { purposes: [{ system: REASON, code: 'TREAT' }] }).kind).toBe('permit');
    expect(ask(rules, changes).kind).toBe('refusal');
  });

  test('D15 a permit for treatment covers emergencies and not break-the-glass; a deny of treatment reaches it', () => {
    const purposes = (code: string) => ({ purposes: [{ system: REASON, code }] });
    const permit = [{ id: 'rule', caller: { purposes: ['TREAT'] } }];
    expect(ask(permit, purposes('ETREAT')).kind).toBe('permit');
    expect(ask(permit, purposes('BTG')).kind).toBe('refusal');
    const deny = [{ id: 'open' }, { id: 'closed', effect: 'deny' as const, caller: { purposes: ['TREAT'] } }];
    expect(ask(deny, purposes('BTG'))).toMatchObject({ decision: { rules: ['closed'] } });
    expect(ask(deny, purposes('HPAYMT')).kind).toBe('permit');
    const others = [{ id: 'open' }, { id: 'closed', effect: 'deny' as const, caller: { purposesOtherThan: ['TREAT'] } }];
    for (const code of ['TREAT', 'ETREAT', 'BTG']) expect(ask(others, purposes(code)).kind).toBe('permit');
    expect(ask(others, purposes('HRESCH'))).toMatchObject({ decision: { rules: ['closed'] } });
    expect(ask(others, { purposes: [] })).toMatchObject({ decision: { rules: ['closed'] } });
    const both = { purposes: ['TREAT', 'HRESCH'].map((code) => ({ system: REASON, code })) };
    expect(ask(others, both)).toMatchObject({ decision: { rules: ['closed'] } });
  });
});

describe('judging a resource', () => {
  test('I6 facts that are missing deny', () => {
    const permit = permitOf([{ id: 'rule', caller: { relations: ['care-team'] } }]);
    expect(permit.judge(candidateOf(), factsOf({ ann: ['care-team'] })).effect).toBe('permit');
    expect(permit.judge(candidateOf(), factsOf({})).effect).toBe('deny');
    expect(permit.judge(candidateOf(), factsOf({ ann: ['care-team'] }, [])).decision.cause).toBe('consent');
    expect(permit.judge({ ...candidateOf(), undetermined: true }, factsOf({ ann: ['care-team'] })).effect).toBe('deny');
    expect(permitOf([{ id: 'open' }]).judge({ ...candidateOf({}, []), undetermined: true }, factsOf()).decision.rules).toEqual([
      'builtin:undetermined',
    ]);
  });

  test('R-076 beside a known patient, one who cannot be told is one to whom no permit relates and every deny may', () => {
    const resources = { types: ['DocumentReference'] };
    const candidate = { ...candidateOf({ resourceType: 'DocumentReference' }), undetermined: true };
    const related = { id: 'rule', resources, caller: { relations: ['care-team'] } };
    const deny = { id: 'closed', effect: 'deny' as const, caller: { relations: ['guardian'] } };
    const judge = (rules: Words[]) =>
      permitOf(rules, {}, 'DocumentReference').judge(candidate, factsOf({ ann: ['care-team'] }));
    expect(judge([related]).decision.rules).toEqual(['builtin:no-rule']);
    expect(judge([{ id: 'open', resources }]).effect).toBe('permit');
    expect(judge([{ id: 'open', resources }, deny]).decision.rules).toEqual(['closed']);
  });

  test('the facts of one call do not live on in the next', () => {
    const permit = permitOf([{ id: 'rule', caller: { relations: ['care-team'] } }]);
    const [yes, no] = [factsOf({ ann: ['care-team'] }), factsOf({})];
    const seen = [yes, no, yes, no].map((facts) => permit.judge(candidateOf(), facts).effect);
    expect(seen).toEqual(['permit', 'deny', 'permit', 'deny']);
  });

  test('a resource of another type than was decided on is denied', () => {
    expect(permitOf([{ id: 'open' }]).judge(candidateOf({ resourceType: 'Patient' }), factsOf()).decision.rules).toEqual([
      'builtin:type',
    ]);
  });

  test('hardening 123: a permit wants the relation to every patient, a deny takes it to any', () => {
    const facts = factsOf({ ann: ['care-team'], bob: ['guardian'] });
    const both = candidateOf({}, ['ann', 'bob']);
    expect(permitOf([{ id: 'rule', caller: { relations: ['care-team'] } }]).judge(both, facts).effect).toBe('deny');
    expect(permitOf([{ id: 'rule', caller: { relations: ['care-team', 'guardian'] } }]).judge(both, facts).effect).toBe(
      'permit',
    );
    const deny = { id: 'closed', effect: 'deny' as const, caller: { relations: ['guardian'] } };
    expect(permitOf([{ id: 'open' }, deny]).judge(both, facts).decision.rules).toEqual(['closed']);
    expect(permitOf([{ id: 'open' }, deny]).judge(candidateOf({}, ['ann']), facts).effect).toBe('permit');
  });

  test('R-186 one rule must clear all labels; two that clear one each do not add up', () => {
    const rules = [
      { id: 'hiv', clears: { sensitivities: ['HIV'] } },
      { id: 'sex', clears: { sensitivities: ['SEX'] } },
    ];
    const judge = (...codes: string[]) => permitOf(rules).judge(candidateOf(labelled(...codes)), factsOf());
    expect(judge('HIV').decision.rules).toEqual(['hiv']);
    expect(judge('HIV', 'SEX')).toMatchObject({ effect: 'deny', decision: { rules: ['builtin:label'], cause: 'label' } });
  });

  test('I11 only a rule that announces itself answers with forbidden', () => {
    const deny = { id: 'closed', effect: 'deny' as const, resources: { labels: { any: [`${ACT}|HIV`] } } };
    const denyAs = (rule: Words) =>
      permitOf([{ id: 'open', clears: { sensitivities: '*' } }, rule]).judge(candidateOf(labelled('HIV')), factsOf());
    expect(denyAs(deny)).toMatchObject({ effect: 'deny', denyAs: 'not-found' });
    expect(denyAs({ ...deny, denyAs: 'empty' })).toMatchObject({ denyAs: 'empty' });
    expect(denyAs({ ...deny, denyAs: 'forbidden', announces: true })).toMatchObject({ denyAs: 'forbidden' });
    // Category patient on a Device depends on what the instance points to, so it is content, though no condition says so.
    const byCategory = { id: 'closed', effect: 'deny' as const, resources: { categories: ['patient'] }, denyAs: 'forbidden' };
    const open = { id: 'open', resources: { types: ['Device'], categories: ['business', 'patient'] } };
    expect(permitOf([open, byCategory], {}, 'Device').judge(candidateOf({ resourceType: 'Device' }), factsOf())).toMatchObject({
      effect: 'deny',
      denyAs: 'not-found',
    });
  });

  test('R-144 an element is masked when every applying permit masks it, or any deny of elements applies', () => {
    const whole = { id: 'whole', caller: { relations: ['care-team'] } };
    const part = { id: 'part', mask: ['Observation.note', 'Observation.value[x]'] };
    const less = { id: 'less', mask: ['Observation.note', 'Observation.method'] };
    const always = {
      id: 'always',
      effect: 'deny' as const,
      resources: { types: ['Observation'] },
      elements: ['Observation.device'],
    };
    const mask = (rules: Words[], facts = factsOf()) =>
      [...(permitOf(rules).judge(candidateOf(), facts) as Extract<Verdict, { effect: 'permit' }>).mask].sort();
    expect(mask([part])).toContain('valueQuantity');
    expect(mask([part, less])).toEqual(['note']);
    expect(mask([part, whole], factsOf({ ann: ['care-team'] }))).toEqual([]);
    expect(mask([less, whole])).toEqual(['method', 'note']);
    expect(mask([less, whole, always], factsOf({ ann: ['care-team'] }))).toEqual(['device']);
    expect(permitOf([less, whole, always]).maskable).toEqual(['note', 'method', 'device']);
  });

  test('a mask that held for one resource is not taken over to the next', () => {
    const hiv = { id: 'hiv', effect: 'deny' as const, resources: { types: ['Observation'], labels: { any: [`${ACT}|HIV`] } } };
    const rules = [
      { id: 'open', clears: { sensitivities: '*' } },
      { ...hiv, elements: ['Observation.note'] },
    ];
    const permit = permitOf(rules);
    const mask = (resource: object) =>
      (permit.judge(candidateOf({ ...resource }), factsOf()) as Extract<Verdict, { effect: 'permit' }>).mask;
    expect([mask({}), mask(labelled('HIV')), mask({}), mask(labelled('HIV'))]).toEqual([[], ['note'], [], ['note']]);
  });

  test('a reason names the rule in its own words, and no label, value or id of the resource', () => {
    const verdict = permitOf([{ id: 'open' }]).judge(
      candidateOf({ ...labelled('HIV'), note: [{ text: 'marker' }] }),
      factsOf(),
    );
    expect(verdict.decision.reason).toContain('The rule open says so.');
    expect(verdict.decision.reason).not.toMatch(/HIV|marker|ann/);
  });
});

describe('what the flow may plan with', () => {
  const rule = { id: 'rule' };
  const self = { id: 'self', caller: { relations: ['self'] } };
  const patientUser = { user: { id: 'u', name: 'Ann', fhirUser: 'Patient/ann' } };

  test('nobody sees a type whole, since a consent may hide any instance', () => {
    expect(permitOf([rule], {}, 'Organization').sight).toBe('filtered');
  });

  test.each([
    ['user scopes', {}, [rule], undefined],
    ['patient scopes', { scope: 'patient/*.rs', patient: 'ann' }, [rule], 'ann'],
    ['patient and user scopes', { scope: 'patient/*.rs user/*.rs', patient: 'ann' }, [rule], undefined],
    ['patient scopes, one granular', { scope: 'patient/Observation.r?status=final', patient: 'ann' }, [rule], 'ann'],
    ['user scopes of a patient whom only self permits', patientUser, [self], 'ann'],
    ['the same, with another rule', patientUser, [self, rule], undefined],
    ['a practitioner whom only self permits', {}, [self], undefined],
  ] as const)('onlyPatient with %s', (_, changes, rules, wanted) => {
    expect(permitOf(rules, changes).onlyPatient).toBe(wanted);
  });

  test('onlyPatient holds: what it would leave out is denied', () => {
    const permit = permitOf([self], patientUser);
    expect(permit.judge(candidateOf(), factsOf({ ann: ['self'] })).effect).toBe('permit');
    // About the patient by a pointer that the compartment does not follow.
    const aside = candidateOf({ subject: { reference: 'Location/x' }, focus: [{ reference: 'Patient/ann' }] }, ['ann']);
    expect(permit.judge(aside, factsOf({ ann: ['self'] })).effect).toBe('deny');
  });

  test('a patient who may read the own resource of another person is not confined to one compartment', () => {
    const changes = { ...patientUser, scope: 'openid patient/Patient.r', patient: 'kid' };
    expect(permitOf([rule], changes, 'Patient').onlyPatient).toBeUndefined();
    expect(permitOf([rule], { ...changes, patient: 'ann' }, 'Patient').onlyPatient).toBe('ann');
  });

  test('facts are asked for only where a rule or a consent reads them', () => {
    expect(permitOf([rule]).needs).toMatchObject({ relations: true, consents: true });
    expect(permitOf([self]).needs).toMatchObject({ relations: true, consents: false });
    expect(permitOf([self, rule]).needs).toMatchObject({ relations: true, consents: true });
    const exempt = { ...rule, consentExempt: 'The law asks for it.' };
    const liftable = {
      id: 'deny',
      description: 'A deny that the patient may lift.',
      effect: 'deny' as const,
      interactions: { group: ['R'] },
      consentable: true,
    };
    expect(permitOf([exempt]).needs).toMatchObject({ consents: false });
    expect(permitOf([exempt, liftable]).needs).toMatchObject({ relations: true, consents: true });
    expect(permitOf([rule]).needs.memberships).toBe(false);
    expect(permitOf([{ ...rule, caller: { memberships: ['Group/g'] } }]).needs.memberships).toBe(true);
  });
});

describe('combineMasks', () => {
  test.each([
    [[['a']], [], ['a']],
    [[['a'], []], [], []],
    [[['a'], ['a.b']], [], ['a.b']],
    [[['a.b'], ['a.c']], [], []],
    [[['ab'], ['a']], [], []],
    [[[], []], [['x']], ['x']],
  ])('%j and %j make %j', (permits, denies, wanted) => {
    expect([...combineMasks(permits, denies)].sort()).toEqual(wanted);
  });
});

test('hardening B4-65 authorization data are written by a rule that names their type; a category does not reach them', () => {
  const byCategory = { id: 'by-category', resources: { categories: ['patient', 'individual', 'business', 'not-classified'] } };
  const byName = { id: 'by-name', resources: { types: ['Consent', 'CareTeam', 'Group'] } };
  for (const type of ['Consent', 'CareTeam', 'Group']) {
    expect(ask([byCategory], {}, type, 'read').kind).toBe('permit');
    for (const interaction of ['create', 'update', 'patch', 'delete'] as const) {
      expect(ask([byCategory], {}, type, interaction).kind).toBe('refusal');
      expect(ask([byName], {}, type, interaction).kind).toBe('permit');
    }
  }
  expect(ask([byCategory], {}, 'Observation', 'create').kind).toBe('permit');
});

test('what is remembered for one set of rules is told of no other, however many rules there are', () => {
  // Beyond fifty, positions of rules are written with the letters that also part them: 49 is "1" and 58 is ":".
  const resources = (name: string) => ({
    types: ['Observation'],
    where: [{ elements: ['Observation.category'], equals: `urn:x|${name}` }],
  });
  const numbers = Array.from({ length: 70 }, (_, at) => at);
  const permit = permitOf([
    ...numbers.map((at) => ({ id: `permit-${at}`, resources: resources(`permit-${at}`) })),
    ...numbers.map((at) => ({
      ...{ id: `deny-${at}`, effect: 'deny' as const, resources: resources(`deny-${at}`) },
      elements: ['Observation.note'],
    })),
  ]);
  const masked = (...names: readonly string[]) => {
    const verdict = permit.judge(
      candidateOf({ category: [{ coding: names.map((code) => ({ system: 'urn:x', code })) }] }),
      factsOf(),
    );
    return verdict.effect === 'permit' ? verdict.mask : verdict.effect;
  };
  expect(masked('permit-49', 'permit-58', 'permit-65', 'permit-66')).toEqual([]);
  expect(masked('permit-65', 'deny-66')).toEqual(['note']);
});
