/**
 * search-semantics.md section 12: the first cases that a prototype was caught with, as data. Each says what differs between A and B and what the
 * answer must be: status, and for a search the ids of its matches in order, over all pages. Policies have no conditions on content yet, so
 * cases 19 and 20 let a label say what the content would.
 */
import type { Json } from './json.ts';
import { ACT_CODE, CONFIDENTIALITY } from './naive/labels.ts';
import type { Asked, Scene } from './scenario.ts';

export interface RegressionCase {
  readonly title: string;
  readonly scene: Scene;
  readonly status: number;
  readonly ids?: readonly string[];
}

const R = { meta: { security: [{ system: CONFIDENTIALITY, code: 'R' }] } };
const HIV = { meta: { security: [{ system: ACT_CODE, code: 'HIV' }] } };
const everything = { group: ['C', 'R', 'U', 'D'] };
const open = {
  id: 'open',
  description: 'Everything without a label is open.',
  effect: 'permit',
  interactions: everything,
  resources: { categories: ['business', 'individual', 'patient', 'not-classified'] },
};

function withhold(...elements: readonly string[]): Json {
  const types = [...new Set(elements.map((element) => element.split('.')[0]))];
  return {
    id: 'withheld',
    description: 'These are for others.',
    effect: 'deny',
    interactions: everything,
    resources: { types },
    elements,
  };
}

interface Words {
  readonly request: string | Omit<Asked, 'tries'>;
  readonly rules?: readonly Json[];
  readonly both?: readonly Json[];
  readonly a?: readonly Json[];
  readonly b?: readonly Json[];
  readonly churn?: Scene['churn'];
  readonly habits?: Scene['habits'];
  readonly status?: number;
  readonly ids?: readonly string[];
}

function scene({ request, rules = [], both = [], a = [], b = [], churn = [], habits = {} }: Words): Scene {
  const world = (resources: readonly Json[]) =>
    Object.fromEntries(resources.map((one) => [`${one.resourceType}/${one.id}`, [one]]));
  const asked: Omit<Asked, 'tries'> = typeof request === 'string' ? { method: 'GET', target: request } : request;
  const subjects = Object.fromEntries([...both, ...a, ...b].map((one) => [`${one.resourceType}/${one.id}`, ['p']]));
  return {
    policies: [{ policySet: 'case', version: 1, combining: 'deny-overrides', rules: [open, ...rules] }],
    caller: { kind: 'user', client: 'app', roles: [], scopes: ['user/*.cruds'], purposes: [] },
    facts: { relations: {}, consents: {}, subjects },
    a: world([...both, ...a]),
    b: world([...both, ...b]),
    churn,
    habits,
    upstreamPage: 2,
    requests: [{ ...asked, tries: [typeof request === 'string' ? 'feature search' : 'feature write'] }],
  };
}

const found = (title: string, words: Words): RegressionCase => ({
  title,
  scene: scene(words),
  status: words.status ?? 200,
  ...(words.ids === undefined ? {} : { ids: words.ids }),
});

const subject = { reference: 'Patient/p' };
const coded = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
const practitioner = (id: string, more: Json = {}) => ({ resourceType: 'Practitioner', id, ...more });
const observation = (id: string, more: Json = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'amended',
  code: coded('x'),
  subject,
  ...more,
});
const condition = (id: string, more: Json = {}) => ({ resourceType: 'Condition', id, subject, ...more });
const group = (id: string, more: Json = {}) => ({ resourceType: 'Group', id, type: 'person', actual: true, ...more });
const patient = (id: string, more: Json = {}) => ({ resourceType: 'Patient', id, ...more });
const document = (id: string, more: Json = {}) => ({
  resourceType: 'DocumentReference',
  id,
  status: 'current',
  subject,
  content: [{ attachment: { title: 'x' } }],
  ...more,
});
const encounter = (id: string, more: Json = {}) => ({
  resourceType: 'Encounter',
  id,
  status: 'finished',
  class: { code: 'AMB' },
  subject,
  ...more,
});
const organization = (id: string, name: string) => ({ resourceType: 'Organization', id, name });
const named = (family: string) => ({ name: [{ family }] });
const put = (target: string, body: Json) => ({ method: 'PUT', target, body }) as const;

