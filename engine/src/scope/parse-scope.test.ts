import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseScope, parseScopes } from './parse-scope.ts';
import { scopeCovers } from './scope-covers.ts';

const corpus = new URL('../../../../shared/data/smart/scope-strings.json', import.meta.url);

describe('resource scopes', () => {
  const valid: readonly [string, string, string, string, 1 | 2][] = [
    ['patient/Observation.rs', 'patient', 'Observation', 'rs', 2],
    ['user/*.cruds', 'user', '*', 'cruds', 2],
    ['system/Patient.c', 'system', 'Patient', 'c', 2],
    ['user/Encounter.cud', 'user', 'Encounter', 'cud', 2],
    // In order and nothing twice: read and delete, spelled out. What must not happen is that `.read` is taken for it.
    ['patient/Observation.rd', 'patient', 'Observation', 'rd', 2],
    ['patient/*.read', 'patient', '*', 'rs', 1],
    ['user/Condition.write', 'user', 'Condition', 'cud', 1],
    ['system/*.*', 'system', '*', 'cruds', 1],
    ['http://smarthealthit.org/fhir/scopes/patient/*.read', 'patient', '*', 'rs', 1],
  ];
  for (const [text, context, type, actions, version] of valid) {
    test(`R-101 ${text}`, () =>
      expect(parseScope(text)).toEqual({ kind: 'resource', text, context, type, actions, version, parameters: [] }));
  }

  const invalid = [
    'patient/Observation.dus',
    'patient/Observation.sr',
    'patient/Observation.rr',
    'patient/Observation.reads',
    'patient/*.readx',
    'patient/Observation.',
    'patient/Observation',
    'patient/.rs',
    'patient/observation.rs',
    'patient/Observation.RS',
    'patient/Observation.Read',
    'Patient/Observation.rs',
    'patients/Observation.rs',
    'patient/Observation/x.rs',
    'patient//Observation.rs',
    'patient/**.rs',
    'patient/*.r*',
    'patient/Observation.rs.rs',
    'patient/Observation,Condition.rs',
    'patient/Obs-x.rs',
    '/Observation.rs',
    'practitioner/Observation.rs',
    'patient/Observation.x',
    'patient/Observation.cruds/',
    'patient/Observation.rs#',
    'patient\u200b/Observation.rs',
    'http://smarthealthit.org/fhir/scopes/',
    'http://smarthealthit.org/fhir/scopes/patient/X.sr',
    'http://smarthealthit.org/fhir/scopes/__x',
    'http://smarthealthit.org/fhir/scopes/http://smarthealthit.org/fhir/scopes/openid',
    'http://openid.net/specs/openid-connect-core-1_0#patient/*.rs',
    'patient/*.rs\n',
    'patient/*.rs\tuser/*.rs',
    'patient/"x".rs',
    'patient/\\*.rs',
    '',
    ' ',
  ];
  for (const text of invalid)
    test(`R-101 ${JSON.stringify(text)} is not read in part`, () => expect(parseScope(text).kind).toBe('invalid'));
});

describe('granular scopes', () => {
  const parametersOf = (query: string) => {
    const scope = parseScope(`patient/Observation.rs?${query}`);
    return scope.kind === 'resource' ? scope.parameters : scope.kind;
  };

  test('R-103 all constraints are kept, decoded', () => {
    expect(parametersOf('category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory')).toEqual([
      { name: 'category', value: 'http://terminology.hl7.org/CodeSystem/observation-category|laboratory' },
    ]);
    expect(parametersOf('status=final,amended&code:in=http://example.org/vs%3Fx%26y')).toEqual([
      { name: 'status', value: 'final,amended' },
      { name: 'code', modifier: 'in', value: 'http://example.org/vs?x&y' },
    ]);
    expect(parametersOf('category=a&category=b')).toHaveLength(2);
    expect(parametersOf('date=ge2020-01-01T00:00:00+01:00')).toEqual([{ name: 'date', value: 'ge2020-01-01T00:00:00+01:00' }]);
    expect(parametersOf('_security:not=R')).toEqual([{ name: '_security', modifier: 'not', value: 'R' }]);
    expect(parametersOf('code=a=b')).toEqual([{ name: 'code', value: 'a=b' }]);
    expect(parametersOf('name=smith%5C,%20j')).toEqual([{ name: 'name', value: 'smith\\, j' }]);
  });

  const bad = [
    '',
    '&',
    'category',
    'category=',
    '=x',
    'category=x&',
    '&category=x',
    'category=x&&status=y',
    'category=%',
    'category=%zz',
    'category=%ff',
    'category=%00',
    'category=%0a',
    'category=%ed%a0%80',
    'category=,',
    'category=a,,b',
    'category=a,%20',
    'cat%65gory=x',
    'category:=x',
    'category:in:not=x',
    'subject.name=x',
    'subject:Patient.name=x',
    '_has:Observation:patient:code=x',
    '_filter=name%20eq%20x',
    '_count=1',
    '_elements=id',
    '_include=*',
    '_sort=x',
    '_summary=text',
    '?category=x',
    'category[]=x',
    '1=2',
  ];
  for (const query of bad) {
    test(`R-103 ?${query} does not degrade to the scope without it`, () => expect(parametersOf(query)).toBe('invalid'));
  }

  test('R-103 version 1 scopes have no parameters', () => {
    expect(parseScope('patient/Observation.read?category=x').kind).toBe('invalid');
    expect(parseScope('patient/Observation.*?category=x').kind).toBe('invalid');
  });
});

