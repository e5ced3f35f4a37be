/** The requirements table is what the tests say it is. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sections } from './requirements/catalogue.ts';
import { claims, render } from './requirements/generate.ts';

const rows = sections.flatMap((section) =>
  section.rows
    .trim()
    .split('\n')
    .map((line) => line.slice(0, 5)),
);

test('the catalogue has R-001 to R-255, each once', () => {
  expect(rows).toEqual(Array.from({ length: 255 }, (_, n) => `R-${String(n + 1).padStart(3, '0')}`));
});

test('no test claims a requirement that does not exist', () => {
  expect([...claims().keys()].filter((id) => !rows.includes(id) && id !== 'R-nnn')).toEqual([]);
});

test('docs/reference/requirements.md is up to date (npm run docs)', () => {
  expect(readFileSync(path.resolve(import.meta.dirname, '../docs/reference/requirements.md'), 'utf8')).toBe(render());
});
