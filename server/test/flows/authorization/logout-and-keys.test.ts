/** OpenID Connect: RP-initiated and back-channel logout, and new signing keys without downtime. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rotateSigningKeys } from '../../../src/token/keys.ts';
import { type Issuer, redirectUri, startIssuer } from './harness.ts';
import { launch, token, tokensFor } from './launch.ts';

let server: Issuer;
let app: Server;
const told: string[] = [];
beforeAll(async () => {
  server = await startIssuer({ acceptPrivateKeyAddresses: true });
  app = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      told.push(body);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const backChannelLogoutUri = `http://127.0.0.1:${(app.address() as AddressInfo).port}/logout`;
  await server.storage.db
    .updateTable('client')
    .set({ protocol: JSON.stringify({ backChannelLogoutUri, postLogoutRedirectUris: ['https://app.example/bye'] }) })
    .where('id', '=', 'growth-chart')
    .execute();
});
afterAll(async () => {
  app?.close();
  await server?.close();
});

const keys = () => createRemoteJWKSet(new URL(`${server.issuer}/jwks`));

test('an app signs the person out: the person presses the button, apps are told, what hung on the session is over', async () => {
  const launched = await launch(server, {
    scope: 'openid launch/patient patient/*.rs online_access',
    consent: { duration: 'stay' },
  });
  const code = launched.answer.get('code')!;
  const exchange = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: launched.verifier,
    client_id: 'growth-chart',
  };
  const { body } = await token(server, exchange);
  const query = new URLSearchParams({
    id_token_hint: String(body['id_token']),
    post_logout_redirect_uri: 'https://app.example/bye',
    state: 'abc',
  });
  const page = await launched.browser.open(`${server.issuer}/session/end?${query}`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'none'");
  // The link alone signs nobody out.
  expect(await server.tokens.resolve(String(body['access_token']))).toBeDefined();
  expect(told).toEqual([]);

  const done = await launched.browser.submit(page, '/session/end/confirm', { logout: 'yes' });
  expect(done.url).toBe('https://app.example/bye?state=abc');
  expect(await server.tokens.resolve(String(body['access_token']))).toBeUndefined();
  const { payload } = await jwtVerify(new URLSearchParams(told[0]).get('logout_token')!, keys(), {
    issuer: server.issuer,
    audience: 'growth-chart',
    typ: 'logout+jwt',
  });
  expect(payload).toMatchObject({ sub: 'person-okafor', sid: expect.any(String), jti: expect.any(String) });
  expect(payload).toHaveProperty(['events', 'http://schemas.openid.net/event/backchannel-logout']);
  const [meant, ended] = server.records.slice(-2);
  expect(meant).toMatchObject({ kind: 'intent', intends: 'sign-out', outcome: 'unknown' });
  expect(ended).toMatchObject({ kind: 'sign-out', outcome: 'permit', caller: { user: { id: 'person-okafor' } } });
  const again = await launched.browser.open(`${server.issuer}/authorize?${new URLSearchParams({ client_id: 'growth-chart' })}`);
  expect(again.url).not.toContain('code=');
});

test('who signs out on our own page is signed out of the apps as well', async () => {
  told.length = 0;
  const { launched } = await tokensFor(server);
  const page = await launched.browser.open(`${server.issuer}/sign-out`);
  await launched.browser.submit(page, '/sign-out');
  const { payload } = await jwtVerify(new URLSearchParams(told[0]).get('logout_token')!, keys(), { audience: 'growth-chart' });
  expect(payload.sub).toBe('person-okafor');
});

test('whoever does not press the button stays signed in, which is on record', async () => {
  const { body, launched } = await tokensFor(server);
  const query = new URLSearchParams({
    id_token_hint: String(body['id_token']),
    post_logout_redirect_uri: 'https://app.example/bye',
  });
  const page = await launched.browser.open(`${server.issuer}/session/end?${query}`);
  await launched.browser.submit(page, '/session/end/confirm', {});
  expect(await server.tokens.resolve(String(body['access_token']))).toBeDefined();
  expect(server.records.at(-1)).toMatchObject({
    kind: 'sign-out',
    outcome: 'deny',
    reason: 'asked for by an app, and not confirmed',
  });
});

test('a logout request leads nowhere that is not registered', async () => {
  const { body, launched } = await tokensFor(server);
  const query = new URLSearchParams({
    id_token_hint: String(body['id_token']),
    post_logout_redirect_uri: 'https://evil.example/',
  });
  expect((await launched.browser.open(`${server.issuer}/session/end?${query}`)).status).toBe(400);
});

test('R-047 new keys sign at once, old id_tokens stay verifiable, nothing stops', async () => {
  const before = await tokensFor(server);
  const [rsa] = await rotateSigningKeys(server.storage, Date.now());
  const after = await tokensFor(server);
  expect(decodeProtectedHeader(String(after.body['id_token'])).kid).toBe(rsa);
  expect(decodeProtectedHeader(String(before.body['id_token'])).kid).not.toBe(rsa);
  for (const { body } of [before, after]) await jwtVerify(String(body['id_token']), keys(), { issuer: server.issuer });
  expect(await server.tokens.resolve(String(before.body['access_token']))).toBeDefined();
  const { keys: published } = (await (await fetch(`${server.issuer}/jwks`)).json()) as { keys: Record<string, unknown>[] };
  expect(published.map(({ alg }) => alg).sort()).toEqual([
    'ES256',
    'ES256',
    'EdDSA',
    'EdDSA',
    'PS256',
    'PS256',
    'RS256',
    'RS256',
  ]);
  expect(JSON.stringify(published)).not.toMatch(/"(d|p|q|dp|dq|qi)":/);
  // A day later the old ones are gone.
  await rotateSigningKeys(server.storage, Date.now() + 25 * 3_600_000);
  const later = (await (await fetch(`${server.issuer}/jwks`)).json()) as { keys: Record<string, unknown>[] };
  expect(later.keys.map(({ kid }) => kid)).not.toContain(decodeProtectedHeader(String(before.body['id_token'])).kid);
});
