import { describe, expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { compileLabelRules } from './compile-label-rules.ts';
import { labelRulesSchema } from './label-rules-schema.ts';

const rule = { id: 'it', description: 'A rule of the test.', words: ['something'], labels: ['HIV'] };
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const document = (...rules: object[]) => ({ labelRules: 't', version: 1, rules });

function fault(...documents: unknown[]): string {
  try {
    compileLabelRules(documents);
    return '';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.detail ?? '';
  }
}

describe('label rules that cannot be used are refused, with the place', () => {
  test.each([
    ['an unknown key', document({ ...rule, word: ['x'] }), /rules\[0\]\.word: unknown key/],
    ['nothing asked for', document({ ...rule, words: undefined }), /would label everything/],
    ['an unknown label', document({ ...rule, labels: ['HIVV'] }), /no label HIVV/],
    ['a label of nobody', document({ ...rule, labels: ['http://x|y'] }), /no label/],
    [
      'a retired confidentiality',
      document({ ...rule, labels: ['http://terminology.hl7.org/CodeSystem/v3-Confidentiality|PSY'] }),
      /no label/,
    ],
    ['a code without a system', document({ ...rule, codes: ['F10'] }), /as system\|code/],
    ['a beginning that means half of a system', document({ ...rule, codes: ['icd10|F*'] }), /too short/],
    ['a word of two letters', document({ ...rule, words: ['ab'] }), /three letters/],
    ['a value set that is not loaded', document({ ...rule, valueSets: ['http://x'] }), /there is no value set/],
    ['two rules of one name', document(rule, rule), /two rules are called it/],
    ['an empty list', document({ ...rule, labels: [] }), /not empty/],
    ['no version', { labelRules: 't', rules: [rule] }, /version: is missing/],
    ['unrestricted as the default', { ...document(rule), default: 'U' }, /one of: L, M, N, R, V/],
    ['no document', 'x', /write an object/],
    ['a meaning of an HL7 label', { ...document(rule), meanings: { [`${ACT}|HIV`]: ['N'] } }, /not HL7's/],
    ['a meaning of a code without a system', { ...document(rule), meanings: { green: ['N'] } }, /as system\|code/],
    ['a meaning that is no label', { ...document(rule), meanings: { 'http://x|y': ['GREEN'] } }, /no label GREEN/],
    ['a meaning below normal', { ...document(rule), meanings: { 'http://x|y': ['U'] } }, /normal confidentiality at least/],
    ['a meaning of nothing', { ...document(rule), meanings: { 'http://x|y': [] } }, /not empty/],
    ['meanings in a list', { ...document(rule), meanings: ['http://x|y'] }, /write an object/],
  ])('%s', (_, written, wanted) => expect(fault(written)).toMatch(wanted));

  test('one label with two meanings', () => {
    const meanings = { 'http://x|y': ['N'] };
    expect(fault({ ...document(rule), meanings }, { ...document(), meanings })).toMatch(/two meanings/);
  });

  test('the same name in two documents as well', () =>
    expect(fault(document(rule), document(rule))).toMatch(/documents\[1\].*two rules/));
});

test('R-206 the published schema knows the keys that are checked, and no others', () => {
  const { properties } = labelRulesSchema;
  const full = Object.fromEntries(Object.keys(properties.rules.items.properties).map((key) => [key, ['R']]));
  expect(
    fault({
      ...document({ ...full, ...rule, codes: ['loinc|1-8'], valueSets: ['http://x'] }),
      default: 'N',
      veryRestricted: ['SDV'],
    }),
  ).toMatch(/there is no value set/);
  for (const key of Object.keys(properties.rules.items.properties))
    expect(fault(document({ ...rule, [key]: 7 })), key).not.toMatch(/unknown key/);
  for (const key of Object.keys(properties)) expect(fault({ ...document(rule), [key]: {} }), key).not.toMatch(/unknown key/);
  expect(fault(document({ ...rule, more: 1 }))).toContain(
    `known here: ${Object.keys(properties.rules.items.properties).join(', ')}`,
  );
});
