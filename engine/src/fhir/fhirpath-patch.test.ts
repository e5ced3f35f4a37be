import { describe, expect, test } from 'vitest';
import { applyPatch } from '../json/patch.ts';
import { scan } from '../json/scan.ts';
import { asJsonPatch, fhirPathOperations, fhirPathPaths } from './fhirpath-patch.ts';

const read = (text: string) => scan(new TextEncoder().encode(text));
const patient = { version: 'R4', type: 'Patient' } as const;

type Part = Readonly<Record<string, unknown>>;
const operation = (type: string, path: string, ...more: readonly Part[]) => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...more],
});
const parameters = (...operations: readonly object[]) =>
  read(JSON.stringify({ resourceType: 'Parameters', parameter: operations }));

function patched(document: string, ...operations: readonly object[]): string {
  const patch = parameters(...operations);
  let now = read(document);
  for (const one of fhirPathOperations(patch, patient))
    now = scan(applyPatch(now, read(asJsonPatch(now, patch, one, patient))));
  return new TextDecoder().decode(now.bytes);
}
const added = (key: string, value: Part) =>
  operation('add', 'Patient', { name: 'name', valueString: key }, { name: 'value', ...value });

const two = '{"resourceType":"Patient", "name":[{"given":["A"]},{"given":["B"]}],"birthDate":"1950"}';

describe('fhirpatch.html', () => {
  test('add: a single element, a first and a further repetition, a choice', () => {
    expect(patched('{"resourceType":"Patient"}', added('birthDate', { valueDate: '1930-01-01' }))).toBe(
      '{"resourceType":"Patient","birthDate":"1930-01-01"}',
    );
    expect(patched('{"resourceType":"Patient"}', added('name', { valueHumanName: { family: 'X' } }))).toBe(
      '{"resourceType":"Patient","name":[{"family":"X"}]}',
    );
    expect(patched(two, added('name', { valueHumanName: { family: 'X' } }))).toContain('{"given":["B"]},{"family":"X"}]');
    expect(patched('{"resourceType":"Patient"}', added('deceased', { valueBoolean: true }))).toContain(
      '"deceasedBoolean":true',
    );
    expect(() => patched('{"deceasedBoolean":true}', added('deceased', { valueDateTime: '2020' }))).toThrow('applied');
  });

  test('add: what is given by its parts', () => {
    const part = [
      { name: 'name', valueHumanName: { text: 'a' } },
      { name: 'telecom', valueContactPoint: { value: '1' } },
    ];
    expect(patched('{"resourceType":"Patient"}', added('contact', { part }))).toBe(
      '{"resourceType":"Patient","contact":[{"name":{"text":"a"},"telecom":[{"value":"1"}]}]}',
    );
  });

  test('insert, delete, replace and move', () => {
    const inserted = operation(
      'insert',
      'Patient.name',
      { name: 'index', valueInteger: 1 },
      { name: 'value', valueHumanName: { text: 'x' } },
    );
    expect(patched(two, inserted)).toContain('[{"given":["A"]},{"text":"x"},{"given":["B"]}]');
    expect(patched(two, operation('delete', 'Patient.name[0]'))).toContain('"name":[{"given":["B"]}]');
    expect(patched(two, operation('delete', 'Patient.gender'))).toBe(two);
    expect(patched(two, operation('replace', 'Patient.birthDate', { name: 'value', valueDate: '1951' }))).toContain(
      '"birthDate":"1951"',
    );
    expect(patched(two, operation('replace', 'Patient.name[1].given', { name: 'value', valueString: 'C' }))).toContain(
      '{"given":["C"]}',
    );
    const move = [
      { name: 'source', valueInteger: 1 },
      { name: 'destination', valueInteger: 0 },
    ];
    expect(patched(two, operation('move', 'Patient.name', ...move))).toContain('[{"given":["B"]},{"given":["A"]}]');
  });

  test('a list goes with its last item, and a choice of another type is another member', () => {
    expect(patched('{"active":true,"name":[{"text":"a"}]}', operation('delete', 'Patient.name[0]'))).toBe('{"active":true}');
    expect(patched('{"name":[{"text":"a"}],"active":true}', operation('delete', 'Patient.name'))).toBe('{"active":true}');
    const died = operation('replace', 'Patient.deceased', { name: 'value', valueDateTime: '2020' });
    expect(patched('{"deceasedBoolean":true,"active":true}', died)).toBe('{"active":true,"deceasedDateTime":"2020"}');
    expect(patched('{"deceasedDateTime":"2019"}', died)).toBe('{"deceasedDateTime":"2020"}');
    const odd = operation('replace', 'Patient.deceased', { name: 'value', valueQuantity: {} });
    expect(() => patched('{"deceasedBoolean":true}', odd)).toThrow();
  });

  test.each([
    ['several meant as one', operation('delete', 'Patient.name')],
    ['nothing to replace', operation('replace', 'Patient.gender', { name: 'value', valueCode: 'male' })],
    [
      'no list',
      operation('insert', 'Patient.birthDate', { name: 'index', valueInteger: 0 }, { name: 'value', valueDate: '1' }),
    ],
    [
      'an index beyond',
      operation('insert', 'Patient.name', { name: 'index', valueInteger: 9 }, { name: 'value', valueHumanName: {} }),
    ],
    ['a function', operation('delete', "Patient.name.where(use='x')")],
    ['another type', operation('delete', 'Observation.status')],
    ['an unknown element', operation('delete', 'Patient.invented')],
    ['everything', operation('delete', 'Patient')],
    ['an unknown operation', operation('test', 'Patient.name')],
  ])('%s is refused', (_, one) => {
    expect(() => patched(two, one)).toThrow();
  });

  test('its paths are all that it could touch, every choice of a choice', () => {
    const paths = (...operations: readonly object[]) =>
      fhirPathPaths(fhirPathOperations(parameters(...operations), patient), patient);
    expect(paths(operation('delete', 'Patient.name[1].given'))).toEqual([['name', 'given']]);
    expect(paths(added('deceased', { valueBoolean: true }))).toEqual([['deceasedBoolean'], ['deceasedDateTime']]);
    expect(() => paths(operation('delete', 'Patient.invented'))).toThrow();
  });
});
