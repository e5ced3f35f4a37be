import { narrow, parseScopes, r4 } from '@fireguard/engine';
import { expect, test } from 'vitest';
import { negotiateScope } from '../negotiate-scope.ts';
import { consentChoices } from './consent-choices.ts';
import { kindsOfTypes } from './record-parts.ts';
import { texts } from './texts.ts';

const asked = parseScopes(
  'openid patient/Patient.rs patient/MedicationRequest.rs patient/MedicationStatement.r patient/Observation.cruds user/*.rs patient/Basic.r',
);
const groups = consentChoices(asked, texts);
const values = groups.flatMap(({ choices }) => choices.map(({ value }) => value));

test('reading and writing are chosen apart, in words', () => {
  expect(groups.map(({ legend, choices }) => [legend, choices.map(({ label }) => label)])).toEqual([
    ['It may see', ['Personal details', 'Medicines', 'Test results', 'Basic']],
    ['It may add or change', ['Test results']],
    ['It may see, of every record that you may open', ['Everything']],
  ]);
  expect(groups[1]?.choices[0]?.hint).toBe('It can add, change and delete.');
});

test('everything ticked is exactly what was asked', () => {
  expect(narrow(asked, parseScopes(`openid ${values.join(' ')}`))).toEqual(asked.map(({ text }) => text));
});

test('reading without writing is less than what was asked', () => {
  expect(narrow(asked, parseScopes('patient/Observation.rs'))).toEqual(['patient/Observation.rs']);
});

test('granular scopes stand for themselves', () => {
  const text = 'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory';
  const [group] = consentChoices(parseScopes(text), texts);
  expect(group?.choices).toEqual([{ label: 'Test results', hint: 'Only laboratory results', value: text, kinds: undefined }]);
});

test('kinds are narrower scopes that the gateway enforces, of what was asked and nothing else', () => {
  const results = groups[0]?.choices.find(({ label }) => label === 'Test results');
  for (const { value } of results?.kinds ?? []) {
    expect(narrow(asked, parseScopes(value))).toEqual([value]);
    expect(negotiateScope(value, value, 'user', r4())).toEqual([value]);
  }
  const everything = groups[2]?.choices[0];
  for (const { value } of everything?.kinds ?? []) expect(narrow(asked, parseScopes(value))).toEqual(value.split(' '));
});

test('R-102 types of one part can be told apart, also where the app may write', () => {
  const [see, change] = consentChoices(parseScopes('patient/Condition.cruds patient/AllergyIntolerance.cruds'), texts);
  expect(see?.choices[0]?.kinds?.map(({ label }) => label)).toEqual([
    'Diagnoses and problems',
    'Diagnoses and problems: the problem list',
    'Diagnoses and problems: diagnoses made at visits',
    'Diagnoses and problems: health concerns',
    'Allergies',
  ]);
  expect(change?.choices[0]?.kinds?.map(({ value }) => value)).toEqual([
    'patient/Condition.cud',
    'patient/AllergyIntolerance.cud',
  ]);
});

test.each(Object.keys(kindsOfTypes))(
  'every kind of %s that US Core names can be chosen, has words, and is enforced',
  (type) => {
    const asked = `patient/${type}.rs`;
    const kinds = consentChoices(parseScopes(asked), texts)[0]?.choices[0]?.kinds ?? [];
    expect(kinds.length).toBe(kindsOfTypes[type]?.length);
    for (const { label, value } of kinds) {
      expect(label).toMatch(/^\p{Lu}[\p{L},’ ]+$/u);
      expect(negotiateScope(value, asked, 'user', r4())).toEqual([value]);
      // As an app that asks for it would have it read to its person.
      const [group] = consentChoices(parseScopes(value), texts);
      expect(group?.choices[0]?.hint.toLowerCase()).toBe(`only ${label.toLowerCase()}`);
    }
  },
);

test.each([
  ['date=ge2024-01-01', 'Only date: from 2024-01-01'],
  ['code=http://loinc.org|4548-4,http://loinc.org|2339-0', 'Only code: 4548-4 or 2339-0'],
  ['_security:not=http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R', 'Only label: not R'],
  ['category=laboratory&status=final', 'Only laboratory results, state: final'],
])('a constraint on Observation by %s reads %j', (constraint, hint) => {
  const [group] = consentChoices(parseScopes(`patient/Observation.rs?${constraint}`), texts);
  expect(group?.choices[0]?.hint).toBe(hint);
});
