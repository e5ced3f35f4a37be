/** Every source folder opens with one paragraph in its README.md: what it does, and what it must not. It is the cheapest map, so a test requires it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

function foldersOf(place: string): string[] {
  const below = readdirSync(path.join(root, place), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['node_modules', 'dist', 'generated'].includes(entry.name))
    .flatMap((entry) => foldersOf(`${place}/${entry.name}`));
  return readdirSync(path.join(root, place)).some((name) => /\.(tsx?|yaml)$/.test(name)) ? [place, ...below] : below;
}

const folders = [
  'engine/src',
  'engine/cases',
  'server/src',
  'server/policies',
  'console/src',
  'demo/src',
  'bench',
  'conformance',
  'tools',
].flatMap((place) => (existsSync(path.join(root, place)) ? foldersOf(place) : []));

test.each(folders)('%s opens with a paragraph', (folder) => {
  const file = path.join(root, folder, 'README.md');
  expect(existsSync(file), `${folder}/README.md is missing`).toBe(true);
  const paragraph =
    readFileSync(file, 'utf8')
      .split('\n\n')
      .filter((part) => !part.startsWith('#'))[0]
      ?.trim() ?? '';
  expect(paragraph.length).toBeGreaterThan(80);
  expect(paragraph).toMatch(/must not|never|no .* here|nothing/i);
});

test('the list of folders is not empty', () => {
  expect(folders.length).toBeGreaterThan(20);
});
