/** What happens to a token after it was issued: refresh, introspection, userinfo, revocation, and the ends that others bring about. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPersonDisabled } from '../../../src/storage/people.ts';
import { formsOf } from './browser.ts';
import { type Issuer, SECRET, startIssuer } from './harness.ts';
import { basic, launch, post, token, tokensFor } from './launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

const offline = 'openid fhirUser launch/patient offline_access patient/*.rs';
const stay = { consent: { duration: 'stay' } };
const introspect = (value: string, headers: Record<string, string> = basic()) =>
  post(`${server.issuer}/introspect`, { token: value }, headers);

describe('refresh', () => {
  const refresh = (value: unknown, more: Record<string, string> = {}) =>
    token(server, { grant_type: 'refresh_token', refresh_token: String(value), client_id: 'growth-chart', ...more });

  test('"only this time" gives no refresh token, and does not say that it did', async () => {
    const { body } = await tokensFor(server, { scope: offline });
    expect(body).not.toHaveProperty('refresh_token');
    expect(body['scope']).not.toContain('offline_access');
  });

  test('R-099 a refreshed token has the same scope and patient; the old refresh token is used up', async () => {
    const { body } = await tokensFor(server, { scope: offline, ...stay });
    expect(body['scope']).toContain('offline_access');
    const next = await refresh(body['refresh_token']);
    expect(next.status).toBe(200);
    expect(next.body).toMatchObject({
      scope: body['scope'],
      patient: 'haruka',
      need_patient_banner: true,
      expires_in: 3600,
      token_type: 'Bearer',
    });
    expect(next.body['refresh_token']).not.toBe(body['refresh_token']);
    expect(next.headers.get('pragma')).toBe('no-cache');
    expect((await refresh(next.body['refresh_token'], { scope: 'patient/*.rs launch/patient' })).body['scope']).toBe(
      'launch/patient patient/*.rs',
    );
  });

  test('R-095 a refresh token used again ends all that came of it, at once', async () => {
    const { body } = await tokensFor(server, { scope: offline, ...stay });
    const next = await refresh(body['refresh_token']);
    expect(await server.tokens.resolve(String(next.body['access_token']))).toBeDefined();
    const again = await refresh(body['refresh_token']);
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
    expect(await server.tokens.resolve(String(next.body['access_token']))).toBeUndefined();
    expect((await refresh(next.body['refresh_token'])).status).toBe(400);
  });

  test('R-095 of many who refresh at once, none is left with a living token', async () => {
    const { body } = await tokensFor(server, { scope: offline, ...stay });
    const all = await Promise.all(Array.from({ length: 10 }, () => refresh(body['refresh_token'])));
    expect(all.filter(({ status }) => status >= 500)).toEqual([]);
    const got = all.filter(({ status }) => status === 200);
    expect(got.length).toBeLessThanOrEqual(1);
    for (const one of got) expect(await server.tokens.resolve(String(one.body['access_token']))).toBeUndefined();
  });

  test('a refresh cannot widen, and another client cannot refresh', async () => {
    const { body } = await tokensFor(server, { scope: offline, ...stay });
    expect((await refresh(body['refresh_token'], { scope: 'user/*.cruds' })).body['error']).toBe('invalid_scope');
    const other = await token(server, { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) }, basic());
    expect([other.status, other.body['error']]).toEqual([400, 'invalid_grant']);
    expect((await refresh('nonsense')).status).toBe(400);
  });

  test('a public client may leave its name out, a confidential one not its proof', async () => {
    const { body } = await tokensFor(server, { scope: offline, ...stay });
    expect((await token(server, { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) })).status).toBe(
      200,
    );
    const portal = await tokensFor(server, { client: 'portal', scope: offline, ...stay });
    expect(
      (await token(server, { grant_type: 'refresh_token', refresh_token: String(portal.body['refresh_token']) })).status,
    ).toBe(401);
  });

  test('what the client may no longer have is gone at the next refresh', async () => {
    const { body } = await tokensFor(server, { scope: `${offline} user/*.rs`, ...stay });
    const change = (scope: string) =>
      server.storage.db.updateTable('client').set({ scope }).where('id', '=', 'growth-chart').execute();
    const before = await server.storage.db
      .selectFrom('client')
      .select('scope')
      .where('id', '=', 'growth-chart')
      .executeTakeFirstOrThrow();
    await change(before.scope.replace(' user/*.cruds', ''));
    expect((await refresh(body['refresh_token'])).body['scope']).toBe(offline);
    await change(before.scope);
  });

  test('online_access lasts as long as the session', async () => {
    const { body, launched } = await tokensFor(server, { scope: 'openid launch/patient online_access patient/*.rs', ...stay });
    const next = await refresh(body['refresh_token']);
    expect(next.status).toBe(200);
    const page = await launched.browser.open(`${server.issuer}/sign-out`);
    expect((await launched.browser.submit(page, '/sign-out')).text).toContain('You are signed out');
    expect((await refresh(next.body['refresh_token'])).status).toBe(400);
    expect(await server.tokens.resolve(String(next.body['access_token']))).toBeUndefined();
    expect(server.records.at(-2)).toMatchObject({ kind: 'sign-out' });
  });

  test('staying connected outlives the session', async () => {
    const { body, launched } = await tokensFor(server, { scope: offline, ...stay });
    const page = await launched.browser.open(`${server.issuer}/sign-out`);
    await launched.browser.submit(page, '/sign-out');
    expect((await refresh(body['refresh_token'])).status).toBe(200);
  });

  test('signing out needs the form’s own token', async () => {
    const { browser } = await launch(server);
    const page = await browser.open(`${server.issuer}/sign-out`);
    expect(formsOf(page)).toHaveLength(1);
    expect((await browser.submit(page, '/sign-out', { csrf: 'x' })).status).toBe(400);
    expect((await browser.open(`${server.issuer}/sign-out`)).text).toContain('Sign out?');
  });
});

describe('R-107 introspection', () => {
  test('R-107 says what the token answer said, to a confidential client', async () => {
    const { body } = await tokensFor(server);
    const { status, headers, body: told } = await introspect(String(body['access_token']));
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(told).toEqual({
      active: true,
      scope: body['scope'],
      client_id: 'growth-chart',
      exp: expect.any(Number),
      token_type: 'Bearer',
      aud: server.fhirBase,
      iss: server.issuer,
      sub: 'person-okafor',
      fhirUser: `${server.fhirBase}/Practitioner/okafor`,
      patient: 'haruka',
      need_patient_banner: true,
      acr: 'aal1',
      amr: ['pwd'],
      roles: ['physician'],
      auth_time: expect.any(Number),
    });
    const claims = JSON.parse(Buffer.from(String(body['id_token']).split('.')[1] ?? '', 'base64url').toString());
    expect([told['iss'], told['sub'], told['fhirUser']]).toEqual([claims.iss, claims.sub, claims.fhirUser]);
  });

  test('R-107 dead tokens are only that', async () => {
    for (const dead of ['nonsense', 'x'.repeat(43)])
      expect(await introspect(dead)).toMatchObject({ status: 200, body: { active: false } });
    expect(Object.keys((await introspect('nonsense')).body)).toEqual(['active']);
  });

  test.each([
    ['without proof', {}, {}],
    ['as a public client', {}, { client_id: 'growth-chart' }],
    ['with a wrong secret', basic('portal', 'wrong'), {}],
    ['with a dead bearer token', { authorization: 'Bearer nonsense' }, {}],
  ])('R-107 %s it is 401', async (_name, headers, more) => {
    const { status, headers: answer } = await post(
      `${server.issuer}/introspect`,
      { token: 'x', ...more },
      headers as Record<string, string>,
    );
    expect(status).toBe(401);
    expect(answer.get('www-authenticate')).toMatch(/^(Basic|Bearer)/);
  });

  test('R-107 a bearer token may ask only with the scope for it', async () => {
    const { body } = await tokensFor(server);
    expect((await introspect(String(body['access_token']), { authorization: `Bearer ${body['access_token']}` })).status).toBe(
      401,
    );
  });
});

describe('OpenID Connect', () => {
  test('R-047 the id_token is RS256, verifiable, with nonce and an absolute fhirUser', async () => {
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    const { body } = await tokensFor(server);
    const { jwks_uri } = (await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()) as {
      jwks_uri: string;
    };
    const { payload, protectedHeader } = await jwtVerify(String(body['id_token']), createRemoteJWKSet(new URL(jwks_uri)), {
      issuer: server.issuer,
      audience: 'growth-chart',
      algorithms: ['RS256'],
    });
    expect(payload).toMatchObject({ sub: 'person-okafor', nonce: 'n-1', fhirUser: `${server.fhirBase}/Practitioner/okafor` });
    expect(protectedHeader.kid).toBeTypeOf('string');
    expect(JSON.stringify(await (await fetch(jwks_uri)).json())).not.toMatch(/"[dpq]"/);
  });

  test('R-047 userinfo says the same, by GET and POST; not without openid, not for a dead token', async () => {
    const { body } = await tokensFor(server, { scope: 'openid fhirUser profile user/*.rs' });
    const headers = { authorization: `Bearer ${body['access_token']}` };
    for (const method of ['GET', 'POST'])
      expect(await (await fetch(`${server.issuer}/userinfo`, { method, headers })).json()).toEqual({
        sub: 'person-okafor',
        name: 'Dr Ines Okafor',
        fhirUser: `${server.fhirBase}/Practitioner/okafor`,
      });
    const plain = await tokensFor(server, { scope: 'user/*.rs' });
    expect(
      (await fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${plain.body['access_token']}` } })).status,
    ).toBe(403);
    const dead = await fetch(`${server.issuer}/userinfo`, { headers: { authorization: 'Bearer nonsense' } });
    expect([dead.status, dead.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
  });
});

describe('revocation', () => {
  const revoke = (value: unknown, params: Record<string, string> = { client_id: 'growth-chart' }, headers = {}) =>
    post(`${server.issuer}/revoke`, { token: String(value), ...params }, headers);

  test('RFC 7009: an access token is dead when the answer is there, also where it was cached', async () => {
    const { body } = await tokensFor(server, { scope: offline, ...stay });
    const access = String(body['access_token']);
    expect(await server.tokens.resolve(access)).toBeDefined();
    expect((await revoke(access)).status).toBe(200);
    expect(await server.tokens.resolve(access)).toBeUndefined();
    expect((await introspect(access)).body).toEqual({ active: false });
    expect(server.records.at(-1)).toMatchObject({
      kind: 'token',
      action: 'token-revoked',
      caller: { client: { id: 'growth-chart' } },
    });
  });

  test('RFC 7009: a refresh token takes its access tokens with it', async () => {
    const { body } = await tokensFor(server, { scope: offline, ...stay });
    expect((await revoke(body['refresh_token'])).status).toBe(200);
    expect(await server.tokens.resolve(String(body['access_token']))).toBeUndefined();
    expect(
      (
        await token(server, {
          grant_type: 'refresh_token',
          refresh_token: String(body['refresh_token']),
          client_id: 'growth-chart',
        })
      ).status,
    ).toBe(400);
  });

  test('RFC 7009: an unknown token is 200; another client’s token lives on', async () => {
    expect((await revoke('nonsense')).status).toBe(200);
    const { body } = await tokensFor(server);
    await revoke(body['access_token'], {}, basic());
    expect(await server.tokens.resolve(String(body['access_token']))).toBeDefined();
    expect((await revoke(body['access_token'], {})).status).toBe(400);
  });

  test('by person, grant and client', async () => {
    const one = String((await tokensFor(server)).body['access_token']);
    expect(await server.tokens.resolve(one)).toBeDefined();
    await server.revocation.byPerson('person-okafor');
    expect(await server.tokens.resolve(one)).toBeUndefined();
    const two = String((await tokensFor(server, { client: 'portal' })).body['access_token']);
    expect(await server.tokens.resolve(two)).toBeDefined();
    await server.revocation.byClient('portal');
    expect(await server.tokens.resolve(two)).toBeUndefined();
  });

  test('a disabled person’s token is dead as soon as that is announced, and their session signs nobody in', async () => {
    const { body, launched } = await tokensFor(server, { username: 'clerk', scope: 'openid user/*.rs' });
    const access = String(body['access_token']);
    expect(await server.tokens.resolve(access)).toBeDefined();
    await setPersonDisabled(server.storage.db, 'person-clerk', true);
    await server.storage.cluster.announce({ kind: 'person', id: 'person-clerk' });
    expect(await server.tokens.resolve(access)).toBeUndefined();
    expect((await introspect(access)).body).toEqual({ active: false });
    const { page } = await launch(server, { username: 'clerk', scope: 'openid user/*.rs' }, launched.browser);
    expect(page.text).toContain('The username and password do not match');
    await setPersonDisabled(server.storage.db, 'person-clerk', false);
  });
});

test('R-048 the database holds no token, code, cookie or secret', async () => {
  const { body, launched } = await tokensFor(server, { client: 'portal', scope: offline, ...stay });
  const rows = [
    ...(await server.storage.db.selectFrom('oidc_payload').selectAll().execute()),
    ...(await server.storage.db.selectFrom('client').selectAll().execute()),
    ...(await server.storage.db.selectFrom('launch_context').selectAll().execute()),
  ];
  const text = JSON.stringify(rows);
  const secrets = [
    body['access_token'],
    body['refresh_token'],
    launched.answer.get('code'),
    SECRET,
    ...[...launched.browser.cookies.values()].map(({ value }) => value),
  ];
  for (const secret of secrets) expect(text).not.toContain(String(secret));
});

test('R-048 unfinished logins do not keep their id in the clear either', async () => {
  const { browser } = await launch(server, { password: 'wrong' });
  const id = browser.cookies.get('fireguard-step')?.value ?? '';
  expect(id.length).toBeGreaterThan(20);
  expect(JSON.stringify(await server.storage.db.selectFrom('oidc_payload').selectAll().execute())).not.toContain(id);
});
