import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fhirTables } from '../fhir/fhir-tables.ts';
import { r4 } from '../fhir/r4.ts';
import { Problem } from '../problem.ts';
import { compilePolicies } from './compile-policies.ts';
import { policySchema } from './schema.ts';

const tables = r4();
const permit = {
  id: 'some-permit',
  description: 'Somebody may read something.',
  effect: 'permit',
  interactions: ['read'],
  resources: { types: ['Observation'] },
};
const deny = { id: 'some-deny', description: 'Nobody may read something.', effect: 'deny', interactions: ['read'] };
const document = (...rules: unknown[]) => ({ policySet: 'test', version: 1, combining: 'deny-overrides', rules });

/** What the officer is told; undefined when nothing is wrong. */
function faultOf(...documents: unknown[]): string | undefined {
  try {
    compilePolicies(documents, tables);
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'policy-invalid') throw error;
    return error.detail;
  }
}

/** Documents that the schema alone refuses, with a part of what is said. */
const misshapen: readonly (readonly [string, unknown, RegExp])[] = [
  ['no document', null, /policy document 1, write a policy set/],
  ['a list', [], /write a policy set/],
  ['a missing name', { version: 1, combining: 'deny-overrides', rules: [permit] }, /policySet: is missing/],
  [
    'an unknown key at the top',
    { ...document(permit), extra: 1 },
    /policy set test, extra: unknown key; known here: policySet, version/,
  ],
  ['another combining algorithm', { ...document(permit), combining: 'majority' }, /combining: write one of: deny-overrides/],
  ['version 0', { ...document(permit), version: 0 }, /version: write a whole number, from 1/],
  ['version 1.5', { ...document(permit), version: 1.5 }, /version/],
  ['no rules', document(), /rules: the list is empty/],
  ['an unknown key in a rule', document({ ...permit, condition: 'x' }), /rules\[0\]\.condition: unknown key/],
  [
    'an unknown key in the caller',
    document({ ...permit, caller: { role: ['x'] } }),
    /caller\.role: unknown key; known here: roles/,
  ],
  ['an empty caller', document({ ...permit, caller: {} }), /caller: is empty/],
  ['empty circumstances', document({ ...permit, environment: {} }), /environment: is empty/],
  [
    'an odd time of day',
    document({ ...permit, environment: { time: { zone: 'UTC', from: '8:00', to: '9:00' } } }),
    /time\.from: write a time of day/,
  ],
  ['a time without a zone', document({ ...permit, environment: { time: { days: ['monday'] } } }), /time\.zone: is missing/],
  ['an empty list of roles', document({ ...permit, caller: { roles: [] } }), /caller\.roles: the list is empty/],
  ['a role that is no list', document({ ...permit, caller: { roles: 'nurse' } }), /caller\.roles: write roles/],
  ['an empty role', document({ ...permit, caller: { roles: [''] } }), /roles\[0\]/],
  ['an unknown relation', document({ ...permit, caller: { relations: ['neighbour'] } }), /relations\[0\]: write one of: self/],
  ['an unknown interaction', document({ ...permit, interactions: ['look'] }), /interactions\[0\]: write one of: read/],
  ['a batch', document({ ...permit, interactions: ['batch'] }), /interactions\[0\]/],
  ['interactions as text', document({ ...permit, interactions: 'read' }), /interactions: write FHIR interaction names/],
  ['an unknown CRUDE letter', document({ ...permit, interactions: { group: ['X'] } }), /group\[0\]: write one of: C/],
  ['an unknown category', document({ ...permit, resources: { categories: ['secret'] } }), /categories\[0\]/],
  [
    'a label without a system',
    document({ ...permit, resources: { types: ['Observation'], labels: { any: ['R'] } } }),
    /system\|code/,
  ],
  ['a short description', document({ ...permit, description: 'x' }), /description: write one sentence/],
  ['an id with spaces', document({ ...permit, id: 'A rule' }), /id: write a name/],
  ['a null', document({ ...permit, caller: null }), /caller/],
  ['a mask without a type', document({ ...permit, mask: ['reasonCode'] }), /mask\[0\]: write an element as Type\.path/],
  ['clearance N', document({ ...permit, clears: { confidentiality: 'N' } }), /confidentiality: write one of: R, V/],
];

