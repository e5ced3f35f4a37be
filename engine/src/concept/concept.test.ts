import { expect, test } from 'vitest';
import { codeSystem } from './code-system.ts';
import { isTranslated, translations } from './concept-map.ts';
import type { Plain } from './plain.ts';
import { codesIn, type Known, neededBy } from './value-set.ts';

const animals: Plain = {
  resourceType: 'CodeSystem',
  url: 'urn:animals',
  version: '1',
  content: 'complete',
  concept: [
    {
      code: 'mammal',
      display: 'Mammal',
      property: [{ code: 'notSelectable', valueBoolean: true }],
      concept: [
        { code: 'dog', display: 'Dog', property: [{ code: 'legs', valueInteger: 4 }] },
        { code: 'bat', display: 'Bat', property: [{ code: 'legs', valueInteger: 2 }] },
        { code: 'dodo', display: 'Dodo', property: [{ code: 'inactive', valueBoolean: true }] },
      ],
    },
    { code: 'pet', display: 'Pet' },
    {
      code: 'cat',
      display: 'Cat',
      property: [
        { code: 'parent', valueCode: 'pet' },
        { code: 'parent', valueCode: 'mammal' },
      ],
    },
  ],
};

function known(sets: Readonly<Record<string, Plain>> = {}, systems: readonly Plain[] = [animals]): Known {
  return {
    codeSystem: (canonical) => codeSystem(systems.find(({ url }) => url === canonical) ?? {}),
    valueSet: (canonical) => sets[canonical]!,
    worked: new Map(),
  };
}
const codes = (compose: object, sets?: Readonly<Record<string, Plain>>) =>
  codesIn({ resourceType: 'ValueSet', compose: compose as Plain }, known(sets)).map(({ code }) => code);
const include = (filter?: object, more: object = {}) => ({
  include: [{ system: 'urn:animals', ...(filter === undefined ? {} : { filter: [filter] }), ...more }],
});

test.each([
  ['all', undefined, ['mammal', 'dog', 'bat', 'dodo', 'pet', 'cat']],
  ['is-a', { property: 'concept', op: 'is-a', value: 'mammal' }, ['mammal', 'dog', 'bat', 'dodo', 'cat']],
  ['descendent-of', { property: 'code', op: 'descendent-of', value: 'pet' }, ['cat']],
  ['is-not-a', { property: 'concept', op: 'is-not-a', value: 'mammal' }, ['pet']],
  ['=', { property: 'legs', op: '=', value: '4' }, ['dog']],
  ['in', { property: 'legs', op: 'in', value: '2, 3' }, ['bat']],
  ['not-in', { property: 'concept', op: 'not-in', value: 'mammal,dog,bat,dodo' }, ['pet', 'cat']],
  ['exists', { property: 'legs', op: 'exists', value: 'false' }, ['mammal', 'dodo', 'pet', 'cat']],
  ['= parent', { property: 'parent', op: '=', value: 'pet' }, ['cat']],
])('a filter %s', (_name, filter, wanted) => {
  expect(codes(include(filter))).toEqual(wanted);
});

test.each([
  ['a regular expression', include({ property: 'code', op: 'regex', value: '(a+)+$' })],
  ['an unknown operator', include({ property: 'code', op: 'near', value: 'dog' })],
  ['a filter without a value', include({ property: 'code', op: '=' })],
  ['a code that is not there', include({ property: 'concept', op: 'is-a', value: 'fish' })],
  ['a part that includes nothing', { include: [{}] }],
  ['codes and a filter at once', include({ property: 'code', op: '=', value: 'dog' }, { concept: [{ code: 'dog' }] })],
])('%s is not guessed', (_name, compose) => {
  expect(() => codes(compose)).toThrow('is not here, or does not say it');
});

