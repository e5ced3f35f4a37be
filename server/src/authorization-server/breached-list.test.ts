import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBreachedList } from './breached-list.ts';
import { passwordRules } from './password-rules.ts';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();
const stolen = ['password', 'letmein', 'hunter2', ...Array.from({ length: 997 }, (_, at) => `stolen-${at}`)];
let home: string;
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'fireguard-breached-'));
});
afterAll(() => rm(home, { recursive: true }));

test.each(['\n', '\r\n'])(
  'R-048 every hash of a sorted file is found, and none that is not there (line end %j)',
  async (end) => {
    const file = path.join(home, 'list.txt');
    const lines = stolen.map((text, at) => `${sha1(text)}${at % 3 === 0 ? '' : `:${at}`}`).sort();
    await writeFile(file, lines.join(end) + (end === '\n' ? '' : end));
    const list = await openBreachedList(file);
    for (const text of stolen) expect(await list.has(text), text).toBe(true);
    for (let at = 0; at < 300; at++) expect(await list.has(`fine-${at}`)).toBe(false);
  },
);

test('a folder of files by their first five digits', async () => {
  const folder = path.join(home, 'folder');
  await mkdir(folder);
  for (const text of ['password', 'letmein'])
    await writeFile(path.join(folder, `${sha1(text).slice(0, 5)}.txt`), `${'0'.repeat(35)}:1\r\n${sha1(text).slice(5)}:99\r\n`);
  const list = await openBreachedList(folder);
  expect(await list.has('letmein')).toBe(true);
  expect(await list.has('correct horse battery staple')).toBe(false);
});

test('what is no list is refused at once', async () => {
  const file = path.join(home, 'odd.txt');
  await writeFile(file, 'password\nletmein\n');
  await expect(openBreachedList(file)).rejects.toThrow('SHA-1');
  await expect(openBreachedList(path.join(home, 'absent'))).rejects.toThrow();
});

test('R-048 short, stolen and own names are refused, anything else is not', async () => {
  const rules = passwordRules({ has: (password) => Promise.resolve(password === 'password1') });
  expect(await rules.faultOf('1234567', 'ada')).toBe('short');
  expect(await rules.faultOf('password1', 'ada')).toBe('breached');
  expect(await rules.faultOf('Okafor2026!', 'okafor')).toBe('own-name');
  expect(await rules.faultOf('a quiet lake at dawn', 'okafor')).toBeUndefined();
});
