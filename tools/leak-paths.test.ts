/** Every leak path has its row, and what a row claims to be tested is. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { leakPaths } from './leak-paths/leak-paths.ts';

const root = path.resolve(import.meta.dirname, '..');

test('there are 150, each once, in order', () => {
  expect(leakPaths.map(({ number }) => number)).toEqual(Array.from({ length: 150 }, (_, at) => at + 1));
});

test.each(leakPaths.filter(({ status }) => 'test' in status))(
  '$number $path: its test is there, and an attack names it',
  ({ number, status }) => {
    const file = 'test' in status ? status.test : '';
    expect(existsSync(path.join(root, file)), file).toBe(true);
    if (!file.includes('/attacks/')) return;
    const text = readFileSync(path.join(root, file), 'utf8');
    const named = new RegExp(`B\\d+-${number}\\b|hardening B\\d+-[^.:\\n]*\\b${number}\\b`);
    expect(named.test(text), `${file} does not name ${number}`).toBe(true);
  },
);