test('sets are intersected, excluded, and worked out once however often they are imported', () => {
  const mammals: Plain = { compose: include({ property: 'concept', op: 'is-a', value: 'mammal' }) as unknown as Plain };
  const legs: Plain = { compose: include({ property: 'legs', op: 'exists', value: 'true' }) as unknown as Plain };
  const sets = { 'urn:m': mammals, 'urn:l': legs };
  expect(codes({ include: [{ valueSet: ['urn:m', 'urn:l'] }] }, sets)).toEqual(['dog', 'bat']);
  expect(codes({ include: [{ system: 'urn:animals', valueSet: ['urn:l'] }] }, sets)).toEqual(['dog', 'bat']);
  expect(codes({ include: [{ valueSet: ['urn:m'] }], exclude: [{ valueSet: ['urn:l'] }] }, sets)).toEqual([
    'mammal',
    'dodo',
    'cat',
  ]);
  expect(codes({ ...include(), inactive: false })).not.toContain('dodo');
  expect(neededBy({ compose: { include: [{ system: 'urn:a', version: '2' }, { valueSet: ['urn:v'] }] } })).toEqual({
    codeSystems: ['urn:a|2'],
    valueSets: ['urn:v'],
  });
});

test('sets that import each other end', () => {
  const a: Plain = { compose: { include: [{ valueSet: ['urn:b'] }] } };
  const b: Plain = { compose: { include: [{ valueSet: ['urn:a'] }] } };
  expect(() => codes({ include: [{ valueSet: ['urn:a'] }] }, { 'urn:a': a, 'urn:b': b })).toThrow();
});

test.each([['fragment'], ['example'], ['not-present'], ['supplement'], [undefined]])(
  'a code system whose content is %s is not taken for the whole',
  (content) => {
    expect(() => codeSystem({ ...animals, ...(content === undefined ? { content: null } : { content }) })).toThrow();
  },
);

test('a hierarchy that means something else has no kinds', () => {
  const parts = codeSystem({ ...animals, hierarchyMeaning: 'part-of' });
  expect(() => parts.above('dog')).toThrow();
  expect(codeSystem({ ...animals, caseSensitive: false }).find('DOG')?.code).toBe('dog');
  expect(codeSystem(animals).find('DOG')).toBeUndefined();
});

test('a stored expansion counts only when it is whole', () => {
  const contains = [{ system: 'urn:a', code: '1', contains: [{ system: 'urn:a', code: '2' }] }];
  expect(codesIn({ expansion: { contains } }, known()).map(({ code }) => code)).toEqual(['1', '2']);
  expect(() => codesIn({ expansion: { total: 7, contains } }, known())).toThrow();
  expect(() => codesIn({ expansion: { offset: 0, contains } }, known())).toThrow();
  expect(() => codesIn({}, known())).toThrow();
});

test('a map, forwards and backwards', () => {
  const map: Plain = {
    group: [
      {
        source: 'urn:a|3',
        target: 'urn:b',
        element: [
          { code: '1', target: [{ code: 'x', equivalence: 'equivalent' }] },
          { code: '2', target: [{ equivalence: 'unmatched' }] },
          { code: '3', target: [{ code: 'y', equivalence: 'wider', dependsOn: [{ property: 'p', value: 'v' }] }] },
        ],
        unmapped: { mode: 'fixed', code: 'other' },
      },
    ],
  };
  const asked = { system: 'urn:a', reverse: false, into: undefined };
  expect(translations(map, { ...asked, code: '1' })).toEqual([
    { relation: 'equivalent', system: 'urn:b', code: 'x', display: undefined },
  ]);
  expect(translations(map, { ...asked, code: '2' }).some(isTranslated)).toBe(false);
  expect(() => translations(map, { ...asked, code: '3' })).toThrow();
  expect(translations(map, { ...asked, code: '9' })[0]).toMatchObject({ relation: 'inexact', code: 'other' });
  expect(translations(map, { ...asked, code: '1', into: 'urn:c' })).toEqual([]);
  expect(translations(map, { system: 'urn:b', code: 'x', reverse: true, into: undefined })[0]).toMatchObject({ code: '1' });
  expect(() =>
    translations({ group: [{ source: 'urn:a', unmapped: { mode: 'other-map', url: 'urn:m' } }] }, { ...asked, code: '1' }),
  ).toThrow();
});
