/** the example of a FHIR server that asks, as its own process, with a client that knows nothing of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../src/http/free-port.ts';
import { CREDENTIAL } from '../gateway/kit.ts';
import { KEY, type Place, place } from './place.ts';

let here: Place;
let child: ChildProcess;
let base: string;

beforeAll(async () => {
  here = await place();
  const port = await freePort('127.0.0.1');
  base = `http://127.0.0.1:${port}/fhir`;
  const main = path.resolve(import.meta.dirname, '../../../../examples/asking-server/main.ts');
  child = spawn(process.execPath, [main, '--fireguard', here.origin, '--store', here.ward.server.url, '--port', String(port)], {
    env: { ...process.env, DOOR_KEY: KEY, STORE_CREDENTIAL: CREDENTIAL },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.stdout!.once('data', resolve);
    child.once('exit', reject);
  });
});
afterAll(async () => {
  child?.kill();
  await here?.close();
});

test('R-004 it answers as the gateway does, hidden and absent alike', async () => {
  const headers = { authorization: `Bearer ${here.gateway.token()}` };
  const get = (target: string) => fetch(base + target, { headers });
  expect(await (await get('/Patient/mine')).text()).toBe(
    await (await here.gateway.get('/Patient/mine', here.gateway.token())).text(),
  );
  const [hidden, absent] = await Promise.all(['/Patient/other', '/Patient/none'].map(get));
  expect([hidden!.status, await hidden!.text()]).toEqual([absent!.status, await absent!.text()]);
  const found = (await (await get('/Observation?_count=50')).json()) as { entry: { resource: { id: string } }[] };
  expect(found.entry.map(({ resource }) => resource.id).sort()).toEqual(['mine-1', 'mine-2', 'mine-3']);
  expect((await fetch(`${base}/Patient/mine`)).status).toBe(401);
});

test('I6 when nobody can be asked, nothing is told', async () => {
  here.gateway.audit.broken = true;
  const answer = await fetch(`${base}/Patient/mine`, { headers: { authorization: `Bearer ${here.gateway.token()}` } });
  here.gateway.audit.broken = false;
  expect(answer.status).toBe(503);
  expect(await answer.text()).not.toContain('Lindqvist');
});
