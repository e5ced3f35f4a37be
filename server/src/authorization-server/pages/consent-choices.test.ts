import { narrow, parseScopes } from '@fireguard/engine';
import { expect, test } from 'vitest';
import { negotiateScope } from '../negotiate-scope.ts';
import { consentChoices } from './consent-choices.ts';
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
  expect(results?.kinds?.of).toBe('patient/Observation.rs');
  for (const { value } of results?.kinds?.choices ?? []) {
    expect(narrow(asked, parseScopes(value))).toEqual([value]);
    expect(negotiateScope(value, value, 'user')).toEqual([value]);
  }
  const everything = groups[2]?.choices[0];
  expect(everything?.kinds?.of).toBe('user/*.rs');
  for (const { value } of everything?.kinds?.choices ?? []) expect(narrow(asked, parseScopes(value))).toEqual(value.split(' '));
});