/** Documents of the right shape that cannot mean what they say. */
const senseless: readonly (readonly [string, unknown, RegExp])[] = [
  ['a reader who may label', document({ ...permit, interactions: ['read'], mayLabel: true }), /mayLabel: belongs on/],
  ['a deny that lets label', document({ ...deny, mayLabel: true }), /mayLabel: belongs on/],
  [
    'a type that does not exist',
    document({ ...permit, resources: { types: ['Observatoin'] } }),
    /rule some-permit, rules\[0\]\.resources\.types\[0\]: FHIR R4 has no resource type Observatoin/,
  ],
  ['a type without an endpoint', document({ ...permit, resources: { types: ['Parameters'] } }), /no endpoint/],
  ['a permit for everything', document({ ...permit, resources: {} }), /must name types or categories/],
  [
    'a permit by label alone',
    document({ ...permit, resources: { labels: { any: ['http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R'] } } }),
    /must name types or categories/,
  ],
  ['a permit that denies', document({ ...permit, denyAs: 'forbidden' }), /denyAs: belongs on a deny/],
  ['a permit of elements', document({ ...permit, elements: ['Observation.note'] }), /elements: belongs on a deny/],
  ['a deny with a mask', document({ ...deny, mask: ['Observation.note'] }), /mask: belongs on a permit/],
  [
    'a permit for every purpose but one',
    document({ ...permit, caller: { purposesOtherThan: ['HRESCH'] } }),
    /purposesOtherThan: belongs on a deny/,
  ],
  [
    'a purpose that there is not',
    document({ ...deny, caller: { purposesOtherThan: ['RESEARCH'] } }),
    /purposesOtherThan\[0\]: v3-ActReason has no purpose RESEARCH/,
  ],
  ['a deny that clears', document({ ...deny, clears: { confidentiality: 'R' } }), /clears: belongs on a permit/],
  ['a mask of a misspelled element', document({ ...permit, mask: ['Observation.notes'] }), /Observation has no element notes/],
  ['a mask of a choice without its type', document({ ...permit, mask: ['Observation.value'] }), /write value\[x\]/],
  ['a mask of another type', document({ ...permit, mask: ['Encounter.reasonCode'] }), /not about Encounter/],
  ['a mask of the id', document({ ...permit, mask: ['Observation.id'] }), /cannot be withheld/],
  ['a mask of the labels', document({ ...permit, mask: ['Observation.meta.security'] }), /meta cannot be withheld/],
  [
    'a deny that tells by relation',
    document({ ...deny, caller: { relations: ['guardian'] }, denyAs: 'forbidden' }),
    /reads relations.*announces: true/,
  ],
  [
    'a deny that tells by label',
    document({
      ...deny,
      resources: { labels: { any: ['http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R'] } },
      denyAs: 'unauthorized',
    }),
    /reads labels.*announces: true/,
  ],
  [
    'anonymous callers and patients',
    document({ ...permit, caller: { kinds: ['anonymous'] }, resources: { categories: ['patient'] } }),
    /categories: \[anonymous\]/,
  ],
  [
    'anonymous callers and a type',
    document({ ...permit, caller: { kinds: ['anonymous', 'user'] } }),
    /categories: \[anonymous\]/,
  ],
  [
    'anonymous callers who write',
    document({
      ...permit,
      caller: { kinds: ['anonymous'] },
      interactions: ['create'],
      resources: { categories: ['anonymous'] },
    }),
    /not create/,
  ],
  [
    'a network with bits beyond its prefix',
    document({ ...permit, environment: { networks: ['10.0.0.1/8'] } }),
    /networks\[0\]: write an address or a network/,
  ],
  [
    'a time zone that does not exist',
    document({ ...permit, environment: { time: { zone: 'Europe/Atlantis', days: ['monday'] } } }),
    /no time zone Europe\/Atlantis/,
  ],
  [
    'an hour without its end',
    document({ ...permit, environment: { time: { zone: 'UTC', from: '08:00' } } }),
    /write from and to/,
  ],
  ['no hours at all', document({ ...permit, environment: { time: { zone: 'UTC', from: '08:00', to: '08:00' } } }), /the same/],
  ['a permit with unless', document({ ...permit, unless: { certificate: 'shown' } }), /belongs on a deny/],
  ['a deny of the sure', document({ ...deny, environment: { assurance: { acr: ['aal2'] } } }), /write it under unless/],
  [
    'services that sign in',
    document({ ...permit, caller: { kinds: ['system'] }, environment: { assurance: { maxAge: 60 } } }),
    /only people sign in/,
  ],
  [
    'a code anywhere, on a permit',
    document({ ...permit, resources: { types: ['Observation'], codes: { any: ['http://loinc.org|1-8'] } } }),
    /say in at which elements hold the code/,
  ],
  [
    'codes without any',
    document({ ...permit, resources: { types: ['Observation'], codes: { at: ['Observation.code'] } } }),
    /name codes in any or value sets/,
  ],
  [
    'a value set that is not there',
    document({ ...deny, resources: { codes: { valueSets: ['http://nowhere/ValueSet/x'] } } }),
    /there is no value set http:\/\/nowhere\/ValueSet\/x/,
  ],
  [
    'a condition without types',
    document({ ...deny, resources: { where: [{ elements: ['Observation.performer'], is: 'caller' }] } }),
    /name the types of the rule/,
  ],
  [
    'a condition that leaves a type out',
    document({
      ...deny,
      resources: { types: ['Observation', 'Condition'], where: [{ elements: ['Observation.performer'], is: 'caller' }] },
    }),
    /say where in Condition/,
  ],
  [
    'a condition on what does not exist',
    document({ ...deny, resources: { types: ['Observation'], where: [{ elements: ['Observation.author'], is: 'caller' }] } }),
    /Observation has no element author/,
  ],
  [
    'a condition with two tests',
    document({
      ...deny,
      resources: { types: ['Observation'], where: [{ elements: ['Observation.performer'], is: 'caller', exists: true }] },
    }),
    /write one of: is, isNot/,
  ],
  [
    'a 403 that depends on content',
    document({ ...deny, resources: { patients: ['ann'] }, denyAs: 'forbidden' }),
    /reads content.*announces: true/,
  ],
  [
    'a period that ends before it begins',
    document({ ...permit, environment: { period: { start: '2026-02-01T00:00Z', end: '2026-01-01T00:00Z' } } }),
    /ends before it begins/,
  ],
  ['a mask that is announced and none', document({ ...permit, maskAs: 'absent-reason' }), /nothing to announce without mask/],
  [
    'an announced mask of a part',
    document({ ...permit, mask: ['Observation.component.valueString'], maskAs: 'absent-reason' }),
    /only a first element of a resource can be announced/,
  ],
  [
    'a de-identified view of categories',
    document({ ...permit, resources: { categories: ['patient'] }, deIdentify: true }),
    /deIdentify: name the types/,
  ],
  [
    'an exemption without types',
    document({ ...permit, resources: { categories: ['patient'] }, consentExempt: 'Because we say so.' }),
    /set aside for named types only/,
  ],
  ['duties on a deny', document({ ...deny, obligations: { labels: ['http://x|y'] } }), /belongs on a permit/],
  [
    'a duty that nobody has',
    document({ ...permit, obligations: { labels: ['http://terminology.hl7.org/CodeSystem/v3-Confidentiality|X'] } }),
    /obligations\.labels\[0\]: the code system has no such label/,
  ],
  ['two rules of one id', document(permit, permit), /the id is taken/],
];

