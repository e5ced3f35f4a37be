/** De-identified views with pseudonyms and dates, in the whole flow: what leaves, what can be asked, and what nobody can find out. */
import { describe, expect, test } from 'vitest';
import { ask, givenBy } from '../../test/host.ts';
import { SmallUpstream, upstreamBase } from '../../test/small-upstream.ts';
import type { Pseudonyms } from '../decision/pseudonyms.ts';
import { r4 } from '../fhir/r4.ts';
import { compilePolicies } from '../policy/compile-policies.ts';
import { exportOf } from './export.ts';

const purposes = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HRESCH' }];
const caller = { roles: ['researcher'], purposes };
const TYPES = ['Patient', 'Observation', 'Condition'];

/** Readable on purpose: the real ones are made, and tested, in the server. */
const pseudonyms: Pseudonyms = {
  of: (project, type, id) => `${project}.${type}.${[...id].reverse().join('')}`,
  behind: (project, type, text) =>
    text.startsWith(`${project}.${type}.`) ? [...text.slice(project.length + type.length + 2)].reverse().join('') : undefined,
  days: (_project, patient) => -patient.length,
};
const anna = pseudonyms.of('heart', 'Patient', 'anna');

const rule = (deIdentify: unknown, more: object = {}) => ({
  ...{ id: 'research', description: 'The rule of the test.', effect: 'permit', interactions: ['read', 'search'] },
  ...{ caller: { roles: ['researcher'], purposes: ['HRESCH'] }, resources: { types: TYPES }, deIdentify },
  ...more,
});
const compiled = (...rules: readonly object[]) =>
  compilePolicies([{ policySet: 't', version: 1, combining: 'deny-overrides', rules }], r4());

const observation = (id: string, patient: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  meta: { versionId: '7', lastUpdated: '2026-01-02T03:04:05Z', source: 'urn:secret', extension: [{ url: 'urn:secret' }] },
  text: { status: 'generated', div: '<div>secret</div>' },
  identifier: [{ value: 'secret' }],
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '1' }], text: 'secret' },
  subject: { reference: `Patient/${patient}`, display: 'secret' },
  encounter: { reference: `${upstreamBase}/Encounter/visit` },
  performer: [{ reference: 'http://far.example/fhir/Practitioner/secret' }, { reference: '#secret' }],
  contained: [{ resourceType: 'Practitioner', id: 'secret' }],
  effectiveDateTime: '2020-03-10T08:00:00+01:00',
  _effectiveDateTime: { extension: [{ url: 'urn:secret', valueString: 'secret' }] },
  issued: '2020-03-11T00:00:00Z',
  valueQuantity: { value: 5 },
  ...more,
});
const people = [
  { resourceType: 'Patient', id: 'anna', gender: 'female', birthDate: '1970-05-06', name: [{ family: 'secret' }] },
  { resourceType: 'Patient', id: 'otto', gender: 'male', birthDate: '1930-05-06' },
];
const resources = [...people, observation('first', 'anna'), observation('second', 'otto')];

const asking = (target: string, policies: unknown, more: object = {}) =>
  ask({ upstream: new SmallUpstream(resources), policies, caller, pseudonyms, ...more }, { target });

