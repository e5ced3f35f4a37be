/** FHIR R4 search.html#ptypes, case by case: what the specification's own examples say, and where a mask would change the meaning. */
import { describe, expect, test } from 'vitest';
import { r4 } from '../fhir/r4.ts';
import { scan } from '../json/scan.ts';
import { parseCriterion } from '../request/criterion.ts';
import { matcherFor } from './matcher.ts';

const tables = r4();
const approximateAt = Date.parse('2024-01-01T00:00:00Z');
const bases = ['https://guard.example/fhir', 'http://upstream/fhir'];

function matches(type: string, query: string, resource: object, foldsAccents = false): boolean | undefined {
  const [name = '', value = ''] = query.split(/=(.*)/s);
  const facts = tables.types.get(type)!;
  const criterion = parseCriterion({ name, value }, [facts], tables)!;
  const matcher = matcherFor(criterion, facts, { bases, foldsAccents, bareCodes: 'any-system', approximateAt });
  const document = scan(new TextEncoder().encode(JSON.stringify({ resourceType: type, id: 'x', ...resource })));
  return matcher?.(document, document.root);
}

type Case = readonly [query: string, resource: object, wanted: boolean | undefined];
const cases = (type: string, list: readonly Case[]) =>
  test.each(list)(`${type}?%s with %j: %s`, (query, resource, wanted) => expect(matches(type, query, resource)).toBe(wanted));

describe('token', () => {
  const coded = { code: { coding: [{ system: 'http://l', code: 'a' }, { code: 'b' }] } };
  cases('Observation', [
    ['code=a', coded, true],
    ['code=http://l|a', coded, true],
    ['code=http://m|a', coded, false],
    ['code=|a', coded, false],
    ['code=|b', coded, true],
    ['code=http://l|', coded, true],
    ['code=http://m|', coded, false],
    ['code=A', coded, false],
    ['code=x,a', coded, true],
    ['code:not=a', coded, false],
    ['code:not=x', coded, true],
    ['code:not=x', {}, true],
    ['code:missing=true', {}, true],
    ['code:missing=true', { code: { text: 'only words' } }, false],
    ['code:missing=true', { code: { coding: [] } }, true],
    ['code:missing=false', coded, true],
    ['status=http://any|final', { status: 'final' }, true],
    ['_id=x', {}, true],
    ['_id=y', {}, false],
    ['_tag=t', { meta: { tag: [{ code: 't' }] } }, true],
    ['code:text=Glu', { code: { text: 'glucose in blood' } }, true],
    ['code:text=Glu', { code: { coding: [{ code: 'a' }], text: 'glucose in blood' } }, true],
    ['code:text=blood', { code: { coding: [{ code: 'a' }], text: 'glucose in blood' } }, false],
    ['code:text=glu', { code: { coding: [{ code: 'a', display: 'Glucose' }] } }, true],
    ['code:below=a', coded, undefined],
  ]);
  cases('Patient', [
    ['identifier=http://i|5', { identifier: [{ system: 'http://i', value: '5' }] }, true],
    ['identifier=|5', { identifier: [{ system: 'http://i', value: '5' }] }, false],
    ['identifier=|5', { identifier: [{ value: '5' }] }, true],
    [
      'identifier:of-type=http://t|MR|5',
      { identifier: [{ type: { coding: [{ system: 'http://t', code: 'MR' }] }, value: '5' }] },
      true,
    ],
    [
      'identifier:of-type=http://t|MR|5',
      { identifier: [{ type: { coding: [{ system: 'http://t', code: 'SS' }] }, value: '5' }] },
      false,
    ],
    ['identifier:of-type=http://t|MR|5', { identifier: [{ value: '5' }] }, false],
    ['identifier:text=med', { identifier: [{ type: { text: 'Medical record' }, value: '5' }] }, true],
    ['telecom=5', { telecom: [{ system: 'phone', value: '5' }] }, true],
    ['phone=5', { telecom: [{ system: 'email', value: '5' }] }, false],
    ['phone=5', { telecom: [{ system: 'phone', value: '5' }] }, true],
    ['active=true', { active: true }, true],
    ['deceased=false', {}, true],
    ['deceased=false', { deceasedBoolean: false }, true],
    ['deceased=true', { deceasedDateTime: '2020' }, true],
    ['phonetic=x', { name: [{ family: 'x' }] }, undefined],
  ]);
});

describe('string', () => {
  cases('Patient', [
    ['name=smi', { name: [{ family: 'Smith' }] }, true],
    ['name=ith', { name: [{ family: 'Smith' }] }, false],
    ['name:contains=ITH', { name: [{ given: ['A', 'Smith'] }] }, true],
    ['name:exact=smith', { name: [{ family: 'Smith' }] }, false],
    ['family=Sm', { name: [{ given: ['Smith'] }] }, false],
    ['address-city=par', { address: [{ city: 'Paris' }] }, true],
    ['address=10', { address: [{ line: ['10 Road'] }] }, true],
    ['name=Ada', { name: [{ given: ['Äda'] }] }, false],
  ]);
  test('folds accents where the server behind does', () =>
    expect(matches('Patient', 'name=Ada', { name: [{ given: ['Äda'] }] }, true)).toBe(true));
});

