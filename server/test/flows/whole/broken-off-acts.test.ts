/**
 * I4, R-048: ending what an app holds, with the database failing in between (its connection is cut while it waits to delete). The trail says that it was meant and that it
 * failed, nobody is told otherwise, the app's token goes on until it is ended for good.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asSuperuser } from '../../../src/storage/managed.ts';
import { testFolderVariable } from '../../../src/storage/test-server.ts';
import { type House, startHouse } from '../break-glass/house.ts';
import { launchOf } from '../break-glass/token.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.close());

async function allowed(username: string) {
  const { begun, finish } = await launchOf(house.running, username, {});
  const answer = await finish(await begun.browser.submit(begun.page, '/consent', { decision: 'allow' }));
  const myApps = () => begun.browser.open(`${house.running.urls.issuer}/my-apps`);
  return { browser: begun.browser, myApps, token: String(answer['access_token']) };
}

/** The first deletion of tokens in `act` finds its connection cut. */
async function withDeletionCut<Result>(act: () => Promise<Result>): Promise<Result> {
  const { db } = house.running.storage;
  const { rows } = await sql<{ name: string }>`SELECT current_database() AS name`.execute(db);
  const host = readFileSync(path.join(process.env[testFolderVariable] ?? '', 'ready'), 'utf8');
  return asSuperuser(host, rows[0]!.name, async (client) => {
    await client.query('BEGIN; LOCK TABLE fireguard.oidc_payload IN SHARE MODE');
    const result = act();
    result.catch(() => undefined);
    for (let cut = 0; cut === 0; await sleep(20))
      ({ rowCount: cut } = (await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND relation = 'fireguard.oidc_payload'::regclass`,
      )) as { rowCount: number });
    await client.query('ROLLBACK');
    return result;
  });
}

async function trail(action: string, count: number) {
  const search = async () => {
    await house.running.audit.caughtUp();
    return (await house.running.audit.search({ action, count: 20 })).rows.map(({ record }) => record).reverse();
  };
  await expect.poll(async () => (await search()).length).toBe(count);
  return search();
}

const opens = async (token: string) =>
  (await fetch(`${house.running.urls.fhir}/Patient/mine`, { headers: { authorization: `Bearer ${token}` } })).status;

test('R-048 an app that could not be stopped is not said to be stopped, on the page or in the trail', async () => {
  const { browser, myApps, token } = await allowed('lindqvist');
  const page = await myApps();
  const grant = /name="grant" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const answer = await withDeletionCut(() => browser.submit(page, '/my-apps/stop', { grant }));
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(answer.url).not.toContain('done=stopped');
  const [meant, failed] = await trail('app-stopped', 2);
  expect(meant).toMatchObject({ kind: 'intent', intends: 'token', outcome: 'unknown', patients: [] });
  expect(failed).toMatchObject({ kind: 'token', outcome: 'failure', intent: meant!['id'] });
  const still = await myApps();
  expect(still.text).toContain('<h2>Ward View</h2>');
  expect(still.text).not.toContain('you stopped');
  expect(await opens(token)).toBe(200);

  await browser.submit(still, '/my-apps/stop', { grant });
  expect((await trail('app-stopped', 4)).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
    ...['intent unknown', 'token failure', 'intent unknown', 'token permit'],
  ]);
  expect(await opens(token)).toBe(401);
  await expect.poll(async () => (await myApps()).text).toContain('1 app you stopped');
}, 60_000);

test('an app that could not sign itself out is not told that it did; the record of the act has an end', async () => {
  const { token } = await allowed('okafor');
  const signOut = () =>
    fetch(`${house.running.urls.issuer}/session/end`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });
  expect((await withDeletionCut(signOut)).status).toBeGreaterThanOrEqual(500);
  expect((await trail('token-revoked', 2)).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
    'intent unknown',
    'token failure',
  ]);
  expect((await signOut()).status).toBe(200);
  const [, , , ended] = await trail('token-revoked', 4);
  expect(ended).toMatchObject({ kind: 'token', outcome: 'permit', reason: 'the app signed itself out' });
}, 60_000);

test('R-048 a token that could not be revoked is not said to be revoked; the record of the act has an end', async () => {
  const { token } = await allowed('lindqvist');
  const revoke = () =>
    fetch(`${house.running.urls.issuer}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token, client_id: 'ward-view' }),
    });
  const before = (await house.running.audit.search({ action: 'token-revoked', count: 20 })).rows.length;
  expect((await withDeletionCut(revoke)).status).toBeGreaterThanOrEqual(500);
  const meant = (await trail('token-revoked', before + 1)).at(-1);
  expect(meant).toMatchObject({ kind: 'intent', intends: 'token', outcome: 'unknown' });
  const [failed] = await trail('revocation-refused', 1);
  expect(failed).toMatchObject({
    kind: 'token',
    outcome: 'failure',
    intent: meant!['id'],
    caller: { client: { id: 'ward-view' } },
  });
  expect((await revoke()).status).toBe(200);
  const [, ended] = (await trail('token-revoked', before + 3)).slice(-2);
  expect(ended).toMatchObject({ kind: 'token', outcome: 'permit', caller: { client: { id: 'ward-view' } } });
  expect(await opens(token)).toBe(401);
}, 60_000);
