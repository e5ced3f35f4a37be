/** Tokens bound to a key (RFC 9449, RFC 8705), pushed requests (RFC 9126), FAPI 2.0 clients, and other ways of proving who a client is. */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientProtocol } from '../../../src/storage/schema.ts';
import { newBrowser } from './browser.ts';
import { dpopKey } from './dpop.ts';
import { type Issuer, redirectUri, SECRET, startIssuer } from './harness.ts';
import { authorizeUrl, basic, clickThrough, launch, post, token, tokensFor } from './launch.ts';
import { clientAssertion, serviceToken, withAssertion } from './service-token.ts';

const lab = 'http://lab.example/fhir';
let server: Issuer;
beforeAll(async () => {
  server = await startIssuer({ jwtAudiences: [lab] });
});
afterAll(() => server?.close());

async function register(id: string, protocol: ClientProtocol): Promise<void> {
  await server.storage.db
    .updateTable('client')
    .set({ protocol: JSON.stringify(protocol) })
    .where('id', '=', id)
    .execute();
}

const codeExchange = (code: string, code_verifier: string, client_id = 'growth-chart') => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: redirectUri,
  code_verifier,
  client_id,
});

describe('DPoP (RFC 9449)', () => {
  test('a proof at the token endpoint binds access and refresh token to its key', async () => {
    const key = await dpopKey();
    const { answer, verifier } = await launch(server, {
      scope: 'openid launch/patient patient/*.rs offline_access',
      consent: { duration: 'stay' },
    });
    const bound = await token(server, codeExchange(answer.get('code')!, verifier), {
      dpop: await key.proof('POST', `${server.issuer}/token`),
    });
    expect([bound.status, bound.body['token_type']]).toEqual([200, 'DPoP']);
    expect((await server.tokens.resolve(String(bound.body['access_token'])))?.binding).toEqual({
      kind: 'dpop',
      thumbprint: key.thumbprint,
    });
    const told = await post(`${server.issuer}/introspect`, { token: String(bound.body['access_token']) }, basic());
    expect(told.body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: key.thumbprint } });

    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(bound.body['refresh_token']),
      client_id: 'growth-chart',
    };
    expect((await token(server, refresh)).status).toBe(400);
    const other = await dpopKey();
    expect((await token(server, refresh, { dpop: await other.proof('POST', `${server.issuer}/token`) })).status).toBe(400);
    const again = await token(server, refresh, { dpop: await key.proof('POST', `${server.issuer}/token`) });
    expect([again.status, again.body['token_type']]).toEqual([200, 'DPoP']);
  });

  test.each<[string, { claims?: Record<string, unknown>; header?: Record<string, unknown> }]>([
    ['for another method', { claims: { htm: 'GET' } }],
    ['for another address', { claims: { htu: 'https://elsewhere.example/token' } }],
    ['that is old', { claims: { iat: 1_600_000_000 } }],
    ['without an id', { claims: { jti: undefined } }],
    ['of another type', { header: { typ: 'JWT' } }],
  ])('a proof %s is refused', async (what, change) => {
    const key = await dpopKey();
    const { answer, verifier } = await launch(server);
    const refused = await token(server, codeExchange(answer.get('code')!, verifier), {
      dpop: await key.proof('POST', `${server.issuer}/token`, change),
    });
    // An old one may be made again, with the nonce of the answer (RFC 9449 §8).
    const error = what === 'that is old' ? 'use_dpop_nonce' : 'invalid_dpop_proof';
    expect([refused.status, refused.body['error']]).toEqual([400, error]);
  });

  test('a proof is used once', async () => {
    const key = await dpopKey();
    const proof = await key.proof('POST', `${server.issuer}/token`);
    const ask = async () => {
      const { answer, verifier } = await launch(server);
      return (await token(server, codeExchange(answer.get('code')!, verifier), { dpop: proof })).status;
    };
    expect([await ask(), await ask()]).toEqual([200, 400]);
  });

  test('a public app that begins to prove its key when it refreshes is held to it from then on', async () => {
    const scope = 'openid launch/patient patient/*.rs offline_access';
    const { body } = await tokensFor(server, { scope, consent: { duration: 'stay' } });
    const refresh = (from: Record<string, unknown>, proof?: string) =>
      token(
        server,
        { grant_type: 'refresh_token', refresh_token: String(from['refresh_token']), client_id: 'growth-chart' },
        proof === undefined ? {} : { dpop: proof },
      );
    const key = await dpopKey();
    const bound = await refresh(body, await key.proof('POST', `${server.issuer}/token`));
    expect([bound.status, bound.body['token_type']]).toEqual([200, 'DPoP']);
    const other = await dpopKey();
    expect((await refresh(bound.body, await other.proof('POST', `${server.issuer}/token`))).status).toBe(400);
    expect((await refresh(bound.body)).status).toBe(400);
    const again = await refresh(bound.body, await key.proof('POST', `${server.issuer}/token`));
    expect([again.status, (await refresh(again.body)).status]).toEqual([200, 400]);
  });

  test('a client that is registered for bound tokens gets no other', async () => {
    await register('growth-chart', { dpopBound: true });
    const { answer, verifier } = await launch(server);
    const refused = await token(server, codeExchange(answer.get('code')!, verifier));
    await register('growth-chart', {});
    expect(refused.status).toBe(400);
  });
});

