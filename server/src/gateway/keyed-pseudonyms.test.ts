import { randomBytes, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyedPseudonyms } from './keyed-pseudonyms.ts';

const one = keyedPseudonyms(new Uint8Array(32).fill(1));
const other = keyedPseudonyms(new Uint8Array(32).fill(2));
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.';

test('R-248 a pseudonym is an id by its form, always of one length, the same each time, and opens again', () => {
  const ids = ['1', 'a', '.', '-', 'A'.repeat(46), ...Array.from({ length: 200 }, () => randomUUID())];
  for (let length = 1; length <= 46; length++) ids.push([...randomBytes(length)].map((byte) => LETTERS[byte & 63]).join(''));
  for (const id of ids) {
    const text = one.of('heart', 'Patient', id);
    expect(text).toMatch(/^[A-Za-z0-9.-]{64}$/);
    expect(one.of('heart', 'Patient', id)).toBe(text);
    expect(one.behind('heart', 'Patient', text)).toBe(id);
  }
});

test('R-248 another project, type or key has another pseudonym, and none opens what the others made', () => {
  const text = one.of('heart', 'Patient', 'anna');
  expect(
    new Set([text, one.of('lung', 'Patient', 'anna'), one.of('heart', 'Group', 'anna'), other.of('heart', 'Patient', 'anna')])
      .size,
  ).toBe(4);
  expect(one.behind('lung', 'Patient', text)).toBeUndefined();
  expect(one.behind('heart', 'Group', text)).toBeUndefined();
  expect(other.behind('heart', 'Patient', text)).toBeUndefined();
});

test('what was not made here does not open: ids, changed letters, other lengths', () => {
  const text = one.of('heart', 'Patient', 'anna');
  for (const wrong of ['anna', '', text.slice(1), `${text}A`, 'A'.repeat(64), '.'.repeat(64), `${'_'.repeat(64)}`])
    expect(one.behind('heart', 'Patient', wrong)).toBeUndefined();
  for (let at = 0; at < 64; at++) {
    const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    expect(one.behind('heart', 'Patient', changed)).toBeUndefined();
  }
});

test('an id that is too long has a pseudonym that nobody reads by', () => {
  const long = 'x'.repeat(64);
  const text = one.of('heart', 'Patient', long);
  expect(text).toMatch(/^[A-Za-z0-9.-]{64}$/);
  expect(one.of('heart', 'Patient', long)).toBe(text);
  expect(one.behind('heart', 'Patient', text)).toBeUndefined();
});

test('R-247 the days of a patient are the same each time, between one and a year, and other in another project', () => {
  const days = Array.from({ length: 300 }, (_, index) => one.days('heart', `p${index}`));
  expect(days.every((day) => Number.isInteger(day) && day <= -1 && day >= -365)).toBe(true);
  expect(new Set(days).size).toBeGreaterThan(100);
  expect(one.days('heart', 'p1')).toBe(one.days('heart', 'p1'));
  expect(days).not.toEqual(Array.from({ length: 300 }, (_, index) => one.days('lung', `p${index}`)));
});
