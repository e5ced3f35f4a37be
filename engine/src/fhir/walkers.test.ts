import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scan } from '../json/scan.ts';
import { elementNodes, elementPath } from './element-path.ts';
import { isId } from './id.ts';
import { referenceKey } from './reference.ts';

const bases = ['https://ours.example/fhir', 'http://127.0.0.1:8081/fhir'];

describe('references', () => {
  test.each([
    ['Patient/1', 'Patient', '1'],
    ['Patient/a-b.C', 'Patient', 'a-b.C'],
    ['Patient/1/_history/2', 'Patient', '1'],
    ['https://ours.example/fhir/Patient/1', 'Patient', '1'],
    ['http://127.0.0.1:8081/fhir/Patient/1/_history/2', 'Patient', '1'],
    ['Nonsense/1', 'Nonsense', '1'],
  ])('%s', (text, type, id) => {
    expect(referenceKey(text, bases)).toEqual({ type, id });
  });

  test.each([
    '',
    'Patient',
    'Patient/',
    '/Patient/1',
    'Patient/1/',
    'Patient//1',
    'patient/1',
    'Patient/..',
    'Patient/.',
    'Patient/a b',
    'Patient/%31',
    'Patient/1?x',
    'Patient/1#x',
    '#p',
    'urn:uuid:1',
    'Patient?identifier=1',
    'Patient/1/_history',
    'Patient/1/_history/',
    'Patient/1/_history/..',
    'Patient/1/other/2',
    'Patient/1/_history/2/3',
    'https://ours.example/fhir',
    'https://ours.example/fhir/',
    'https://ours.example/fhir//Patient/1',
    'https://ours.example/fhirPatient/1',
    'https://ours.example/fhir2/Patient/1',
    'https://other.example/fhir/Patient/1',
    'https://OURS.example/fhir/Patient/1',
    'https://ours.example/fhir/https://ours.example/fhir/Patient/1',
    `Patient/${'a'.repeat(65)}`,
    `${'A'.repeat(65)}/1`,
  ])('%s is nobody of ours', (text) => {
    expect(referenceKey(text, bases)).toBeUndefined();
  });

  test('whatever is found is written as Type/id', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.stringMatching(/^[A-Z][a-z]+\/[A-Za-z0-9.-]{1,70}$/)), (text) => {
        const key = referenceKey(text, bases);
        if (key !== undefined) expect(text).toContain(`${key.type}/${key.id}`);
        if (key !== undefined) expect(isId(key.id)).toBe(true);
      }),
    );
  });
});

test('ids', () => {
  for (const text of ['1', 'a', 'A-b.9', '...', 'a'.repeat(64)]) expect(isId(text), text).toBe(true);
  for (const text of ['', '.', '..', 'a_b', 'a/b', 'ä', 'a b', 'a\n', 'a'.repeat(65)]) expect(isId(text), text).toBe(false);
});

describe('element paths', () => {
  const json = scan(new TextEncoder().encode('{"a":[{"b":1},{"b":[2,[3]]},{"c":4},5],"d":{"e":null},"f":[]}'));
  const values = (path: string): readonly string[] => elementNodes(json, json.root, path).map((node) => json.raw(node));

  test('arrays on the way and at the end are walked', () => {
    expect(values('a.b')).toEqual(['1', '2', '3']);
    expect(values('a')).toEqual(['{"b":1}', '{"b":[2,[3]]}', '{"c":4}', '5']);
    expect(values('d.e')).toEqual(['null']);
    expect(values('f')).toEqual([]);
    expect(values('a.b.c')).toEqual([]);
    expect(values('x.y')).toEqual([]);
  });

  test('a prepared path gives the same', () => {
    expect(elementNodes(json, json.root, elementPath('a.b'))).toEqual(elementNodes(json, json.root, 'a.b'));
  });
});
