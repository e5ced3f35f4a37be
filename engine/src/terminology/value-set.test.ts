import { expect, test } from 'vitest';
import { Problem } from '../problem.ts';
import { valueSets } from './value-set.ts';

const include = (...codes: string[]) => ({ system: 's', concept: codes.map((code) => ({ code })) });
const set = (url: string, more: object) => ({ resourceType: 'ValueSet', url, ...more });

test('the codes of definitions, expansions, imports and exclusions', () => {
  const found = valueSets([
    set('a', { compose: { include: [include('1', '2')], exclude: [include('2')] } }),
    set('b', {
      version: '3',
      expansion: {
        total: 3,
        contains: [
          {
            abstract: true,
            system: 's',
            code: 'g',
            contains: [
              { system: 's', code: '4' },
              { system: 't', code: '5' },
            ],
          },
        ],
      },
    }),
    {
      resourceType: 'Bundle',
      entry: [
        { resource: set('c', { compose: { include: [{ valueSet: ['a'] }, include('9')] } }) },
        { resource: { resourceType: 'CodeSystem' } },
      ],
    },
    set('d', { compose: { include: [{ ...include('1', '9'), valueSet: ['c'] }] } }),
  ]);
  expect(Object.fromEntries([...found].map(([url, codes]) => [url, [...codes]]))).toEqual({
    a: ['s|1'],
    b: ['s|4', 't|5'],
    'b|3': ['s|4', 't|5'],
    c: ['s|1', 's|9'],
    d: ['s|1', 's|9'],
  });
});

test.each<[string, unknown, RegExp]>([
  ['a filter', set('a', { compose: { include: [{ system: 's', filter: [{ property: 'concept' }] }] } }), /load it expanded/],
  ['a whole system', set('a', { compose: { include: [{ system: 's' }] } }), /takes all of s/],
  [
    'a part of an expansion',
    set('a', { expansion: { total: 2, contains: [{ system: 's', code: '1' }] } }),
    /in part only \(1 of 2\)/,
  ],
  ['an import that is missing', set('a', { compose: { include: [{ valueSet: ['z'] }] } }), /not among those given/],
  ['itself', set('a', { compose: { include: [{ valueSet: ['a'] }] } }), /imports itself/],
  ['nothing', set('a', {}), /neither expansion nor definition/],
  ['no url', { resourceType: 'ValueSet' }, /no url/],
  ['another resource', { resourceType: 'Patient' }, /expected a ValueSet/],
  ['text', 'x', /no FHIR resource/],
])('%s is refused', (_, resource, message) => {
  expect(() => valueSets([resource])).toThrow(Problem);
  try {
    valueSets([resource]);
  } catch (error) {
    expect((error as Problem).detail).toMatch(message);
  }
});