describe('what is refused', () => {
  test.each(misshapen)('%s', (_, wrong, message) => {
    expect(faultOf(wrong)).toMatch(message);
  });

  test.each(senseless)('%s', (_, wrong, message) => {
    expect(faultOf(wrong)).toMatch(message);
  });

  test('one id in two documents, one name for two documents', () => {
    expect(faultOf(document(permit), { ...document(permit), policySet: 'other' })).toMatch(
      /policy set other, rule some-permit: the id is taken by a rule of policy set test/,
    );
    expect(faultOf(document(permit), document(deny))).toMatch(/policySet: the name is taken/);
  });

  test('one wrong rule refuses everything, so that a set is never half in force', () => {
    expect(() =>
      compilePolicies([document(permit), { ...document({ ...permit, id: 'x', effect: 'maybe' }), policySet: 'other' }], tables),
    ).toThrow(Problem);
  });

  test('a set for another upstream is checked, and left out', () => {
    const other = { ...document(permit), upstreams: ['http://other.example/fhir'] };
    const compiled = (upstream?: string) =>
      compilePolicies([other], tables, upstream === undefined ? {} : { upstream }).rules.length;
    expect([compiled('http://other.example/fhir/'), compiled('http://this.example/fhir'), compiled()]).toEqual([1, 0, 0]);
    expect(faultOf({ ...document({ ...permit, effect: 'maybe' }), upstreams: ['http://other.example/fhir'] })).toMatch(
      /effect/,
    );
  });

  test('what is told to a caller does not say what is wrong', () => {
    expect(() => compilePolicies([null], tables)).toThrow(/^A policy document is not valid\.$/);
  });
});