describe('other scopes', () => {
  test('launch, identity, offline and custom', () => {
    expect(parseScope('launch')).toEqual({ kind: 'launch', text: 'launch' });
    expect(parseScope('launch/patient')).toEqual({ kind: 'launch', text: 'launch/patient', target: 'patient' });
    expect(parseScope('launch/imagingstudy?role=https%3A%2F%2Fexample.org%2Frole')).toMatchObject({
      target: 'imagingstudy',
      role: 'https://example.org/role',
    });
    expect(parseScope('openid')).toEqual({ kind: 'identity', text: 'openid', name: 'openid' });
    expect(parseScope('fhirUser')).toMatchObject({ kind: 'identity', name: 'fhirUser' });
    expect(parseScope('http://openid.net/specs/openid-connect-core-1_0#openid')).toMatchObject({
      kind: 'identity',
      name: 'openid',
    });
    expect(parseScope('offline_access')).toMatchObject({ kind: 'offline', name: 'offline_access' });
    expect(parseScope('online_access')).toMatchObject({ kind: 'offline', name: 'online_access' });
    expect(parseScope('https://example.org/scopes/x')).toMatchObject({ kind: 'custom' });
    expect(parseScope('urn:example:x')).toMatchObject({ kind: 'custom' });
    expect(parseScope('__pilot')).toMatchObject({ kind: 'custom' });
  });

  for (const text of [
    'launch/',
    'launch/Patient',
    'launch/patient/x',
    'launch?role=x',
    'launch/patient?role=',
    'launch/patient?role=%zz',
    'launch/patient?role=a&role=b',
    'launch/patient?x=y',
    'fhiruser',
    'OpenID',
    'offline',
    '__',
    'email',
    'user:Observation.read',
    'https://',
  ]) {
    test(`${text} is invalid`, () => expect(parseScope(text).kind).toBe('invalid'));
  }

  test('a list is split at spaces, once each, and frozen', () => {
    expect(parseScopes('')).toEqual([]);
    const scopes = parseScopes('openid  patient/*.rs openid bad');
    expect(scopes.map(({ kind }) => kind)).toEqual(['identity', 'resource', 'invalid']);
    expect(Object.isFrozen(scopes) && scopes.every(Object.isFrozen)).toBe(true);
  });
});

test('R-100 a scope covers its own type and letters only', () => {
  const scopes = parseScopes('patient/Observation.rs user/Condition.write user/*.s openid patient/Encounter.sr');
  const covering = (action: 'c' | 'r' | 'u' | 'd' | 's', type: string) =>
    scopeCovers(scopes, action, type).map(({ text }) => text);
  expect(covering('r', 'Observation')).toEqual(['patient/Observation.rs']);
  expect(covering('s', 'Observation')).toEqual(['patient/Observation.rs', 'user/*.s']);
  expect(covering('c', 'Observation')).toEqual([]);
  expect(covering('r', 'Condition')).toEqual([]);
  expect(covering('u', 'Condition')).toEqual(['user/Condition.write']);
  expect(covering('r', 'Encounter')).toEqual([]);
  expect(covering('r', '*')).toEqual([]);
});

