/** Label rules look at bytes before they decode anything: what is found must not depend on how a text is written. */
import { expect, test } from 'vitest';
import { scan } from '../json/scan.ts';
import { compileLabelRules } from './compile-label-rules.ts';
import { labelsOf } from './labels-of.ts';

const rules = compileLabelRules([
  {
    labelRules: 'test',
    version: 1,
    rules: [
      { id: 'word', description: 'A word, short and long', words: ['HIV', 'öffentlich', 'psychiatr'], labels: ['PSY'] },
      { id: 'code', description: 'A code of one system', codes: ['loinc|1234-5', 'urn:own|x'], labels: ['SUD'] },
    ],
  },
]);
const labels = (json: string) => {
  const document = scan(new TextEncoder().encode(json));
  return labelsOf(document, document.root, { rules, type: 'Observation', patients: [] }).sensitivities;
};
const concept = (text: string) => `{"resourceType":"Observation","code":{"text":${text}}}`;

test.each([
  ['"HIV test"', true],
  ['"test of hiv"', true],
  ['"test (hIv)"', true],
  ['"h\\u0069v"', true],
  ['"\\u0048IV"', true],
  ['"ein öffentlicher"', true],
  ['"é HIV"', true],
  ['"é HI"', false],
  ['"outpatient PSYCHIATRY"', true],
  ['"hives"', false],
  ['"shiv"', false],
  ['"hi"', false],
  ['""', false],
])('words in %s: %s', (text, found) => {
  expect(labels(concept(text))).toEqual(found ? ['PSY'] : []);
});

test.each([
  ['"http://loinc.org","code":"1234-5"', true],
  ['"https:\\/\\/loinc.org","code":"1234-5"', true],
  ['"loinc","code":"1234-5"', true],
  ['"urn:oid:2.16.840.1.113883.6.1","code":"\\u0031234-5"', true],
  ['"urn:own","code":"x"', true],
  ['"http://loinc.org","code":"1234-6"', false],
  ['"http://loinc.orh","code":"1234-5"', false],
])('codes in %s: %s', (coding, found) => {
  expect(labels(`{"resourceType":"Observation","code":{"coding":[{"system":${coding}}]}}`)).toEqual(found ? ['SUD'] : []);
});

test.each([
  ['Observation', ['PSY']],
  ['Patient', []],
  ['RelatedPerson', []],
  ['Person', []],
])('who a person is says nothing about what they have: a rule that names no types labels %s %j', (type, found) => {
  const document = scan(new TextEncoder().encode(`{"resourceType":"${type}","code":{"text":"HIV test"}}`));
  expect(labelsOf(document, document.root, { rules, type, patients: [] }).sensitivities).toEqual(found);
});
