/** A document that was let go, and the tape that it leaves to the next one. */
import { expect, test } from 'vitest';
import { NONE, name, names, scan } from './scan.ts';
import { TextTable } from './text-table.ts';

const encoder = new TextEncoder();
const large = (word: string, items: number) =>
  encoder.encode(`[${Array.from({ length: items }, (_, at) => `{"${word}":${at},"inner":{"list":[1,2]}}`).join()}]`);

test('nothing is told of a document that was let go, also when another uses its tape', () => {
  const first = scan(large('secret', 500));
  const inner = first.first(first.root);
  first.letGo();
  const second = scan(large('public', 500));
  for (const ask of [
    () => first.kind(first.root),
    () => first.value(inner),
    () => first.string(inner),
    () => first.member(inner, name('secret')),
    () => first.slice(inner),
    () => first.after(inner),
    () => first.keyIs(inner, name('secret')),
  ])
    expect(ask).toThrow(RangeError);
  expect(first.count).toBe(0);
  expect(first.nextNamed(0, 100, names([name('secret')]))).toBe(100);
  // Twice is no harm: the tape belongs to the other one now.
  first.letGo();
  const third = scan(large('third', 500));
  expect(second.value(second.root)).toEqual(JSON.parse(new TextDecoder().decode(second.bytes)));
  expect(third.value(third.root)).toEqual(JSON.parse(new TextDecoder().decode(third.bytes)));
});

test('a tape that was used before says the same as a new one', () => {
  const bytes = [
    large('a', 700),
    encoder.encode(`{"b":[${'{"c":[[],{}],"d":null},'.repeat(900)}0]}`),
    large('longer name', 650),
  ];
  const before = bytes.map((one) => JSON.stringify(scan(one).value(0)));
  for (let round = 0; round < 3; round++)
    for (const [at, one] of bytes.entries()) {
      const document = scan(one);
      expect(JSON.stringify(document.value(0))).toBe(before[at]);
      expect(document.next(document.root)).toBe(NONE);
      document.letGo();
    }
});

test('values are found by any of some names, in document order, at any depth', () => {
  const document = scan(encoder.encode('{"a":1,"b":{"a":2,"c":[{"d":3,"a":4}]},"d":5}'));
  const [a, d] = [name('a'), name('d')];
  const found: string[] = [];
  const wanted = names([a, d]);
  for (
    let at = document.nextNamed(1, document.count, wanted);
    at < document.count;
    at = document.nextNamed(at + 1, document.count, wanted)
  )
    if (document.keyIs(at, a) || document.keyIs(at, d)) found.push(document.raw(at));
  expect(found).toEqual(['1', '2', '3', '4', '5']);
});

test('a text is found among others whether or not it is written with escapes', () => {
  const table = new TextTable(
    new Map([
      ['http://loinc.org', 1],
      ['ü', 2],
      ['', 3],
    ]),
  );
  const document = scan(
    encoder.encode('["http://loinc.org","http:\\/\\/loinc.org","\\u00fc","ü","","http://loinc.orh",7,null,"\\u0000"]'),
  );
  const found: (number | undefined)[] = [];
  for (let at = document.first(document.root); at !== NONE; at = document.next(at)) found.push(table.find(document, at));
  expect(found).toEqual([1, 1, 2, 2, 3, undefined, undefined, undefined, undefined]);
  expect(table.find(document, NONE)).toBeUndefined();
});
