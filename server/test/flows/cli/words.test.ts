import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fireguard } from './kit.ts';

let here: string;
beforeAll(() => {
  here = mkdtempSync(path.join(tmpdir(), 'fireguard-cli-'));
});
afterAll(() => rmSync(here, { recursive: true, force: true }));

/** One line that says what to do, and no stack. */
async function refuses(args: readonly string[], status: number, line: RegExp): Promise<void> {
  const ran = await fireguard(args, { cwd: here });
  expect([ran.status, ran.out], args.join(' ')).toEqual([status, '']);
  expect(ran.err.trimEnd().split('\n'), args.join(' ')).toEqual([expect.stringMatching(line)]);
}

test('--help lists every command, and each tells about itself', async () => {
  const { status, out, err } = await fireguard(['--help']);
  expect([status, err]).toEqual([0, '']);
  const names = [...out.matchAll(/^ {2}fireguard ((?:[a-z]+ )+) /gm)].map((match) => match[1]!.trim());
  for (const name of [
    'serve',
    'demo',
    'config check',
    'config print',
    'user add',
    'user disable',
    'user list',
    'client add',
    'client list',
    'token',
    'audit verify',
    'audit list',
  ]) {
    expect(names).toContain(name);
  }
  for (const name of names) {
    const told = await fireguard([...name.split(' '), '--help']);
    expect([told.status, told.out.split('\n')[0]]).toEqual([0, expect.stringMatching(new RegExp(`^fireguard ${name}`))]);
  }
}, 240_000);

test('what it does not know it says in one line', async () => {
  await refuses(['usr'], 2, /no command "usr".*--help/);
  await refuses(['user', 'ad'], 2, /takes one of: add, list/);
  await refuses(['--loud'], 2, /no option --loud/);
  await refuses(['user', 'add', '--nmae', 'x'], 2, /Unknown option '--nmae'.*--help/);
  await refuses(['user', 'add', '--name', 'x'], 2, /needs --username/);
  await refuses(['user', 'disable'], 2, /needs NAME/);
  await refuses(['user', 'disable', 'a', 'b'], 2, /"b" is one argument too many/);
  await refuses(['audit', 'list', '--since', 'yesterday'], 2, /"today" or a time/);
}, 240_000);

test('where nothing runs it says how to start it', async () => {
  await refuses(
    ['user', 'list', '--home', path.join(here, 'nowhere')],
    1,
    /not running with home .*nowhere; start it with: fireguard serve/,
  );
  await refuses(['audit', 'verify', '--home', here], 1, /no audit journal in .*--home/);
  await refuses(
    ['token', '--issuer', 'http://localhost:1', '--persona', 'nurse', '--scope', 'user/*.rs'],
    1,
    /no state file .*npm start/,
  );
  await refuses(['serve'], 1, /fireguard\.yaml does not exist.*--config/);
}, 240_000);

test('config check names the mistake, config print masks secrets', async () => {
  const file = path.join(here, 'fireguard.yaml');
  writeFileSync(
    file,
    'profile: development\nupstream:\n  url: http://127.0.0.1:9/fhir\n  credentials:\n    bearer: a-secret-of-ours\n',
  );
  expect(await fireguard(['config', 'check'], { cwd: here })).toMatchObject({
    status: 0,
    out: expect.stringContaining('can be used'),
  });
  const printed = await fireguard(['config', 'print', '--config', file]);
  expect(printed).toMatchObject({ status: 0, out: expect.stringContaining('bearer: (secret)') });
  expect(printed.out).not.toContain('a-secret-of-ours');
  writeFileSync(file, 'profile: development\nupstraem:\n  url: http://127.0.0.1:9/fhir\n');
  const wrong = await fireguard(['config', 'check'], { cwd: here });
  expect(wrong).toMatchObject({
    status: 1,
    out: '',
    err: expect.stringMatching(/upstraem: there is no such key\. Did you mean upstream/),
  });
}, 60_000);

test('policy check', async () => {
  expect(await fireguard(['policy', 'check'])).toMatchObject({ status: 0, out: expect.stringContaining('can be used') });
  const file = path.join(here, 'policy.yaml');
  writeFileSync(
    file,
    'policySet: mine\nversion: 1\ncombining: deny-overrides\nrules:\n  - id: wide\n    description: Everything.\n    effect: allow\n',
  );
  const wrong = await fireguard(['policy', 'check', file]);
  expect(wrong).toMatchObject({ status: 1, out: '' });
  expect(wrong.err).toMatch(/policy\.yaml cannot be used\./);
  expect(wrong.err).not.toMatch(/\n\s+at /);
}, 60_000);