describe('R-247 dates', () => {
  const shown = (deIdentify: unknown, target: string) => asking(target, compiled(rule(deIdentify))).json;

  test('are withheld, cut to the year, or moved by the same days for all of a patient', () => {
    expect(shown(true, '/Observation/first').effectiveDateTime).toBeUndefined();
    const cut = shown({ dates: 'year' }, '/Observation/first');
    expect([cut.effectiveDateTime, cut.issued, cut.id]).toEqual(['2020', '2020', 'first']);
    const policies = compiled(rule({ pseudonyms: 'heart', dates: 'shift' }));
    const moved = asking(`/Observation/${pseudonyms.of('heart', 'Observation', 'first')}`, policies).json;
    expect([moved.effectiveDateTime, moved.issued]).toEqual(['2020-03-06T08:00:00+01:00', '2020-03-07T00:00:00Z']);
    expect(JSON.stringify([{ ...cut, meta: '', performer: '' }, moved])).not.toContain('secret');
  });

  test('of birth are not told of people over 89, nor are greater ages', () => {
    expect(shown({ dates: 'year' }, '/Patient/anna').birthDate).toBe('1970');
    expect(shown({ dates: 'year' }, '/Patient/otto').birthDate).toBeUndefined();
    const ages = [
      [{ value: 93, code: 'a', system: 'http://unitsofmeasure.org' }, undefined],
      [{ value: 80, code: 'a', system: 'http://unitsofmeasure.org' }, 80],
      [{ value: 1116, code: 'mo', system: 'http://unitsofmeasure.org' }, undefined],
      [{ value: 80, unit: 'old' }, undefined],
    ] as const;
    for (const [onsetAge, told] of ages) {
      const condition = { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/anna' }, onsetAge };
      for (const view of [true, { dates: 'year' }]) {
        const upstream = new SmallUpstream([condition]);
        const { json } = ask({ upstream, policies: compiled(rule(view)), caller }, { target: '/Condition/c' });
        expect(json.onsetAge?.value).toBe(told);
      }
    }
  });

  test('what is no date is not told where one stands', () => {
    const upstream = new SmallUpstream([observation('x', 'anna', { effectiveDateTime: 'secret', issued: 5 })]);
    const { json } = ask({ upstream, policies: compiled(rule({ dates: 'year' })), caller }, { target: '/Observation/x' });
    expect([json.effectiveDateTime, json.issued]).toEqual([undefined, undefined]);
  });

  test('a search by a date is answered by what is shown, or refused where that would read too much', () => {
    const policies = compiled(rule({ dates: 'year' }));
    const ids = (target: string) =>
      asking(target, policies).json?.entry?.map((one: { resource: { id: string } }) => one.resource.id);
    // What is stored is of March; what is shown is of some time in 2020.
    expect(ids('/Observation?subject=Patient/anna&date=2020')).toEqual(['first']);
    expect(ids('/Observation?subject=Patient/anna&date=2020-03')).toBeUndefined();
    expect(ids('/Observation?subject=Patient/anna&date=ne2020-03')).toEqual(['first']);
    expect(asking('/Observation?date=2020-03', policies).problem?.code).toBe('element-closed');
  });

  test('a rule that shows the date shows it', () => {
    const plain = rule(undefined, { id: 'all', deIdentify: undefined });
    const { deIdentify: _, ...shows } = plain;
    const { json } = asking('/Observation/first', compiled(rule({ dates: 'year' }), shows));
    expect(json.effectiveDateTime).toBe('2020-03-10T08:00:00+01:00');
  });
});

describe('R-248 pseudonyms', () => {
  const policies = compiled(rule({ pseudonyms: 'heart' }));

  test('stand in the place of every id, and nothing else tells one', () => {
    const { json, text, headers } = asking('/Observation?_include=Observation:patient', policies);
    const ids = json.entry.map((one: { resource: { id: string } }) => one.resource.id);
    const of = (type: string, id: string) => pseudonyms.of('heart', type, id);
    expect(ids).toEqual([of('Observation', 'first'), of('Observation', 'second'), anna, of('Patient', 'otto')]);
    expect(json.entry.map((one: { fullUrl: string }) => one.fullUrl.split('/').at(-1))).toEqual(ids);
    expect(json.entry[0].resource.subject).toEqual({ reference: `Patient/${anna}` });
    expect(json.entry[0].resource.encounter).toEqual({ reference: `Encounter/${of('Encounter', 'visit')}` });
    expect(json.entry[0].resource.performer).toBeUndefined();
    // What says that it is not whole, and nothing of what was stored.
    expect(json.entry[0].resource.meta).toEqual({
      security: [expect.objectContaining({ code: 'REDACTED' })],
      tag: [expect.objectContaining({ code: 'SUBSETTED' })],
    });
    expect(text).not.toMatch(/first|second|"anna|secret|upstream/);
    expect(headers['etag']).toBeUndefined();
  });

  test('are read by, and searched by; the answer speaks of them alone', () => {
    expect(asking(`/Patient/${anna}`, policies).json).toMatchObject({ id: anna, gender: 'female' });
    for (const value of [anna, `Patient/${anna}`, `https://guard.example/fhir/Patient/${anna}`]) {
      const { json, text } = asking(`/Observation?subject=${value}`, policies);
      expect(json.entry.map((one: { resource: { id: string } }) => one.resource.id)).toEqual([
        pseudonyms.of('heart', 'Observation', 'first'),
      ]);
      expect(json.link[0].url).toContain(anna);
      expect(text).not.toContain('Patient/anna');
    }
    expect(asking(`/Patient?_id=${anna}`, policies).json.entry).toHaveLength(1);
    expect(asking('/Observation?subject:Patient.gender=male', policies).json.entry).toHaveLength(1);
  });

  test('I11 whoever knows an id learns nothing by it', () => {
    const known = asking('/Patient/anna', policies);
    const unknown = asking('/Patient/nobody', policies);
    expect([known.status, known.text]).toEqual([unknown.status, unknown.text]);
    expect(known.status).toBe(404);
    for (const target of ['/Observation?subject=Patient/anna', '/Observation?subject=anna', '/Patient?_id=anna'])
      expect(asking(target, policies).json.entry, target).toBeUndefined();
    // A pseudonym of another project is none of this one.
    expect(asking(`/Patient/${pseudonyms.of('lung', 'Patient', 'anna')}`, policies).status).toBe(404);
  });

  test.each([
    ['/Patient/x/_history/1', 'interaction-not-supported'],
    ['/Patient/x/_history', 'interaction-not-supported'],
    ['/Patient/x/Observation', 'interaction-not-supported'],
    ['/Patient/x/$everything', 'interaction-not-supported'],
    ['/Observation?_lastUpdated=gt2020', 'element-closed'],
    ['/Observation?_sort=_id', 'element-closed'],
    ['/Observation?_sort=_lastUpdated', 'element-closed'],
    ['/Observation?subject.general-practitioner=Practitioner/x', 'element-closed'],
    ['/Patient?_has:Observation:patient:_id=x', 'element-closed'],
    ['/Observation?subject:identifier=x', 'element-closed'],
    ['/$export?_since=2020-01-01T00:00:00Z', 'interaction-not-supported'],
    ['/Patient/$export?patient=Patient/anna', 'interaction-not-supported'],
  ])('what could tell an id or a time of writing is refused: %s', (target, code) => {
    expect(asking(target, policies, { caller: { ...caller, purposes } }).problem?.code).toBe(code);
  });

  test('an export has them too', () => {
    const setting = { upstream: new SmallUpstream(resources), policies, caller, pseudonyms };
    const given = givenBy(setting, { target: '/$export?_type=Observation', headers: { prefer: 'respond-async' } });
    const flow = exportOf(given).lines({ patients: undefined }, 'Observation', ['first']);
    let step = flow.next();
    while (!step.done) {
      const need = step.value;
      if (need.kind === 'facts')
        step = flow.next({
          kind: 'facts',
          answers: need.queries.map((query) =>
            query.kind === 'consents'
              ? { kind: 'consents', consents: new Map(query.patients.map((patient) => [patient, []])) }
              : { kind: 'relations', relations: new Map() },
          ),
        });
      else if (need.kind === 'several') throw new Error('not asked for');
      else step = flow.next(setting.upstream.answer(need));
    }
    const text = new TextDecoder().decode(step.value.body);
    expect(JSON.parse(text).id).toBe(pseudonyms.of('heart', 'Observation', 'first'));
    expect(text).not.toMatch(/first|"anna|secret/);
  });

  test('whoever such a rule lets in is let in by such rules alone; other purposes see ids again', () => {
    const { deIdentify: _, ...plain } = rule(undefined, { id: 'all', caller: { roles: ['researcher'] } });
    const both = compiled(rule({ pseudonyms: 'heart' }), plain);
    expect(asking('/Patient/anna', both).status).toBe(404);
    expect(asking(`/Patient/${anna}`, both).json.name).toBeUndefined();
    expect(asking('/Patient/anna', both, { caller: { roles: ['researcher'] } }).json.name).toBeDefined();
  });

  test('R-068 two projects at once, or nobody to make pseudonyms, let nobody in', () => {
    const two = compiled(rule({ pseudonyms: 'heart' }), rule({ pseudonyms: 'lung' }, { id: 'other' }));
    for (const target of ['/Patient/anna', `/Patient/${anna}`, '/Observation'])
      for (const more of [{ policies: two }, { pseudonyms: undefined }])
        expect(asking(target, policies, more).status, target).toBe(403);
  });

  test.each([
    [{ dates: 'shift' }, {}, 'name it in pseudonyms'],
    [{ pseudonyms: 'heart' }, { interactions: { group: ['R'] } }, 'only read and search'],
    [{ pseudonyms: 'heart', dates: 'month' }, {}, 'dates'],
    [{}, {}, 'deIdentify'],
  ])('a rule that cannot be kept is refused: %j', (view, more, detail) => {
    let problem: unknown;
    try {
      compiled(rule(view, more));
    } catch (error) {
      problem = error;
    }
    expect((problem as { detail: string }).detail).toContain(detail);
  });
});