describe('date', () => {
  const on = (effectiveDateTime: string) => ({ effectiveDateTime });
  cases('Observation', [
    ['date=2013-01-14', on('2013-01-14T10:00:00Z'), true],
    ['date=2013-01-14', on('2013-01'), false],
    ['date=ne2013-01-14', on('2013-01-15T00:00:00Z'), true],
    ['date=lt2013-01-14', on('2013-01-13T23:59:59Z'), true],
    ['date=gt2013-01-14', on('2013-01-15'), true],
    ['date=gt2013-01-14', on('2013-01-14T23:00:00Z'), false],
    ['date=ge2013-03-14', { effectivePeriod: { start: '2013-01-21' } }, true],
    ['date=le2013-03-14', { effectivePeriod: { start: '2013-01-21' } }, true],
    ['date=sa2013-03-14', { effectivePeriod: { start: '2013-01-21' } }, false],
    ['date=sa2013-03-14', { effectivePeriod: { start: '2013-06-21' } }, true],
    ['date=eb2013-03-14', { effectivePeriod: { end: '2013-01-21' } }, true],
    ['date=ge2013-03-14', { effectivePeriod: { start: '2013-01-21', end: '2013-02-01' } }, false],
    ['date:missing=true', { effectivePeriod: {} }, true],
    ['date=ap2013', { effectiveDateTime: '2013' }, true],
    ['date=ap2013', { effectiveDateTime: '2014-06' }, true],
    ['date=ap2013', { effectiveDateTime: '2016' }, false],
    ['date=2013', { effectiveTiming: { event: ['2013-05-01'] } }, true],
  ]);
});

describe('number and quantity', () => {
  const of = (value: number, more: object = {}) => ({ valueQuantity: { value, ...more } });
  cases('Observation', [
    ['value-quantity=5.4', of(5.44), true],
    ['value-quantity=5.4', of(5.45), false],
    ['value-quantity=5.40', of(5.41), false],
    ['value-quantity=ne5.4', of(5.4), false],
    ['value-quantity=gt5.4', of(5.41), true],
    ['value-quantity=5.4|http://u|mg', of(5.4, { system: 'http://u', code: 'mg' }), true],
    ['value-quantity=5.4|http://u|mg', of(5.4, { system: 'http://u' }), false],
    ['value-quantity=5.4||mg', of(5.4, { unit: 'mg' }), true],
    ['value-quantity=1e2', of(130), true],
  ]);
  cases('RiskAssessment', [['probability=gt0.8', { prediction: [{ probabilityDecimal: 0.9 }] }, true]]);
});

describe('reference, uri, composite', () => {
  cases('Observation', [
    ['subject=Patient/p', { subject: { reference: 'Patient/p' } }, true],
    ['subject=p', { subject: { reference: 'Patient/p/_history/2' } }, true],
    ['subject=Patient/p', { subject: { reference: 'http://upstream/fhir/Patient/p' } }, true],
    ['subject=https://guard.example/fhir/Patient/p', { subject: { reference: 'Patient/p' } }, true],
    ['subject=Patient/p', { subject: { reference: 'http://elsewhere/Patient/p' } }, false],
    ['subject:Patient=p', { subject: { reference: 'Group/p' } }, false],
    ['subject:identifier=s|5', { subject: { identifier: { system: 's', value: '5' } } }, true],
    ['patient:missing=true', { subject: { reference: 'Group/g' } }, true],
    ['subject:missing=true', { subject: { reference: 'Group/g' } }, false],
    ['code-value-quantity=a$5', { code: { coding: [{ code: 'a' }] }, valueQuantity: { value: 5 } }, true],
    ['code-value-quantity=a$6', { code: { coding: [{ code: 'a' }] }, valueQuantity: { value: 5 } }, false],
    [
      'component-code-value-quantity=a$5',
      {
        component: [
          { code: { coding: [{ code: 'a' }] }, valueQuantity: { value: 6 } },
          { code: { coding: [{ code: 'b' }] }, valueQuantity: { value: 5 } },
        ],
      },
      false,
    ],
    [
      'combo-code-value-quantity=b$5',
      { component: [{ code: { coding: [{ code: 'b' }] }, valueQuantity: { value: 5 } }] },
      true,
    ],
  ]);
  cases('ValueSet', [
    ['url=http://v/a', { url: 'http://v/a' }, true],
    ['url=http://v/A', { url: 'http://v/a' }, false],
    ['url:below=http://v', { url: 'http://v/a' }, true],
    ['url:below=http://v', { url: 'http://va' }, false],
    ['url:above=http://v/a/b', { url: 'http://v/a' }, true],
  ]);
});
