import { describe, expect, test } from 'vitest';
import { bases, callerOf, candidateOf, factsOf, now, tables } from '../../test/ask.ts';
import { compilePolicies } from '../policy/compile-policies.ts';
import { valueSets } from '../terminology/value-set.ts';
import { decide } from './decide.ts';

const LOINC = 'http://loinc.org';
const sets = valueSets([
  { resourceType: 'ValueSet', url: 'http://x/notes', compose: { include: [{ system: LOINC, concept: [{ code: '1-8' }] }] } },
]);

/** Whether a rule with these conditions applies to a resource: a permit alone, or a deny beside an open permit. */
function applies(
  effect: 'permit' | 'deny',
  conditions: object,
  resource: object,
  patients: readonly string[] = ['ann'],
  known: { readonly memberships?: ReadonlySet<string> } = {},
  caller?: object,
): boolean {
  const words = { description: 'A rule of the test.', interactions: ['read'] };
  const types = ['Observation'];
  const rules = [
    { id: 'it', effect, ...words, ...(caller && { caller }), resources: { types, ...conditions } },
    ...(effect === 'deny' ? [{ id: 'open', effect: 'permit', ...words, resources: { types } }] : []),
  ];
  const policies = compilePolicies([{ policySet: 't', version: 1, combining: 'deny-overrides', rules }], tables, {
    valueSets: sets,
  });
  const decided = decide({ caller: callerOf(), interaction: 'read', type: 'Observation', policies, tables, bases, now });
  if (decided.kind === 'refusal') throw new Error('refused');
  const permitted =
    decided.judge(candidateOf(resource as Record<string, unknown>, patients), { ...factsOf(), ...known }).effect === 'permit';
  return effect === 'permit' ? permitted : !permitted;
}

const coded = (...coding: object[]) => ({ code: { coding } });
const by = (...performer: object[]) => ({ performer });
const me = { reference: 'Practitioner/doc' };

