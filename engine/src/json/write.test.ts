import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scan } from './scan.ts';
import { text } from './write.ts';

test('what is written can be scanned, and is what was meant', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
      let written: string;
      try {
        written = text(value as never);
      } catch (error) {
        // Only names that would need an escape are refused.
        expect(String(error)).toContain('escape');
        return;
      }
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
      const document = scan(new TextEncoder().encode(written), { maxDepth: 1000 });
      expect(text(document.value(document.root))).toBe(written);
    }),
  );
});

test('what JSON cannot say is a bug', () => {
  expect(() => text(Number.NaN)).toThrow();
  expect(() => text(Number.POSITIVE_INFINITY)).toThrow();
  expect(() => text('\ud800')).toThrow();
  expect(() => text({ 'a"b': 1 })).toThrow();
});