describe('PAR (RFC 9126)', () => {
  const params = (verifier: string) =>
    Object.fromEntries(new URL(authorizeUrl(server, {}, verifier, 'state-of-22-characters')).searchParams);

  test('a pushed request is authorised by its reference, once', async () => {
    const verifier = 'v'.repeat(43);
    const pushed = await post(`${server.issuer}/par`, params(verifier));
    expect(pushed.status).toBe(201);
    const url = `${server.issuer}/authorize?${new URLSearchParams({ client_id: 'growth-chart', request_uri: String(pushed.body['request_uri']) })}`;
    const page = await clickThrough(newBrowser(server.issuer), url);
    const code = new URL(page.url).searchParams.get('code');
    expect((await token(server, codeExchange(code!, verifier))).body).toMatchObject({ patient: 'haruka' });
    const again = await clickThrough(newBrowser(server.issuer), url);
    expect(again.url).not.toContain('code=');
  });

  test.each([
    ['another aud', { aud: 'https://elsewhere.example/fhir' }],
    ['no aud', { aud: '' }],
    ['an unregistered redirect', { redirect_uri: 'https://evil.example/' }],
    ['no PKCE', { code_challenge: '', code_challenge_method: '' }],
    ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }],
  ])('with %s it is refused at once', async (_what, change) => {
    const asked = { ...params('v'.repeat(43)), ...change };
    const entries = Object.entries(asked).filter(([, value]) => value !== '');
    expect((await post(`${server.issuer}/par`, Object.fromEntries(entries))).status).toBe(400);
  });

  test('a confidential client proves who it is', async () => {
    expect((await post(`${server.issuer}/par`, { ...params('v'.repeat(43)), client_id: 'portal' })).status).toBe(401);
    expect((await post(`${server.issuer}/par`, { ...params('v'.repeat(43)), client_id: 'portal' }, basic())).status).toBe(201);
  });
});

describe('FAPI 2.0', () => {
  test('a client of this profile must push, bind and name the issuer alone as audience', async () => {
    await register('registry', { fapi: true });
    const verifier = 'v'.repeat(43);
    const url = authorizeUrl(server, { client: 'registry' }, verifier, 's'.repeat(22));
    const direct = await newBrowser(server.issuer).open(url);
    expect(direct.url).toContain('error=invalid_request');

    const push = async (audience: string) =>
      post(`${server.issuer}/par`, {
        ...Object.fromEntries(new URL(url).searchParams),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await clientAssertion('registry', server.appKey, audience),
      });
    expect((await push(`${server.issuer}/token`)).status).toBe(401);
    const pushed = await push(server.issuer);
    expect(pushed.status).toBe(201);
    const page = await clickThrough(
      newBrowser(server.issuer),
      `${server.issuer}/authorize?${new URLSearchParams({ client_id: 'registry', request_uri: String(pushed.body['request_uri']) })}`,
    );
    const code = new URL(page.url).searchParams.get('code')!;
    const key = await dpopKey();
    const proven = {
      ...codeExchange(code, verifier, 'registry'),
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientAssertion('registry', server.appKey, server.issuer),
    };
    const bound = await token(server, proven, { dpop: await key.proof('POST', `${server.issuer}/token`) });
    await register('registry', {});
    expect([bound.status, bound.body['token_type']]).toEqual([200, 'DPoP']);
    const { protectedHeader } = await jwtVerify(
      String(bound.body['id_token']),
      createRemoteJWKSet(new URL(`${server.issuer}/jwks`)),
    );
    expect(protectedHeader.alg).toBe('ES256');
  });
});

describe('client_secret_post', () => {
  const inBody = async () => {
    const { answer, verifier } = await launch(server, { client: 'portal' });
    return token(server, { ...codeExchange(answer.get('code')!, verifier, 'portal'), client_secret: SECRET });
  };
  test('only where it is registered', async () => {
    expect((await inBody()).status).toBe(401);
    await register('portal', { secretInBody: true });
    expect((await inBody()).status).toBe(200);
    expect((await tokensFor(server, { client: 'portal' })).status).toBe(200);
    await register('portal', {});
  });
  test('not at introspection or revocation either', async () => {
    for (const place of ['introspect', 'revoke'])
      expect((await post(`${server.issuer}/${place}`, { token: 'x', client_id: 'portal', client_secret: SECRET })).status).toBe(
        401,
      );
  });
});

