/** Sessions as an administrator sees and ends them: what they opened is dead on every node, and the apps are told (Back-Channel Logout 1.0). */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fireguard } from '../cli/kit.ts';
import { type House, type HouseClient, house } from './house.ts';

let it: House;
let id: string;
let ear: Server;
const told: string[] = [];
const password = 'correct horse battery';
const app: HouseClient = {
  client_id: 'ward-app',
  kind: 'public',
  redirect_uris: ['https://app.example/back'],
  scope: 'openid user/*.rs online_access',
};
const signIn = () => it.token('doc', password, app, app.scope);
const cli = (...args: readonly string[]) => fireguard([...args, '--home', it.home]);
const sessions = async () => (await it.call('GET', `/admin/people/${id}/sessions`)).body.sessions;

beforeAll(async () => {
  it = await house();
  ear = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      told.push(String(new URLSearchParams(body).get('logout_token')));
      response.end();
    });
  });
  await new Promise<void>((resolve) => ear.listen(0, '127.0.0.1', resolve));
  const backChannelLogoutUri = `http://127.0.0.1:${(ear.address() as AddressInfo).port}/told`;
  const client = { id: 'ward-app', name: 'Ward app', kind: 'public', redirectUris: app.redirect_uris, scope: app.scope };
  await it.call('POST', '/admin/clients', { ...client, protocol: { backChannelLogoutUri } });
  const doctor = { username: 'doc', name: 'Dr Adebayo', roles: ['physician'], fhirUser: 'Practitioner/doc', password };
  id = (await it.call('POST', '/admin/people', doctor)).body.id;
}, 120_000);
afterAll(async () => {
  ear?.close();
  await it?.close();
});
beforeEach(() => {
  told.length = 0;
});

async function subjects(): Promise<readonly unknown[]> {
  const keys = createRemoteJWKSet(new URL(`${it.issuer}/jwks`));
  const options = { issuer: it.issuer, audience: 'ward-app', typ: 'logout+jwt' };
  return Promise.all(told.map(async (token) => (await jwtVerify(token, keys, options)).payload));
}

test('a session is listed by what it was opened with, and ended alone', { timeout: 60_000 }, async () => {
  const [one, other] = [await signIn(), await signIn()];
  const listed = await sessions();
  expect(listed).toHaveLength(2);
  expect(listed[0]).toMatchObject({ acr: 'aal1', amr: ['pwd'], apps: ['ward-app'] });
  // What lists a session does not open it: the cookie is nowhere.
  expect(JSON.stringify(listed)).not.toMatch(/[A-Za-z0-9_-]{32}/);

  expect(await cli('user', 'end-session', 'doc', '--session', listed[0].id)).toMatchObject({ status: 0, err: '' });
  expect((await sessions()).map((session: { id: string }) => session.id)).toEqual([listed[1].id]);
  // One token is dead, that of the other session lives.
  expect([await it.fhirStatus('/Patient/mine', one), await it.fhirStatus('/Patient/mine', other)].sort()).toEqual([200, 401]);
  expect(await subjects()).toEqual([expect.objectContaining({ sub: id, sid: expect.any(String) })]);
  expect((await it.call('DELETE', `/admin/people/${id}/sessions/${listed[0].id}`)).status).toBe(404);
  expect((await it.call('DELETE', `/admin/people/nobody/sessions/${listed[1].id}`)).status).toBe(404);
});

test.each([
  ['user end-session --all', () => cli('user', 'end-session', 'doc', '--all')],
  ['disabling', () => it.call('POST', `/admin/people/${id}/disable`)],
  ['another password', () => it.call('POST', `/admin/people/${id}/password`, { password })],
  ['forgetting second factors', () => it.call('POST', `/admin/people/${id}/reset-factors`)],
])('R-048 %s ends every session, and tells the apps of each', async (_name, act) => {
  await it.call('POST', `/admin/people/${id}/enable`);
  await it.call('POST', `/admin/people/${id}/sign-out`);
  told.length = 0;
  const tokens = [await signIn(), await signIn()];
  await act();
  expect(await sessions()).toEqual([]);
  for (const token of tokens) expect(await it.fhirStatus('/Patient/mine', token)).toBe(401);
  expect(await subjects()).toEqual([expect.objectContaining({ sub: id }), expect.objectContaining({ sub: id })]);
  await it.call('POST', `/admin/people/${id}/enable`);
});

test('an app that cannot be told keeps nobody signed in', async () => {
  const token = await signIn();
  const before = (await it.call('GET', '/admin/clients/ward-app')).body;
  const { name, redirectUris, scope } = before;
  const deaf = { backChannelLogoutUri: 'http://127.0.0.1:9/nobody-listens' };
  await it.call('PUT', '/admin/clients/ward-app', { name, redirectUris, scope, protocol: deaf });
  expect((await it.call('POST', `/admin/people/${id}/sign-out`)).status).toBe(200);
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(401);
  await it.call('PUT', '/admin/clients/ward-app', { name, redirectUris, scope, protocol: before.protocol });
});

test('R-048 who has to wait can be let in by an administrator, from wherever the tries came', async () => {
  await it.call('POST', `/admin/people/${id}/enable`);
  const wrong = () => it.token('doc', 'wrong', app, app.scope).catch((error: Error) => error.message);
  for (let tries = 0; tries < 4; tries++) await wrong();
  await expect(signIn()).rejects.toThrow();
  expect(await cli('user', 'unlock', 'doc')).toMatchObject({ status: 0, err: '' });
  await signIn();
});

test('a person is shown with what they sign in by; an identity elsewhere is unlinked, with the sessions that it may have opened', {
  timeout: 90_000,
}, async () => {
  const identity = ['--issuer', 'https://id.hospital.example', '--subject', '4711'];
  await cli('user', 'link', 'doc', ...identity);
  const token = await signIn();
  const shown = JSON.parse((await cli('user', 'show', 'doc', '--json')).out);
  expect(shown).toMatchObject({
    username: 'doc',
    externalIdentities: [{ issuer: 'https://id.hospital.example', subject: '4711' }],
    apps: expect.arrayContaining([expect.objectContaining({ client: 'ward-app' })]),
  });
  expect((await cli('user', 'show', 'doc')).out).toContain('Also signs in by https://id.hospital.example as 4711');
  expect((await cli('user', 'sessions', 'doc')).out).toContain('ward-app');
  expect(await cli('user', 'unlink', 'doc', ...identity)).toMatchObject({ status: 0, err: '' });
  expect(await it.fhirStatus('/Patient/mine', token)).toBe(401);
  expect((await cli('user', 'unlink', 'doc', ...identity)).status).not.toBe(0);
});

test('only who administers may; looking is for both offices', async () => {
  const officer = { username: 'officer', name: 'O', roles: ['privacy-officer'], password };
  await it.call('POST', '/admin/people', officer);
  const scope = 'openid profile __fireguard-admin';
  const client: HouseClient = {
    client_id: 'fireguard-console',
    kind: 'public',
    redirect_uris: [`${it.issuer}/console/`],
    scope,
  };
  const token = await it.token('officer', password, client, scope);
  expect((await it.call('GET', `/admin/people/${id}/sessions`, undefined, token)).status).toBe(200);
  for (const act of ['sign-out', 'unlock', 'external-identities/remove'])
    expect((await it.call('POST', `/admin/people/${id}/${act}`, {}, token)).status).toBe(403);
});
