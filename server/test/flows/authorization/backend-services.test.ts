/** SMART Backend Services and the clients' proofs (R-106): one positive, and one negative per clause. */
import { createHmac, createPrivateKey, generateKeyPairSync, type JsonWebKey, randomUUID, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setClientDisabled } from '../../../src/storage/clients.ts';
import { es384, type Issuer, startIssuer } from './harness.ts';
import { basic, token } from './launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Change {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly key?: JsonWebKey;
}

/** Exactly what Inferno sends: no iat, no nbf, exp at the limit. */
function assertion(change: Change = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'ES384', kid: 'backend-1', typ: 'JWT', ...change.header };
  const claims = {
    iss: 'nightly',
    sub: 'nightly',
    aud: `${server.issuer}/token`,
    exp: now + 300,
    jti: randomUUID(),
    ...change.claims,
  };
  const input = `${part(header)}.${part(claims)}`;
  const key = createPrivateKey({ key: (change.key ?? server.backendKey.privateJwk) as JsonWebKey, format: 'jwk' });
  return `${input}.${sign('sha384', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const ask = (client_assertion: string, more: Record<string, string> = {}) =>
  token(server, {
    grant_type: 'client_credentials',
    scope: 'system/*.rs',
    client_assertion_type: TYPE,
    client_assertion,
    ...more,
  });

test('R-106 an assertion without iat, nbf and client_id gives a token for 300 s, without refresh', async () => {
  const { status, headers, body } = await ask(assertion());
  expect([status, body]).toEqual([
    200,
    { access_token: expect.any(String), expires_in: 300, scope: 'system/*.rs', token_type: 'Bearer' },
  ]);
  expect(headers.get('pragma')).toBe('no-cache');
  expect(await server.tokens.resolve(String(body['access_token']))).toMatchObject({
    client: { id: 'nightly', roles: ['backend-service'] },
    person: undefined,
    patient: undefined,
    audience: server.fhirBase,
  });
  expect(server.records.at(-1)).toMatchObject({
    kind: 'token',
    action: 'token-issued',
    outcome: 'permit',
    caller: { kind: 'system', client: { id: 'nightly' } },
  });
  expect(JSON.stringify(server.records)).not.toContain(body['access_token']);
});

test.each([
  ['the issuer', () => server.issuer],
  ['a list of one', () => [`${server.issuer}/token`]],
])('R-106 aud may be %s', async (_name, aud) => {
  expect((await ask(assertion({ claims: { aud: aud() } }))).status).toBe(200);
});

test('RS384 works as well', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'rsa-1' }];
  await server.storage.db
    .insertInto('client')
    .values({
      id: 'rsa-job',
      name: 'RSA',
      kind: 'backend',
      secret_hash: null,
      jwks: JSON.stringify({ keys }),
      jwks_uri: null,
      redirect_uris: [],
      scope: 'system/*.rs',
      roles: [],
      disabled: false,
    })
    .execute();
  const claims = {
    iss: 'rsa-job',
    sub: 'rsa-job',
    aud: server.issuer,
    exp: Math.floor(Date.now() / 1000) + 60,
    jti: randomUUID(),
  };
  const input = `${part({ alg: 'RS384', kid: 'rsa-1', typ: 'JWT' })}.${part(claims)}`;
  expect((await ask(`${input}.${sign('sha384', Buffer.from(input), privateKey).toString('base64url')}`)).status).toBe(200);
});

describe('R-106 refused assertions', () => {
  const now = () => Math.floor(Date.now() / 1000);
  test.each<[string, () => Change]>([
    ['that live longer than five minutes', () => ({ claims: { exp: now() + 400 } })],
    ['that have ended', () => ({ claims: { exp: now() - 60 } })],
    ['without an end', () => ({ claims: { exp: undefined } })],
    ['with an end that is no number', () => ({ claims: { exp: String(now() + 60) } })],
    ['for another server', () => ({ claims: { aud: 'https://elsewhere.example/token' } })],
    ['for this server and another', () => ({ claims: { aud: [server.issuer, 'https://elsewhere.example/token'] } })],
    ['for our introspection endpoint', () => ({ claims: { aud: `${server.issuer}/introspect` } })],
    ['without a jti', () => ({ claims: { jti: undefined } })],
    ['with a sub that is not the iss', () => ({ claims: { iss: 'portal' } })],
    ['of another client', () => ({ claims: { iss: 'registry', sub: 'registry' } })],
    ['of nobody', () => ({ claims: { iss: 'nobody', sub: 'nobody' } })],
    ['with an unknown kid', () => ({ header: { kid: 'other' } })],
    ['without a kid', () => ({ header: { kid: undefined } })],
    ['with a jku that is not registered', () => ({ header: { jku: 'https://evil.example/jwks' } })],
    ['of another type', () => ({ header: { typ: 'at+jwt' } })],
    ['signed by another key', () => ({ key: es384('backend-1').privateJwk as JsonWebKey })],
    ['not valid yet', () => ({ claims: { nbf: now() + 300 } })],
  ])('%s', async (_name, change) => {
    const { status, body } = await ask(assertion(change()));
    expect([status, body['error']]).toEqual([401, 'invalid_client']);
    expect(server.records.at(-1)).toMatchObject({ kind: 'token', action: 'token-refused', outcome: 'deny' });
  });

  test('alg none and a symmetric algorithm with the public key', async () => {
    const claims = part({ iss: 'nightly', sub: 'nightly', aud: server.issuer, exp: now() + 60, jti: randomUUID() });
    const none = `${part({ alg: 'none', kid: 'backend-1', typ: 'JWT' })}.${claims}.`;
    const input = `${part({ alg: 'HS256', kid: 'backend-1', typ: 'JWT' })}.${claims}`;
    const symmetric = `${input}.${createHmac('sha256', JSON.stringify(server.backendKey.publicJwk)).update(input).digest('base64url')}`;
    for (const forged of [none, symmetric]) expect((await ask(forged)).status).toBe(401);
  });

  test('used twice, also at once', async () => {
    const once = assertion();
    const all = await Promise.all(Array.from({ length: 8 }, () => ask(once)));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 401)).toHaveLength(7);
    expect((await ask(once)).status).toBe(401);
  });

  test('two keys of one kid', async () => {
    const [one, other] = [es384('same'), es384('same')];
    await server.storage.db
      .updateTable('client')
      .set({ jwks: JSON.stringify({ keys: [one.publicJwk, other.publicJwk] }) })
      .where('id', '=', 'registry')
      .execute();
    const claims = { iss: 'registry', sub: 'registry' };
    expect((await ask(assertion({ claims, header: { kid: 'same' }, key: one.privateJwk as JsonWebKey }))).status).toBe(401);
  });
});

test('R-106 an unknown grant type with a good assertion is 400; a wrong assertion type 400 or 401', async () => {
  const { status, body } = await ask(assertion(), { grant_type: 'not_a_grant_type' });
  expect([status, body['error']]).toEqual([400, 'unsupported_grant_type']);
  expect([400, 401]).toContain((await ask(assertion(), { client_assertion_type: 'not_an_assertion_type' })).status);
});

test.each(['patient/*.rs', 'user/*.rs openid', 'system/*.cud', 'nonsense'])(
  'R-106 a scope that cannot be granted (%j) is invalid_scope',
  async (scope) => {
    const { status, body } = await ask(assertion(), { scope });
    expect([status, body['error']]).toEqual([400, 'invalid_scope']);
  },
);

// RFC 6749 §3.1: a parameter without a value is one that was left out.
test.each<Record<string, string>>([{}, { scope: '' }])(
  'R-106 a service that names no scope gets its data scopes, and no other right (%j)',
  async (asked) => {
    const { status, body } = await token(server, {
      grant_type: 'client_credentials',
      client_assertion_type: TYPE,
      client_assertion: assertion(),
      ...asked,
    });
    expect([status, body['scope']]).toEqual([200, 'system/*.rs']);
  },
);

test('R-106 a service that is registered for no data gets nothing unasked', async () => {
  const { status, body } = await token(server, {
    grant_type: 'client_credentials',
    client_assertion_type: TYPE,
    client_assertion: assertion({ claims: { iss: 'ehr', sub: 'ehr' } }),
  });
  expect([status, body['error']]).toEqual([400, 'invalid_scope']);
});

test('R-106 what can be granted is, and the answer says what', async () => {
  const { body } = await ask(assertion(), {
    scope: 'system/Patient.cruds system/Observation.read patient/*.rs offline_access',
  });
  expect(body['scope']).toBe('system/Patient.rs system/Observation.read');
});

test('R-106 a secret is no proof of a backend service, nor does an app get tokens of its own', async () => {
  expect((await token(server, { grant_type: 'client_credentials', scope: 'system/*.rs' }, basic('nightly', 'x'))).status).toBe(
    401,
  );
  expect((await token(server, { grant_type: 'client_credentials', scope: 'system/*.rs' }, basic())).status).toBe(400);
  expect((await token(server, { grant_type: 'client_credentials', scope: 'system/*.rs', client_id: 'nightly' })).status).toBe(
    401,
  );
});

test('R-095 the password grant does not exist', async () => {
  const { body } = await token(server, { grant_type: 'password', username: 'okafor', password: 'x' }, basic());
  expect(body['error']).toBe('unsupported_grant_type');
});

test('R-171 nothing is issued that cannot be recorded', async () => {
  server.auditWorks(false);
  try {
    const { status, body } = await ask(assertion());
    expect([status, body['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(body).not.toHaveProperty('access_token');
  } finally {
    server.auditWorks(true);
  }
});

test('a disabled client gets nothing, and its tokens are dead once that is announced', async () => {
  const { body } = await ask(assertion());
  const access = String(body['access_token']);
  expect(await server.tokens.resolve(access)).toBeDefined();
  await setClientDisabled(server.storage.db, 'nightly', true);
  await server.storage.cluster.announce({ kind: 'client', id: 'nightly' });
  expect(await server.tokens.resolve(access)).toBeUndefined();
  expect((await ask(assertion())).status).toBe(401);
  await setClientDisabled(server.storage.db, 'nightly', false);
  await server.storage.cluster.announce({ kind: 'client', id: 'nightly' });
});
