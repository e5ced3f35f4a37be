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

test('names that an object keeps in an order of its own, or not as a member, are in order too, at any depth', () => {
  const value = JSON.parse('{"b":[{"9":1,"10":2,"a":3}],"a":{"__proto__":{"y":1,"x":2}},"__proto__":"z"}');
  expect(canonicalJson(value)).toBe('{"__proto__":"z","a":{"__proto__":{"x":2,"y":1}},"b":[{"10":2,"9":1,"a":3}]}');
});

test('whatever the names are called and however they came, each object is sorted by itself', () => {
  const name = fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('1', '10', '9', '__proto__', 'id', 'kind'));
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
  const inner = fc.dictionary(name, leaf, { noNullPrototype: true });
  const record = fc.dictionary(name, fc.oneof(leaf, inner, fc.array(inner)), { noNullPrototype: true });
  fc.assert(
    fc.property(record, (value) => {
      expect(canonicalJson(value)).toBe(plainly(value));
    }),
  );
});

function plainly(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(plainly)}]`;
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${plainly((value as Record<string, unknown>)[name])}`)}}`;
}

test('what PostgreSQL refuses is never in a storable record', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'binary' })), (record) => {
      const { text, record: stored } = storable({ ...record, more: ['\u0000', '\udc00x'] });
      expect(text).not.toMatch(/\\u0000|(?<!\\)(\\\\)*\\ud[89a-f]/i);
      expect(canonicalJson(stored)).toBe(text);
    }),
  );
});
