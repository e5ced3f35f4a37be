/** People at several FHIR servers: a launch is for one of them, with its patients; who somebody is at the first means nothing at another. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { type Running, start } from '../../../src/main.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { patient } from '../../attacks/two-wards.ts';
import { redirectUri } from '../authorization/harness.ts';
import { type Asked, tokensFor } from '../authorization/launch.ts';
import { exported, idsOf, kickOff, settled } from '../export/place.ts';
import { CREDENTIAL, POLICY } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';

let first: Ward;
let second: Ward;
let running: Running;
let bases: readonly [string, string];

const manager = {
  id: 'managers-see-all',
  description: 'A manager may read everything.',
  effect: 'permit',
  caller: { roles: ['manager'] },
  interactions: ['read', 'search'],
  resources: { categories: ['patient', 'not-classified', 'business', 'individual'] },
};

beforeAll(async () => {
  [first, second] = [await ward(), await ward()];
  // The same ids, other people: and here too a Practitioner/doc is somebody's general practitioner.
  await second.put({ ...patient('mine', 'Namesake'), generalPractitioner: [{ reference: 'Practitioner/doc' }] });
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-further-'));
  writeFileSync(path.join(home, 'policies.yaml'), JSON.stringify({ ...POLICY, rules: [...POLICY.rules, manager] }));
  const behind = (one: Ward) =>
    ({ url: one.server.url, credentials: { bearer: CREDENTIAL }, dialect: 'demo', exclusive: true }) as const;
  running = await start(
    defaultConfig({
      profile: 'development',
      home,
      http: { pages: { port: 0 }, api: { port: 0 } },
      upstream: behind(first),
      upstreams: [{ name: 'second', ...behind(second) }],
      policies: { files: [path.join(home, 'policies.yaml')] },
      log: { level: 'error' },
    }),
    { storage: await testStorage(), tell: () => undefined },
  );
  bases = [running.urls.fhir, `${running.urls.fhir}/second`];
  const person = { password: 'four-quiet-herons-9', fhirUser: 'Practitioner/doc' };
  await made('people', { ...person, name: 'Dr Adebayo', username: 'doctor', roles: ['physician'] });
  await made('people', { ...person, name: 'Ms Weber', username: 'manager', roles: ['manager'] });
  await made('people', { ...person, name: 'P Lindqvist', username: 'herself', roles: ['patient'], fhirUser: 'Patient/mine' });
  const scope = 'openid fhirUser launch/patient patient/*.rs user/*.rs offline_access';
  await made('clients', { id: 'app', name: 'App', kind: 'public', redirectUris: [redirectUri], scope });
});
afterAll(async () => {
  await running?.close();
  await Promise.all([first?.server.close(), second?.server.close()]);
});

async function made(what: string, body: object): Promise<void> {
  const answer = await fetch(`${running.urls.issuer}/admin/${what}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${running.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

async function tokenFor(base: string, username: string, more: Asked = {}): Promise<Record<string, unknown>> {
  const issuer = { issuer: running.urls.issuer, fhirBase: base, storage: running.storage } as Parameters<typeof tokensFor>[0];
  const { body } = await tokensFor(issuer, {
    client: 'app',
    username,
    password: 'four-quiet-herons-9',
    scope: 'openid user/*.rs',
    ...more,
  });
  return body;
}

const get = (url: string, token: unknown) => fetch(url, { headers: { authorization: `Bearer ${token}` } });

test('a token is for the server that the app named, and nowhere else', async () => {
  for (const base of bases) {
    const { access_token: token } = await tokenFor(base, 'manager');
    for (const other of bases)
      expect((await get(`${other}/Patient/mine`, token)).status, `${base} at ${other}`).toBe(other === base ? 200 : 401);
  }
});

test.each(['doctor', 'herself'])('R-013 who %s is at the first server means nothing at the second', async (username) => {
  const [here, there] = [await tokenFor(bases[0], username), await tokenFor(bases[1], username)];
  expect((await get(`${bases[0]}/Patient/mine`, here['access_token'])).status).toBe(200);
  expect((await get(`${bases[1]}/Patient/mine`, there['access_token'])).status).toBe(404);
  const found = await (await get(`${bases[1]}/Patient`, there['access_token'])).json();
  expect(found).toMatchObject({ total: 0 });
});

test('the patient of a launch is one of that server', async () => {
  const scope = 'launch/patient patient/*.rs';
  const { access_token: token, patient: chosen } = await tokenFor(bases[1], 'manager', { scope, patient: 'mine' });
  expect(chosen).toBe('mine');
  expect(await (await get(`${bases[1]}/Patient/mine`, token)).text()).toContain('Namesake');
  expect((await get(`${bases[0]}/Patient/mine`, token)).status).toBe(401);
  await expect(tokenFor(bases[1], 'doctor', { scope, patient: 'mine' })).rejects.toThrow('no code');
});

test('a person may export what they may search, and nobody else sees the export; it ends with the grant', async () => {
  const scope = 'openid user/*.rs';
  const mine = await tokenFor(bases[0], 'doctor', { scope });
  const { status, resources } = await exported(
    bases[0],
    '/Patient/$export?_type=Patient,Observation',
    String(mine['access_token']),
  );
  expect(idsOf(resources['Patient'])).toEqual(['mine']);
  expect(idsOf(resources['Observation'])).toEqual(['mine-1', 'mine-2', 'mine-3']);
  const other = await tokenFor(bases[0], 'manager', { scope });
  expect((await get(status, other['access_token'])).status).toBe(404);
  const again = await tokenFor(bases[0], 'doctor', { scope });
  expect((await get(status, again['access_token'])).status).toBe(200);

  const begun = await kickOff(bases[0], '/Patient/$export', String(mine['access_token']));
  await fetch(`${running.urls.issuer}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'app', token: String(mine['access_token']) }),
  });
  const url = begun.headers.get('content-location')!;
  const ended = await settled(url, String(again['access_token']));
  expect(ended.status).toBe(410);
});
