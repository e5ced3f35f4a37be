/** docs/reference is what the code says it is. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pages } from './reference/pages.ts';

const reference = path.resolve(import.meta.dirname, '../docs/reference');

test.each(Object.keys(pages))('docs/reference/%s is up to date (npm run docs)', async (name) => {
  expect(readFileSync(path.join(reference, name), 'utf8')).toBe(await pages[name]!());
});

test('the rest of docs/reference is written by hand on purpose', () => {
  expect(readdirSync(reference).filter((name) => pages[name] === undefined)).toEqual(['audit-journal.md']);
});