describe('R-075 conditions on content: [resource, permit applies, deny applies]', () => {
  const codes = { codes: { valueSets: ['http://x/notes'], at: ['Observation.code'] } };
  const author = { where: [{ elements: ['Observation.performer'], is: 'caller' }] };
  const stranger = { where: [{ elements: ['Observation.performer'], isNot: 'caller' }] };
  const final = { where: [{ elements: ['Observation.status'], in: ['final', 'amended'] }] };
  const value = { where: [{ elements: ['Observation.value[x]'], exists: true }] };
  const category = { where: [{ elements: ['Observation.category'], equals: 'http://c|lab' }] };

  const year = { where: [{ elements: ['Observation.effective[x]'], during: { start: '2020-01-01', end: '2021-01-01' } }] };
  const lately = { where: [{ elements: ['Observation.effective[x]'], during: { lastDays: 30 } }] };
  const ago = (days: number) => new Date(now - days * 86_400_000).toISOString();

  test.each<[string, object, object, boolean, boolean]>([
    ['a day of the time', year, { effectiveDateTime: '2020-06-01' }, true, true],
    ['all of the time', year, { effectiveDateTime: '2020' }, true, true],
    ['a moment that elsewhere was in the year before', year, { effectiveDateTime: '2019-12-31T23:30:00-01:00' }, true, true],
    ['the day after', year, { effectiveDateTime: '2021-01-01' }, false, false],
    ['the month before', year, { effectiveDateTime: '2019-12' }, false, false],
    ['a period in the time', year, { effectivePeriod: { start: '2020-02', end: '2020-03-04' } }, true, true],
    ['a period that reaches beyond', year, { effectivePeriod: { start: '2019-02', end: '2020-03-04' } }, false, true],
    ['a period without an end', year, { effectivePeriod: { start: '2020-02' } }, false, true],
    ['a period without an end, after it', year, { effectivePeriod: { start: '2021-02' } }, false, false],
    ['an empty period', year, { effectivePeriod: {} }, false, true],
    ['what is no date', year, { effectiveDateTime: 'lately' }, false, true],
    ['no date', year, {}, false, false],
    ['a date that is withheld', year, { _effectiveDateTime: { extension: [{ url: 'x', valueCode: 'masked' }] } }, false, true],
    ['some days ago', lately, { effectiveDateTime: ago(29) }, true, true],
    ['longer ago', lately, { effectiveDateTime: ago(31) }, false, false],
    ['later than now', lately, { effectiveDateTime: ago(-1) }, false, false],
    ['the code', codes, coded({ system: LOINC, code: '1-8' }), true, true],
    ['one of several codings', codes, coded({ system: 'x', code: 'y' }, { system: LOINC, code: '1-8' }), true, true],
    ['another code', codes, coded({ system: LOINC, code: '2-6' }), false, false],
    ['no code', codes, {}, false, false],
    ['the code of another system', codes, coded({ system: 'http://other', code: '1-8' }), false, false],
    ['a code without its system', codes, coded({ code: '1-8' }), false, true],
    ['a concept in words alone', codes, { code: { text: 'note' } }, false, true],
    ['the caller', author, by(me), true, true],
    ['the caller among others', author, by({ reference: 'Practitioner/x' }, me), true, true],
    ['the caller, as an absolute URL', author, by({ reference: `${bases.upstream}/Practitioner/doc` }), true, true],
    ['somebody else', author, by({ reference: 'Practitioner/x' }), false, false],
    ['nobody', author, {}, false, false],
    ['a role, which may be theirs', author, by({ reference: 'PractitionerRole/r' }), false, true],
    ['a name alone', author, by({ display: 'Dr Doc' }), false, true],
    ['not: the caller', stranger, by(me), false, false],
    ['not: somebody else', stranger, by({ reference: 'Practitioner/x' }), true, true],
    ['not: nobody', stranger, {}, true, true],
    ['not: a name alone', stranger, by({ display: 'Dr Doc' }), false, true],
    ['a primitive', final, { status: 'final' }, true, true],
    ['another value', final, { status: 'preliminary' }, false, false],
    ['a value that is withheld', final, { _status: { extension: [{ url: 'x', valueCode: 'masked' }] } }, false, true],
    ['a choice', value, { valueString: 'x' }, true, true],
    ['no choice', value, {}, false, false],
    ['a category', category, { category: [{ coding: [{ system: 'http://c', code: 'lab' }] }] }, true, true],
  ])('%s', (_, conditions, resource, permit, deny) => {
    expect([applies('permit', conditions, resource), applies('deny', conditions, resource)]).toEqual([permit, deny]);
  });

  const anywhere = { codes: { any: [`${LOINC}|1-8`] } };
  test.each<[string, object, boolean]>([
    ['at the top', coded({ system: LOINC, code: '1-8' }), true],
    ['deep inside', { component: [{ valueCodeableConcept: { coding: [{ system: LOINC, code: '1-8' }] } }] }, true],
    ['in what is contained', { contained: [{ resourceType: 'Condition', ...coded({ system: LOINC, code: '1-8' }) }] }, true],
    ['without its system', coded({ code: '1-8' }), true],
    ['of another system', coded({ system: 'http://other', code: '1-8' }), false],
    ['not there', coded({ system: LOINC, code: '2-6' }), false],
  ])('a deny of a code anywhere: %s', (_, resource, holds) => {
    expect(applies('deny', anywhere, resource)).toBe(holds);
  });

  test.each<[readonly string[], boolean, boolean]>([
    [['ann'], true, true],
    [['ann', 'bob'], false, true],
    [['bob'], false, false],
    [[], false, false],
  ])('the record of one patient, of a resource about %s', (patients, permit, deny) => {
    const condition = { patients: ['ann'] };
    expect([applies('permit', condition, {}, patients), applies('deny', condition, {}, patients)]).toEqual([permit, deny]);
  });
});

