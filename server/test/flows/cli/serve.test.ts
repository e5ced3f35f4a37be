import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../src/http/free-port.ts';
import { begin, fireguard } from './kit.ts';

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'fireguard-serve-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('serve starts from a file, answers the command line, stops on SIGTERM and finds its people again', async () => {
  const [pages, api] = [await freePort('localhost'), await freePort('127.0.0.1')];
  const config = path.join(home, 'fireguard.yaml');
  const upstream = `upstream:\n  url: http://127.0.0.1:${await freePort('127.0.0.1')}/fhir\n  credentials:\n    bearer: of-the-test\n`;
  writeFileSync(
    config,
    `profile: development\nhome: home\nhttp:\n  pages: { port: ${pages} }\n  api: { port: ${api} }\n${upstream}`,
  );
  const folder = path.join(home, 'home');

  const first = await serve(config);
  expect(await fireguard(['user', 'add', '--username', 'ada', '--name', 'Ada', '--home', folder])).toMatchObject({ status: 0 });
  expect((await fetch(`http://localhost:${pages}/readyz`)).status).toBe(200);
  // with nobody's token, no FHIR route but discovery answers.
  for (const target of ['/Patient', '/Patient/1', '/Observation?code=1'])
    expect((await fetch(`http://127.0.0.1:${api}/fhir${target}`)).status).toBe(401);
  expect(await first.stop()).toBe(0);
  expect(first.told()).not.toMatch(/\n\s+at /);
  expect((await fireguard(['user', 'list', '--home', folder])).err).toMatch(/not running/);

  const second = await serve(config);
  expect((await fireguard(['user', 'list', '--home', folder])).out).toMatch(/^ada/m);
  expect((await fireguard(['serve', '--config', config])).err.trimEnd().split('\n').at(-1)).toMatch(
    /in use|another|already|belongs|running/i,
  );
  expect(await second.stop()).toBe(0);
  expect(await fireguard(['audit', 'verify', '--home', folder])).toMatchObject({ status: 0 });
}, 120_000);

async function serve(config: string) {
  const child = begin(['serve', '--config', config]);
  let told = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      if (/^Home /m.test(told)) resolve();
    });
    void ended.then(() => reject(new Error(`it ended: ${told}`)));
  });
  return {
    told: () => told,
    stop() {
      // To the launcher alone, which passes it on.
      child.kill('SIGTERM');
      return ended;
    },
  };
}