describe('the published schema', () => {
  const outside = z.fromJSONSchema(JSON.parse(JSON.stringify(policySchema)));

  test.each(misshapen)('another validator refuses too: %s', (_, wrong) => {
    expect(outside.safeParse(wrong).success).toBe(false);
  });

  test.each(senseless)('another validator finds the shape right: %s', (_, wrong) => {
    expect(outside.safeParse(JSON.parse(JSON.stringify(wrong))).success).toBe(true);
  });

  test('both accept a document that uses every key', () => {
    const everything = document(
      {
        ...permit,
        caller: {
          roles: ['nurse'],
          kinds: ['user'],
          clients: ['app'],
          purposes: ['TREAT'],
          relations: ['care-team'],
          everyPurpose: ['TREAT'],
          identities: ['Practitioner/p'],
          memberships: ['Organization/o'],
        },
        environment: {
          assurance: { acr: ['aal2'], maxAge: 300 },
          time: { zone: 'Europe/Vienna', days: ['monday'], from: '08:00', to: '18:00' },
          networks: ['10.0.0.0/8', '2001:db8::1'],
          certificate: 'trusted',
          period: { start: '2026-01-01T00:00Z', end: '2027-01-01T00:00:00+01:00' },
          issuers: ['https://as.example'],
        },
        interactions: { group: ['R', 'C'] },
        resources: {
          types: ['Observation'],
          categories: ['patient'],
          labels: { any: ['http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV'] },
          codes: { any: ['http://loinc.org|1-8'], at: ['Observation.code'] },
          where: [
            { elements: ['Observation.performer'], is: 'caller' },
            { elements: ['Observation.performer'], isNot: 'caller' },
            { elements: ['Observation.status'], equals: 'final' },
            { elements: ['Observation.status'], in: ['final', 'amended'] },
            { elements: ['Observation.note'], exists: false },
          ],
          patients: ['ann'],
        },
        clears: {
          confidentiality: 'R',
          sensitivities: ['HIV'],
          other: ['http://terminology.hl7.org/CodeSystem/v3-ActCode|NOAUTH'],
        },
        mask: ['Observation.value[x]', 'Observation.component.valueString'],
        mayLabel: true,
        obligations: { labels: ['http://terminology.hl7.org/CodeSystem/v3-ActCode|NOREUSE'] },
        consentExempt: 'A reason of one sentence.',
        fhirVersions: ['R4'],
      },
      {
        ...deny,
        unless: { assurance: { acr: ['aal2'] } },
        elements: ['Observation.note'],
        overridable: 'break-the-glass',
        consentable: true,
        caller: { purposesOtherThan: ['TREAT'] },
      },
      { ...deny, id: 'tells', caller: { relations: ['guardian'] }, denyAs: 'forbidden', announces: true },
    );
    expect(faultOf(everything)).toBeUndefined();
    expect(outside.safeParse(everything).success).toBe(true);
  });
});

