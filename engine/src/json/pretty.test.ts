import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pretty } from './pretty.ts';

const laidOut = (text: string) => new TextDecoder().decode(pretty(new TextEncoder().encode(text)));

test('white space changes, and nothing else', () => {
  expect(laidOut('{"a":1.10,"b":[ ],"c":{},"d":[1,{"e":"\\u00fc \\/ {[,:"}],"f":null}')).toBe(
    '{\n  "a": 1.10,\n  "b": [],\n  "c": {},\n  "d": [\n    1,\n    {\n      "e": "\\u00fc \\/ {[,:"\n    }\n  ],\n  "f": null\n}\n',
  );
  expect(laidOut(' [ ] ')).toBe('[]\n');
});

test('it means the same, and laying it out twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      fc.pre(!/"[^"]*\\[^"]*"\s*:/.test(text));
      let once: string;
      try {
        once = laidOut(text);
      } catch {
        // Not every JSON is one that FHIR has (names with escapes, duplicates).
        return;
      }
      expect(JSON.parse(once)).toEqual(JSON.parse(text));
      expect(laidOut(once)).toBe(once);
      expect(once.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }),
  );
});
