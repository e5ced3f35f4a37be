import { describe, expect, test } from 'vitest';
import { mergedPaths, mergeOperations } from './merge-patch.ts';
import { applyPatch } from './patch.ts';
import { scan } from './scan.ts';

const read = (text: string) => scan(new TextEncoder().encode(text));
const merged = (document: string, patch: string) =>
  new TextDecoder().decode(applyPatch(read(document), mergeOperations(read(document), read(patch))));

/** RFC 7396 appendix A. */
describe('RFC 7396 appendix A', () => {
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s and %s make %s', (document, patch, result) => {
    expect(merged(document, patch)).toBe(result);
  });
});

test('what it does not name stays to the byte, and names are taken literally', () => {
  expect(merged('{ "a/b" : 1.10,\n"c~d":2 ,"e": {"f":1.0}}', '{"c~d":3,"e":{"g":1.20}}')).toBe(
    '{ "a/b" : 1.10,\n"c~d":3 ,"e": {"f":1.0,"g":1.20}}',
  );
});

test('its paths are those that it sets, whatever it meets', () => {
  expect(mergedPaths(read('{"a":null,"b":{"c":1,"d":{}},"e":[{"f":1}]}'))).toEqual([['a'], ['b', 'c'], ['b', 'd'], ['e']]);
});