describe('R-076 groups of the caller: [memberships, permit applies, deny applies]', () => {
  const inHouse = { where: [{ elements: ['Observation.performer'], is: 'group-of-caller' }] };
  const outside = { where: [{ elements: ['Observation.performer'], isNot: 'group-of-caller' }] };
  const house = by({ reference: 'Organization/house' });
  const known = (memberships: readonly string[] | undefined) =>
    memberships === undefined ? {} : { memberships: new Set(memberships) };

  test.each<[string, object, object, readonly string[] | undefined, boolean, boolean]>([
    ['their house', inHouse, house, ['Organization/house'], true, true],
    ['another house', inHouse, house, ['Organization/other'], false, false],
    ['of nothing known', inHouse, house, undefined, false, true],
    ['a name alone', inHouse, by({ display: 'The house' }), ['Organization/house'], false, true],
    ['not: their house', outside, house, ['Organization/house'], false, false],
    ['not: another house', outside, house, [], true, true],
    ['not: of nothing known', outside, house, undefined, false, true],
  ])('%s', (_, conditions, resource, memberships, permit, deny) => {
    const found = (['permit', 'deny'] as const).map((effect) =>
      applies(effect, conditions, resource, ['ann'], known(memberships)),
    );
    expect(found).toEqual([permit, deny]);
  });

  test.each<[readonly string[] | undefined, boolean, boolean]>([
    [['CareTeam/t1'], true, true],
    [['CareTeam/t2'], false, false],
    [undefined, false, true],
  ])('a rule for a team, to a member of %s', (memberships, permit, deny) => {
    const team = { memberships: ['CareTeam/t1'] };
    const found = (['permit', 'deny'] as const).map((effect) => applies(effect, {}, {}, ['ann'], known(memberships), team));
    expect(found).toEqual([permit, deny]);
  });
});

describe('one rule with a condition of each group; each alone turns the outcome', () => {
  const rule = {
    id: 'booked',
    effect: 'permit',
    description: 'Nurses in the house read planned tasks of patients in their care.',
    caller: { roles: ['nurse'], purposes: ['TREAT'], relations: ['care-team'] },
    interactions: ['read'],
    environment: { networks: ['127.0.0.0/8'], time: { zone: 'UTC', from: '00:00', to: '12:00' } },
    resources: { types: ['Task'], where: [{ elements: ['Task.status'], in: ['requested', 'in-progress'] }] },
  };
  const policies = compilePolicies([{ policySet: 't', version: 1, combining: 'deny-overrides', rules: [rule] }], tables);
  const TREAT = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' };
  const outcome = ({
    caller = {},
    interaction = 'read',
    status = 'requested',
    relation = 'care-team',
    at = now,
    labels = [] as object[],
  }: Flip) => {
    const token = { id: 't', issuer: 'i', expiresAt: at + 1 };
    const asked = callerOf({ purposes: [TREAT], token, ...caller });
    const decided = decide({ caller: asked, interaction, type: 'Task', policies, tables, bases, now: at });
    if (decided.kind === 'refusal') return 'deny';
    const task = { resourceType: 'Task', status, meta: { security: labels }, for: { reference: 'Patient/ann' } };
    return decided.judge(candidateOf(task), factsOf({ ann: [relation] })).effect;
  };
  interface Flip {
    readonly caller?: Parameters<typeof callerOf>[0];
    readonly interaction?: 'read' | 'update';
    readonly status?: string;
    readonly relation?: 'care-team' | 'guardian';
    readonly at?: number;
    readonly labels?: object[];
  }

  test('R-072 with all of them it is open', () => expect(outcome({})).toBe('permit'));

  test.each<[string, Flip]>([
    ['R-072 R-074 the user: another role', { caller: { roles: ['clerk'] } }],
    ['R-072 R-074 the user: another place', { caller: { address: '192.0.2.1' } }],
    ['R-072 R-077 the purpose', { caller: { purposes: [] } }],
    ['R-072 R-077 the token has expired', { caller: { token: { id: 't', issuer: 'i', expiresAt: now } } }],
    ['R-072 R-077 the scope', { caller: { scope: 'user/Patient.rs' } }],
    ['R-072 R-077 out of hours', { at: now + 13 * 3600_000 }],
    ['R-072 R-077 the state of the work: a Task that is done', { status: 'completed' }],
    [
      'R-072 R-075 the object: a label',
      { labels: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] },
    ],
    ['R-072 R-076 the patient: another relation', { relation: 'guardian' }],
    ['R-072 the action', { interaction: 'update' }],
  ])('%s', (_, flip) => expect(outcome(flip)).toBe('deny'));
});