describe('R-003 JWTs for other FHIR servers (RFC 9068, RFC 8707)', () => {
  const ask = async (resource: string) =>
    token(server, {
      grant_type: 'client_credentials',
      scope: 'system/*.rs',
      resource,
      ...(await withAssertion('nightly', server.backendKey, server)),
    });

  test('a client registered for it gets an at+jwt of five minutes, and no other client', async () => {
    expect((await ask(lab)).body['error']).toBe('invalid_target');
    await register('nightly', { jwtAudiences: [lab] });
    const { body } = await ask(lab);
    const { payload, protectedHeader } = await jwtVerify(
      String(body['access_token']),
      createRemoteJWKSet(new URL(`${server.issuer}/jwks`)),
      {
        issuer: server.issuer,
        audience: lab,
        typ: 'at+jwt',
        algorithms: ['RS256'],
      },
    );
    expect(payload).toMatchObject({ sub: 'nightly', client_id: 'nightly', scope: 'system/*.rs', jti: expect.any(String) });
    expect(payload.exp! - payload.iat!).toBe(300);
    expect(protectedHeader.kid).toBeDefined();
    // Our own FHIR server takes no JWT, and no token for somebody else.
    expect(await server.tokens.resolve(String(body['access_token']))).toBeUndefined();
    expect((await ask('https://elsewhere.example/fhir')).body['error']).toBe('invalid_target');
    await register('nightly', {});
  });

  test('an app names it as aud; the JWT says who signed in, and whose record is open', async () => {
    await register('growth-chart', { jwtAudiences: [lab] });
    const { body } = await tokensFor(server, { request: { aud: lab } });
    await register('growth-chart', {});
    const { payload } = await jwtVerify(String(body['access_token']), createRemoteJWKSet(new URL(`${server.issuer}/jwks`)), {
      audience: lab,
    });
    expect(payload).toMatchObject({
      sub: 'person-okafor',
      client_id: 'growth-chart',
      patient: 'haruka',
      fhirUser: `${server.fhirBase}/Practitioner/okafor`,
      auth_time: expect.any(Number),
      acr: 'aal1',
      amr: ['pwd'],
    });
  });
});

test('R-048 My apps lists what holds a JWT alone, says when that ends, and stops what would follow', async () => {
  await register('growth-chart', { jwtAudiences: [lab] });
  const { launched } = await tokensFor(server, { request: { aud: lab }, scope: 'openid launch/patient patient/Condition.rs' });
  await register('growth-chart', {});
  const apps = () => launched.browser.open(`${server.issuer}/my-apps`);
  const page = await apps();
  expect(page.text).toContain('Conditions and allergies');
  expect(page.text).toMatch(/ends by itself at <time>[^<]*\d{2}:\d{2}[^<]*<\/time>/);
  const held = page.text.split('action="/my-apps/stop"').length;
  const stopped = await launched.browser.submit(page, '/my-apps/stop', {
    grant: grantOf(page.text, 'Conditions and allergies'),
  });
  expect(stopped.text.split('action="/my-apps/stop"').length).toBe(held - 1);
  expect(stopped.text.split('ends by itself').length).toBe(page.text.split('ends by itself').length - 1);
});

/** The button's value is the grant; forms are read without their buttons. */
function grantOf(text: string, part: string): string {
  const row = text.split('<li class="stack">').find((one) => one.includes(part)) ?? '';
  return /name="grant" value="([^"]+)"/.exec(row)?.[1] ?? '';
}

test.each([
  ['RS256', 'sha256'],
  ['PS256', 'sha256'],
  ['ES256', 'sha256'],
  ['EdDSA', 'sha512'],
] as const)(
  'R-047 the id_token says how and when its person signed in, under %s where that was registered',
  async (alg, hash) => {
    await register('growth-chart', { idTokenAlg: alg });
    const { body } = await tokensFor(server);
    await register('growth-chart', {});
    const { payload, protectedHeader } = await jwtVerify(
      String(body['id_token']),
      createRemoteJWKSet(new URL(`${server.issuer}/jwks`)),
    );
    const digest = createHash(hash).update(String(body['access_token'])).digest();
    const half = digest.subarray(0, digest.length / 2).toString('base64url');
    expect([protectedHeader.alg, payload['at_hash']]).toEqual([alg, half]);
    expect(payload).toMatchObject({ auth_time: expect.any(Number), acr: 'aal1', amr: ['pwd'] });
  },
);

test('a service may bind its tokens too', async () => {
  const key = await dpopKey();
  const { body } = await token(
    server,
    { grant_type: 'client_credentials', scope: 'system/*.rs', ...(await withAssertion('nightly', server.backendKey, server)) },
    { dpop: await key.proof('POST', `${server.issuer}/token`) },
  );
  expect(body['token_type']).toBe('DPoP');
  expect((await server.tokens.resolve(await serviceToken(server, 'nightly', 'system/*.rs')))?.binding).toBeUndefined();
});