describe.skipIf(!existsSync(corpus))('scopes seen in the wild (skipped where ../shared/data is absent)', () => {
  const { cases } = existsSync(corpus) ? JSON.parse(readFileSync(corpus, 'utf8')) : { cases: [] };
  /** Everything that is not a plain `context/Type.actions`, with what it must be. */
  const special: Readonly<Record<string, 'invalid' | Readonly<Record<string, string>>>> = {
    'patient/*.readx': 'invalid',
    'patient/Observation.rs?category=': 'invalid',
    'patient/*.s?_tag=8d245743-e7ff-425d-b065-33e8886c60e8': { _tag: '8d245743-e7ff-425d-b065-33e8886c60e8' },
    'patient/*.s?_type=Appointment': { _type: 'Appointment' },
    'patient/*.s?_type=Observation': { _type: 'Observation' },
    'patient/Basic.cuds?code=https://myapp.example.org': { code: 'https://myapp.example.org' },
    'patient/Basic.s?code=https://app': { code: 'https://app' },
    'patient/Basic.s?code=https://myapp.example.org': { code: 'https://myapp.example.org' },
    'patient/Coverage.s?status=active': { status: 'active' },
    'patient/DiagnosticReport.s?status=final': { status: 'final' },
    'patient/Encounter.s?status=finished&class=IMP': { status: 'finished', class: 'IMP' },
    'patient/Encounter.s?status=triaged': { status: 'triaged' },
    'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category': {
      category: 'http://terminology.hl7.org/CodeSystem/observation-category',
    },
    'patient/Observation.s?code=http://loinc.org': { code: 'http://loinc.org' },
    'patient/Observation.s?date=gt2000-01-01': { date: 'gt2000-01-01' },
    'patient/Observation.s?date=lt2000-01-01': { date: 'lt2000-01-01' },
    'patient/Observation.s?status=registered': { status: 'registered' },
    'patient/Patient.s?birthdate=eb2000-01-01': { birthdate: 'eb2000-01-01' },
    'patient/Patient.s?birthdate=eq1981-07-02': { birthdate: 'eq1981-07-02' },
    'patient/Patient.s?birthdate=ge1981-07-02': { birthdate: 'ge1981-07-02' },
    'patient/Patient.s?birthdate=gt1980-01-01': { birthdate: 'gt1980-01-01' },
    'patient/Patient.s?birthdate=gt2000-01-01': { birthdate: 'gt2000-01-01' },
    'patient/Patient.s?birthdate=le1970-01-01': { birthdate: 'le1970-01-01' },
    'patient/Patient.s?birthdate=le1981-07-02': { birthdate: 'le1981-07-02' },
    'patient/Patient.s?birthdate=lt1970-01-01': { birthdate: 'lt1970-01-01' },
    'patient/Patient.s?birthdate=ne2000-01-01': { birthdate: 'ne2000-01-01' },
    'patient/Patient.s?birthdate=sa1980-01-01': { birthdate: 'sa1980-01-01' },
    // One parameter: the ampersand is encoded, so it belongs to the name that is searched for.
    'patient/Patient.s?name=smartUserClient%26gender=male': { name: 'smartUserClient&gender=male' },
    'patient/Practitioner.s?gender=female': { gender: 'female' },
    'patient/Practitioner.s?name=SmartPract&gender=female': { name: 'SmartPract', gender: 'female' },
    'user/Basic.s?code=https://app': { code: 'https://app' },
    'user/Basic.s?code=https://myapp.example.org': { code: 'https://myapp.example.org' },
  };
  const meaning: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

  test('R-101 there are 161, and every special one is among them', () => {
    expect(cases).toHaveLength(161);
    const texts = new Set(cases.map(({ scope }: { scope: string }) => scope));
    expect(Object.keys(special).filter((text) => !texts.has(text))).toEqual([]);
  });

  for (const { scope: text } of cases as { scope: string }[]) {
    test(`R-101 ${text}`, () => {
      const scope = parseScope(text);
      const expected = special[text] ?? {};
      if (expected === 'invalid') return expect(scope.kind).toBe('invalid');
      const [head] = text.split('?');
      const [context, rest] = head!.split('/');
      const [type, suffix] = rest!.split('.');
      expect(scope).toEqual({
        kind: 'resource',
        text,
        context,
        type,
        actions: meaning[suffix!] ?? suffix,
        version: meaning[suffix!] === undefined ? 2 : 1,
        parameters: Object.entries(expected).map(([name, value]) => ({ name, value })),
      });
    });
  }
});