describe('what is compiled', () => {
  const rulesFor = (rule: unknown, roles: string[], type: string, interaction: 'read' | 'search' | 'create' = 'read') =>
    compilePolicies([document(rule)], tables).rulesFor(roles, type, interaction);

  test('R-071 CRUDE letters stand for FHIR interactions', () => {
    const { rules } = compilePolicies([document({ ...permit, interactions: { group: ['R'] } })], tables);
    expect([...rules[0]!.interactions].sort()).toEqual([
      'history-instance',
      'history-system',
      'history-type',
      'read',
      'search',
      'vread',
    ]);
  });

  test('R-070 a rule is found by role, type and interaction, and by nothing else', () => {
    const rule = { ...permit, caller: { roles: ['nurse', 'physician'] } };
    expect(rulesFor(rule, ['nurse', 'physician'], 'Observation')).toHaveLength(1);
    expect(rulesFor(rule, ['clerk'], 'Observation')).toEqual([]);
    expect(rulesFor(rule, [], 'Observation')).toEqual([]);
    expect(rulesFor(rule, [''], 'Observation')).toEqual([]);
    expect(rulesFor(rule, ['nurse'], 'Condition')).toEqual([]);
    expect(rulesFor(rule, ['nurse'], 'Observation', 'search')).toEqual([]);
  });

  test('R-031 a type that is not in the tables is covered as patient data', () => {
    const rule = (category: string) => ({ ...permit, resources: { categories: [category] } });
    expect(rulesFor(rule('patient'), [], 'NewThing')).toHaveLength(1);
    expect(rulesFor(rule('business'), [], 'NewThing')).toEqual([]);
  });

  test('R-030 a rule for business data does not reach a device of a patient; one for patients, or bound by a relation, does', () => {
    const covers = (rule: unknown) => rulesFor(rule, [], 'Device').map(({ plain, patients }) => ({ plain, patients }));
    expect(covers({ ...permit, resources: { categories: ['business'] } })).toEqual([{ plain: true, patients: false }]);
    expect(covers({ ...permit, resources: { categories: ['patient'] } })).toEqual([{ plain: false, patients: true }]);
    expect(covers({ ...permit, resources: { types: ['Device'] } })).toEqual([{ plain: true, patients: false }]);
    expect(covers({ ...permit, resources: { types: ['Device'], categories: ['business', 'patient'] } })).toEqual([
      { plain: true, patients: true },
    ]);
    expect(covers({ ...permit, caller: { relations: ['care-team'] }, resources: { types: ['Device'] } })).toEqual([
      { plain: true, patients: true },
    ]);
    expect(covers({ ...deny, resources: { categories: ['business'] } })).toEqual([{ plain: true, patients: true }]);
    expect(covers({ ...deny, resources: { categories: ['patient'] } })).toEqual([{ plain: false, patients: true }]);
  });

  test('a permit that does not say for whom is for those who signed in; a deny is for everyone', () => {
    const { rules } = compilePolicies([document(permit, deny)], tables);
    expect([...rules[0]!.kinds].sort()).toEqual(['system', 'user']);
    expect([...rules[1]!.kinds].sort()).toEqual(['anonymous', 'system', 'user']);
  });

  test('[x] stands for every type of a choice', () => {
    const [found] = rulesFor({ ...permit, mask: ['Observation.value[x]'] }, [], 'Observation');
    expect(found!.paths).toContain('valueQuantity');
    expect(found!.paths).toContain('valueCodeableConcept');
    expect(found!.paths.every((path) => path.startsWith('value'))).toBe(true);
  });
});

describe('rules of some FHIR versions only', () => {
  const rule = { ...permit, resources: { types: ['DeviceUsage'] }, fhirVersions: ['R5'] };
  const other = { ...permit, id: 'other', resources: { types: ['Patient'] } };

  test('are there in those, and not even checked in others', () => {
    const ids = (version: 'R4' | 'R5') =>
      compilePolicies([document(rule, other)], fhirTables(version)).rules.map(({ id }) => id);
    expect(ids('R5')).toEqual([rule.id, 'other']);
    expect(ids('R4')).toEqual(['other']);
  });

  test('a version that nobody knows is refused', () => {
    expect(() => compilePolicies([document({ ...rule, fhirVersions: ['R3'] }, other)], tables)).toThrow(Problem);
  });

  test('nothing can be withheld where elements are not known', () => {
    const masks = { ...permit, resources: { types: ['Patient'] }, mask: ['Patient.birthDate'] };
    expect(() => compilePolicies([document(masks)], fhirTables('R6'))).toThrow(Problem);
  });
});
