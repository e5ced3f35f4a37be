import { expect, test } from 'vitest';
import { alikeNames } from './alike-names.ts';

test('names that could be taken for each other are found, others are not', () => {
  expect([...alikeNames(['ITO, Haruka', 'ITO, Haruki', 'SAITO, Mei'])].sort()).toEqual([0, 1]);
  expect(alikeNames(['LINDQVIST, Mara', 'WIERZBICKI, Tomasz']).size).toBe(0);
  expect([...alikeNames(['MÜLLER, Jörg', 'MULLER, Jorg'])].sort()).toEqual([0, 1]);
});
