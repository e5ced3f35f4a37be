/**
 * What the checkout cannot prove: that the published files are enough. Packs engine and server, installs them in an empty folder, runs the
 * README's embedding example and the installed command.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const bin = path.join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`, NODE_OPTIONS: '' };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fireguard-packed-'));
  execFileSync(process.execPath, [path.join(root, 'tools/build.ts'), '--packages'], { cwd: root, env, stdio: 'pipe' });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, '-w', 'engine', '-w', 'server'], {
    cwd: root,
    env,
    stdio: 'pipe',
  });
  writeFileSync(path.join(folder, 'package.json'), '{"name":"embedder","private":true,"type":"module"}');
  const tarballs = readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => path.join(folder, name));
  expect(tarballs).toHaveLength(2);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...tarballs], {
    cwd: folder,
    env,
    stdio: 'pipe',
  });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the packed engine runs the README’s embedding example', () => {
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const example = /```js\n(\/\/ embed\.mjs[\s\S]*?)```/.exec(readme)?.[1];
  expect(example, 'README.md has an embedding example that begins with // embed.mjs').toBeDefined();
  writeFileSync(path.join(folder, 'embed.mjs'), example!);
  const result = spawnSync(process.execPath, ['embed.mjs'], { cwd: folder, env, encoding: 'utf8' });
  expect(result.stderr).toBe('');
  expect(result.status).toBe(0);
  expect(result.stdout.trim().split('\n').at(-1)).toBe(/\/\/ prints: (.*)/.exec(example!)?.[1]);
});

test('the packed engine needs no other package', () => {
  expect(
    JSON.parse(readFileSync(path.join(folder, 'node_modules/@fireguard/engine/package.json'), 'utf8')).dependencies,
  ).toBeUndefined();
});

test('the packed server’s command answers', () => {
  const help = spawnSync('npx', ['fireguard', '--help'], { cwd: folder, env, encoding: 'utf8' });
  expect(help.stderr).toBe('');
  expect(help.status).toBe(0);
  expect(help.stdout).toContain('fireguard serve');

  const demo = spawnSync('npx', ['fireguard', 'demo'], { cwd: folder, env, encoding: 'utf8' });
  expect(demo.status).not.toBe(0);
  expect(demo.stderr).toMatch(/clone the repository/);
});

test('the packed files hold no source, test or path of the machine that packed them', () => {
  for (const name of ['@fireguard/engine', 'fireguard']) {
    const files = readdirSync(path.join(folder, 'node_modules', name), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.test\.|(^|\/)src\//.test(file) && !file.includes('node_modules'))).toEqual([]);
    const telling = files.filter(
      (file) =>
        file.endsWith('.js') &&
        !file.includes('node_modules') &&
        readFileSync(path.join(folder, 'node_modules', name, file), 'utf8').includes(root),
    );
    expect(telling).toEqual([]);
  }
});
