/** RFC 7591 and RFC 7592: registration with an initial access token, every field checked, nothing fetched, nothing widened. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertRegistrationToken } from '../../../src/storage/registration-tokens.ts';
import { tokenHash } from '../../../src/token/token-hash.ts';
import { es384, type Issuer, redirectUri, startIssuer } from './harness.ts';
import { basic, launch, token } from './launch.ts';

let server: Issuer;
let host: Server;
let asked = 0;
let logo: string;
beforeAll(async () => {
  server = await startIssuer();
  host = createServer((_request, response) => {
    asked += 1;
    response.end();
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  logo = `https://localhost:${(host.address() as AddressInfo).port}/logo.png`;
});
afterAll(async () => {
  host?.close();
  await server?.close();
});

async function initialToken(scope = 'openid launch/patient patient/*.rs', uses = 1, life = 60_000): Promise<string> {
  const value = randomBytes(32).toString('base64url');
  await insertRegistrationToken(server.storage.db, {
    idHash: tokenHash(value),
    note: 'a developer',
    scope,
    uses,
    expiresAt: new Date(Date.now() + life),
  });
  return value;
}

async function call(method: string, path: string, bearer: string | undefined, body?: unknown) {
  const response = await fetch(path.startsWith('http') ? path : server.issuer + path, {
    method,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

const app = { client_name: 'New App', redirect_uris: [redirectUri], scope: 'openid launch/patient patient/*.rs' };

describe('registration', () => {
  test('R-094 an app registers itself, launches, changes and removes itself; secrets and tokens are told once and kept as hashes', async () => {
    const made = await call('POST', '/register', await initialToken(), { ...app, logo_uri: logo });
    expect(made.status).toBe(201);
    const { client_id: id, client_secret: secret, registration_access_token: own } = made.body as Record<string, string>;
    expect(made.body).toMatchObject({
      client_secret_expires_at: 0,
      token_endpoint_auth_method: 'client_secret_basic',
      scope: app.scope,
    });

    const { answer, verifier } = await launch(server, { client: id!, scope: app.scope });
    const exchange = {
      grant_type: 'authorization_code',
      code: answer.get('code')!,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    expect((await token(server, exchange, basic(id, secret))).body).toMatchObject({ patient: 'haruka' });

    // A name that an app gave itself is not said on a page of ours to whoever follows a link.
    const { page } = await launch(server, {
      client: id!,
      scope: app.scope,
      request: { redirect_uri: 'https://evil.example/' },
    });
    expect(page.text).toContain('<h1>We cannot send you on</h1>');
    expect(page.text).not.toContain('New App');

    const uri = String(made.body['registration_client_uri']);
    const read = await call('GET', uri, own);
    expect([read.status, read.body['client_name']]).toEqual([200, 'New App']);
    expect(JSON.stringify([read.body, server.records])).not.toContain(secret);
    expect(JSON.stringify(await server.storage.db.selectFrom('client').selectAll().execute())).not.toContain(own);

    expect(
      (await call('PUT', uri, own, { ...app, client_name: 'Renamed', scope: 'openid patient/*.cruds system/*.rs' })).body,
    ).toMatchObject({
      client_name: 'Renamed',
      scope: 'openid patient/*.rs',
    });
    expect((await call('PUT', uri, own, { ...app, token_endpoint_auth_method: 'none' })).status).toBe(400);
    expect((await call('DELETE', uri, own)).status).toBe(204);
    expect((await call('GET', uri, own)).status).toBe(401);
    expect((await launch(server, { client: id!, scope: app.scope })).page.status).toBe(400);
    expect(asked).toBe(0);
  });

  test('never wider than the initial access token allows, and without a role', async () => {
    const { body } = await call('POST', '/register', await initialToken('patient/Observation.rs'), {
      ...app,
      scope: 'patient/*.cruds patient/Observation.rs __fireguard-admin system/*.rs',
    });
    expect(body['scope']).toBe('patient/Observation.rs');
    const row = await server.storage.db
      .selectFrom('client')
      .selectAll()
      .where('id', '=', String(body['client_id']))
      .executeTakeFirstOrThrow();
    expect(row.roles).toEqual([]);
  });

  test('a token is used up, also by many at once, and ends', async () => {
    const once = await initialToken();
    const many = await Promise.all(Array.from({ length: 5 }, () => call('POST', '/register', once, app)));
    expect(many.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401, 401]);
    expect((await call('POST', '/register', await initialToken(undefined, 1, -1), app)).status).toBe(401);
    expect((await call('POST', '/register', undefined, app)).status).toBe(401);
    expect((await call('POST', '/register', 'x'.repeat(43), app)).status).toBe(401);
  });

  test.each<[string, unknown, string]>([
    ['a redirect with a wildcard', { ...app, redirect_uris: ['https://*.example/cb'] }, 'invalid_redirect_uri'],
    ['a redirect by plain HTTP', { ...app, redirect_uris: ['http://app.example/cb'] }, 'invalid_redirect_uri'],
    ['a redirect with a fragment', { ...app, redirect_uris: ['https://app.example/cb#x'] }, 'invalid_redirect_uri'],
    ['a script for a redirect', { ...app, redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['no redirect', { ...app, redirect_uris: [] }, 'invalid_redirect_uri'],
    ['a name that turns around', { ...app, client_name: 'nice\u202Eapp' }, 'invalid_client_metadata'],
    ['the password grant', { ...app, grant_types: ['password'] }, 'invalid_client_metadata'],
    ['the implicit flow', { ...app, response_types: ['token'] }, 'invalid_client_metadata'],
    [
      'an app that is a service too',
      { ...app, grant_types: ['authorization_code', 'client_credentials'] },
      'invalid_client_metadata',
    ],
    ['a service with a secret', { ...app, redirect_uris: [], grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
    ['keys that it does not use', { ...app, jwks: { keys: [es384('x').publicJwk] } }, 'invalid_client_metadata'],
    [
      'a private key',
      { ...app, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [es384('x').privateJwk] } },
      'invalid_client_metadata',
    ],
    [
      'keys by plain HTTP',
      { ...app, token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://k.example/' },
      'invalid_client_metadata',
    ],
    ['unsigned id_tokens', { ...app, id_token_signed_response_alg: 'none' }, 'invalid_client_metadata'],
    ['a software statement', { ...app, software_statement: 'a.b.c' }, 'invalid_client_metadata'],
    ['a logo that is a script', { ...app, logo_uri: 'javascript:alert(1)' }, 'invalid_client_metadata'],
    ['nothing readable', 'nonsense', 'invalid_client_metadata'],
    ['a list', [], 'invalid_client_metadata'],
  ])('%s is refused, and uses nothing up', async (_what, body, error) => {
    const initial = await initialToken();
    const refused = await call('POST', '/register', initial, body);
    expect([refused.status, refused.body['error']]).toEqual([400, error]);
    expect((await call('POST', '/register', initial, app)).status).toBe(201);
  });

  test('one client’s token does not open another’s registration', async () => {
    const one = await call('POST', '/register', await initialToken(), app);
    const other = await call('POST', '/register', await initialToken(), app);
    const uri = String(other.body['registration_client_uri']);
    for (const method of ['GET', 'DELETE'])
      expect((await call(method, uri, String(one.body['registration_access_token']))).status).toBe(401);
  });
});

test('R-171 nothing is registered that cannot be recorded, and programs are answered in JSON', async () => {
  const initial = await initialToken();
  server.auditWorks(false);
  const refused = await call('POST', '/register', initial, app);
  server.auditWorks(true);
  expect(refused.status).toBeGreaterThanOrEqual(500);
  expect(refused.body).toHaveProperty('error');
  expect(refused.body).not.toHaveProperty('client_id');
});