export const regressionCases: readonly RegressionCase[] = [
  found('1 a masked name is not searched', {
    request: '/Practitioner?name=Sm',
    rules: [withhold('Practitioner.name')],
    a: [practitioner('d', named('Smith'))],
    b: [practitioner('d', named('Ada'))],
    ids: [],
  }),
  found('2 a masked identifier is missing, whether it is there or not', {
    request: '/Practitioner?_id=d&identifier:missing=true',
    rules: [withhold('Practitioner.identifier')],
    a: [practitioner('d', { identifier: [{ value: '1' }] })],
    b: [practitioner('d')],
    ids: ['d'],
  }),
  found('2 and where nothing bounds the search, it is refused', {
    request: '/Practitioner?identifier:missing=true',
    rules: [withhold('Practitioner.identifier')],
    a: [practitioner('d', { identifier: [{ value: '1' }] })],
    b: [practitioner('d')],
    status: 403,
  }),
  found('3 labels of hidden ones do not show, on any page', {
    request: '/Observation?patient=p&_security:not=http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R&_count=1',
    both: [observation('a1'), observation('a4')],
    a: [observation('a2', R), observation('a3', R)],
    b: [observation('a2', HIV), observation('a3', HIV)],
    ids: ['a1', 'a4'],
  }),
  found('4 a period without its masked end is open', {
    request: '/Encounter?patient=p&date=ge2022',
    rules: [withhold('Encounter.period.end')],
    a: [encounter('e', { period: { start: '2020', end: '2021' } })],
    b: [encounter('e', { period: { start: '2020' } })],
    ids: ['e'],
  }),
  found('5 who is dead is masked, so that nobody is', {
    request: '/Patient?_id=p&deceased=false',
    rules: [withhold('Patient.deceased[x]')],
    a: [patient('p', { deceasedBoolean: true })],
    b: [patient('p', { deceasedBoolean: false })],
    ids: ['p'],
  }),
  found('6 the order does not tell masked codes', {
    request: '/Condition?patient=p&_sort=-code',
    rules: [withhold('Condition.code')],
    a: [condition('c1', { code: coded('a') }), condition('c2', { code: coded('b') })],
    b: [condition('c1', { code: coded('b') }), condition('c2', { code: coded('a') })],
    ids: ['c1', 'c2'],
  }),
  found('7 an upstream that folds accents does not decide by the masked family', {
    request: '/Patient?name=Ada',
    rules: [withhold('Patient.name.family')],
    habits: { foldsAccents: true },
    a: [patient('p', { name: [{ family: 'Lee', given: ['Äda'] }] })],
    b: [patient('p', { name: [{ family: 'Ada', given: ['Äda'] }] })],
  }),
  found('8 a masked member is not followed by a chain', {
    request: '/Group?member:Patient.general-practitioner=Practitioner/d',
    rules: [withhold('Group.member')],
    both: [practitioner('d'), patient('p', { generalPractitioner: [{ reference: 'Practitioner/d' }] }), patient('q')],
    a: [group('g', { member: [{ entity: { reference: 'Patient/q' } }] })],
    b: [group('g', { member: [{ entity: { reference: 'Patient/p' } }] })],
    ids: [],
  }),
  found('9 a hidden encounter is no evidence', {
    request: '/Practitioner?_has:Encounter:participant:date=gt2022',
    both: [
      practitioner('d1'),
      practitioner('d2'),
      encounter('e1', { period: { start: '2023' }, participant: [{ individual: { reference: 'Practitioner/d1' } }] }),
    ],
    b: [encounter('e2', { ...R, period: { start: '2023' }, participant: [{ individual: { reference: 'Practitioner/d2' } }] })],
    ids: ['d1'],
  }),
  found('10 a masked reference is matched again after its stage', {
    request: '/Patient?organization.name=Good',
    rules: [withhold('Patient.managingOrganization')],
    both: [organization('o1', 'Good'), organization('o2', 'Other')],
    a: [patient('p', { managingOrganization: { reference: 'Organization/o1' } })],
    b: [patient('p', { managingOrganization: { reference: 'Organization/o2' } })],
    ids: [],
  }),
  found('11 a masked reference is not included', {
    request: '/Observation?_id=a&_include=Observation:has-member',
    rules: [withhold('Observation.hasMember')],
    both: [observation('b')],
    a: [observation('a', { hasMember: [{ reference: 'Observation/b' }] })],
    b: [observation('a')],
    ids: ['a'],
  }),
  found('12 a page is refilled', {
    request: '/Observation?_count=1',
    both: [observation('b')],
    a: [observation('a', R)],
    b: [observation('c', R)],
    ids: ['b'],
  }),
  found('13 the total is of what is visible', {
    request: '/Group',
    both: [group('g1'), group('g2')],
    b: [group('g3', R), group('g4', R), group('g5', R)],
    ids: ['g1', 'g2'],
  }),
  found('14 no next page for hidden ones', {
    request: '/DocumentReference?_count=1',
    both: [document('a')],
    b: [document('b', R), document('c', R)],
    ids: ['a'],
  }),
  found('15 a hidden insertion between pages moves nothing', {
    request: '/Observation?_count=2',
    both: [observation('b'), observation('c'), observation('d'), observation('e')],
    churn: [
      { key: 'Observation/a', resource: observation('a', R) },
      { key: 'Observation/bb', resource: observation('bb', R) },
    ],
    ids: ['b', 'c', 'd', 'e'],
  }),
  found('16 a projection keeps the label that hides', {
    request: '/Condition?_elements=code',
    both: [condition('a', { code: coded('x') })],
    b: [condition('b', { ...R, code: coded('y') })],
    ids: ['a'],
  }),
  found('17 a masked target does not put anything into a compartment', {
    request: '/Patient/p/Observation',
    rules: [withhold('Observation.performer')],
    both: [patient('p'), patient('q')],
    a: [observation('a', { subject: { reference: 'Patient/q' }, performer: [{ reference: 'Patient/q' }] })],
    b: [
      observation('a', {
        subject: { reference: 'Patient/q' },
        performer: [{ reference: 'Patient/q' }, { reference: 'Practitioner/d' }],
      }),
    ],
  }),
  found('18 a hidden match is none for a conditional create', {
    request: {
      method: 'POST',
      target: '/Observation',
      headers: { 'if-none-exist': 'identifier=urn:x|1' },
      body: observation('new', { identifier: [{ system: 'urn:x', value: '1' }] }),
    },
    both: [patient('p')],
    a: [observation('a', { ...R, identifier: [{ system: 'urn:x', value: '1' }] })],
    b: [observation('a', R)],
    status: 201,
  }),
  found('19 what is masked by a label stays so: the label cannot be written away', {
    request: put('/Observation/a', observation('a', { code: coded('other') })),
    rules: [
      { ...open, id: 'cleared', clears: { sensitivities: '*' } },
      { ...withhold('Observation.value[x]'), resources: { types: ['Observation'], labels: { any: [`${ACT_CODE}|HIV`] } } },
    ],
    both: [patient('p')],
    a: [observation('a', { ...HIV, valueString: 'one' })],
    b: [observation('a', { ...HIV, valueString: 'two' })],
    status: 403,
  }),
  found('20 a write does not tell a masked code', {
    request: put('/Observation/a', observation('a', { status: 'final' })),
    rules: [withhold('Observation.code')],
    both: [patient('p')],
    a: [observation('a', { code: coded('hiv') })],
    b: [observation('a', { code: coded('flu') })],
    status: 403,
  }),
];
