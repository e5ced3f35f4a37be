import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, storable } from './canonical.ts';

test('names in order, no spaces, nothing undefined', () => {
  expect(canonicalJson({ b: [1, 'x"\\\u0007é', null, true], a: { d: undefined, c: {} }, é: [] })).toBe(
    '{"a":{"c":{}},"b":[1,"x\\"\\\\\\u0007é",null,true],"é":[]}',
  );
});

test('the same value gives the same text, and the text the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test('what PostgreSQL refuses is never in a storable record', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), (record) => {
      const { text, record: stored } = storable({ ...record, more: ['\u0000', '\udc00x'] });
      expect(text).not.toMatch(/\\u0000|(?<!\\)(\\\\)*\\ud[89a-f]/i);
      expect(canonicalJson(stored)).toBe(text);
    }),
  );
});
