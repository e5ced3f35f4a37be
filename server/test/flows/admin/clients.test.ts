import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fireguard } from '../cli/kit.ts';
import { type House, house } from './house.ts';

let it: House;
beforeAll(async () => {
  it = await house();
});
afterAll(() => it?.close());

const redirectUris = ['https://app.example/back'];

test('R-001 a client is registered, disabled, enabled and removed', async () => {
  const added = await it.call('POST', '/admin/clients', { name: 'An app', kind: 'public', redirectUris, scope: 'user/*.rs' });
  expect(added.status).toBe(201);
  const { id } = added.body;
  const authorize = async () => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: id,
      redirect_uri: redirectUris[0]!,
      scope: 'user/*.rs',
      aud: it.fhir,
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    return (await fetch(`${it.issuer}/authorize?${query}`, { redirect: 'manual' })).status;
  };
  expect(await authorize()).toBe(303);
  await it.call('POST', `/admin/clients/${id}/disable`);
  expect(await authorize()).toBe(400);
  await it.call('POST', `/admin/clients/${id}/enable`);
  expect(await authorize()).toBe(303);
  await it.call('DELETE', `/admin/clients/${id}`);
  expect(await authorize()).toBe(400);
});

test('R-093 a launch is prepared for an app and a person, and its handle is told once', async () => {
  await it.call('POST', '/admin/clients', {
    id: 'chart',
    name: 'Chart',
    kind: 'public',
    redirectUris,
    scope: 'launch user/*.rs',
  });
  await it.call('POST', '/admin/people', { username: 'launcher', name: 'Launcher', password: 'correct horse battery staple' });
  const prepared = await it.call('POST', '/admin/launches', { client: 'chart', user: 'launcher', patient: 'p1' });
  expect([prepared.status, prepared.body.iss]).toEqual([201, it.fhir]);
  expect(JSON.stringify(await it.records())).not.toContain(prepared.body.launch);
  const stored = JSON.stringify(await it.running.storage.db.selectFrom('launch').selectAll().execute());
  expect(stored).not.toContain(prepared.body.launch);
  expect((await it.call('POST', '/admin/launches', { client: 'nobody', user: 'launcher' })).status).toBe(404);
});

test('a service that proves itself by its own certificate is registered with it, on P-256 as well', async () => {
  const [{ certificate }, { exportJWK: asJwk }] = await Promise.all([import('../certificates.ts'), import('jose')]);
  const own = await certificate('registered');
  const jwk = await asJwk(own.keys.publicKey);
  const service = {
    name: 'By certificate',
    kind: 'backend',
    scope: 'system/*.rs',
    protocol: { mutualTls: { kind: 'self-signed' } },
  };
  const register = (keys: object[]) => it.call('POST', '/admin/clients', { ...service, jwks: { keys } });
  const added = await register([{ ...jwk, x5c: [own.der] }]);
  expect([added.status, added.body.protocol]).toEqual([201, service.protocol]);
  expect((await register([jwk])).status).toBe(400);
  for (const protocol of [{ secretInBody: true }, { direct: ['certificate'] }, { unknown: true }, { idTokenAlg: 'none' }])
    expect(
      (await it.call('POST', '/admin/clients', { ...service, jwks: { keys: [{ ...jwk, x5c: [own.der] }] }, protocol })).status,
    ).toBe(400);
});

test('credentials are given out once: API keys, initial access tokens; and signing keys are replaced', async () => {
  const { publicKey } = await generateKeyPair('ES384', { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] };
  await it.call('POST', '/admin/clients', { id: 'directory', name: 'Directory', kind: 'backend', scope: 'system/*.rs', jwks });
  const key = await it.call('POST', '/admin/clients/directory/api-keys', {});
  expect(key.status).toBe(201);
  const read = async () => (await fetch(`${it.fhir}/Location?_count=1`, { headers: { 'x-api-key': key.body.key } })).status;
  expect(await read()).not.toBe(401);
  expect((await it.call('DELETE', '/admin/clients/directory/api-keys')).body).toEqual({ removed: 1 });
  expect(await read()).toBe(401);
  expect((await it.call('POST', '/admin/clients/nobody/api-keys', {})).status).toBe(404);

  const initial = await it.call('POST', '/admin/registration-tokens', { note: 'A developer', scope: 'user/*.rs' });
  const registered = await fetch(`${it.issuer}/register`, {
    method: 'POST',
    headers: { authorization: `Bearer ${initial.body.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Theirs', redirect_uris: redirectUris, scope: 'user/*.cruds' }),
  });
  expect([registered.status, (await registered.json()).scope]).toEqual([201, 'user/*.rs']);

  const published = async () => (await (await fetch(`${it.issuer}/jwks`)).json()).keys.length;
  const before = await published();
  const rotated = await it.call('POST', '/admin/keys/rotate');
  expect(rotated.body.keys).toHaveLength(4);
  expect(await published()).toBe(before + 4);
  const told = JSON.stringify(await it.records());
  for (const secret of [key.body.key, initial.body.token]) expect(told).not.toContain(secret);
});

test('R-048 a secret is renewed: the old one is worth nothing at once, the new one is shown once', async () => {
  const added = await it.call('POST', '/admin/clients', { id: 'till', name: 'Till', kind: 'symmetric', redirectUris });
  const proves = async (secret: string) => {
    const authorization = `Basic ${Buffer.from(`till:${secret}`).toString('base64')}`;
    const body = new URLSearchParams({ token: 'x' });
    return (await fetch(`${it.issuer}/introspect`, { method: 'POST', headers: { authorization }, body })).status === 200;
  };
  expect(await proves(added.body.secret)).toBe(true);
  const renewed = await fireguard(['client', 'renew-secret', 'till', '--json', '--home', it.home]);
  const { secret } = JSON.parse(renewed.out) as { readonly secret: string };
  expect([await proves(added.body.secret), await proves(secret)]).toEqual([false, true]);
  expect(JSON.stringify(await it.records())).not.toContain(secret);
  expect((await it.call('POST', '/admin/clients/fireguard-console/secret')).status).toBe(400);
});

test('a registration is changed: what is not given stays, and where it may do less, what it holds ends', async () => {
  const fields = { id: 'kiosk', name: 'Kiosk', kind: 'public', redirectUris, scope: 'user/*.rs patient/*.rs' };
  await it.call('POST', '/admin/clients', fields);
  const set = await fireguard(['client', 'set', 'kiosk', '--redirect-uri', 'https://kiosk.example/cb', '--home', it.home]);
  expect(set).toMatchObject({ status: 0, err: '' });
  const shown = JSON.parse((await fireguard(['client', 'show', 'kiosk', '--json', '--home', it.home])).out);
  expect(shown).toMatchObject({ name: 'Kiosk', redirectUris: ['https://kiosk.example/cb'], scope: fields.scope });
  await it.running.storage.db
    .insertInto('oidc_payload')
    .values({
      kind: 'RefreshToken',
      id_hash: 'kiosk-refresh',
      payload: JSON.stringify({ clientId: 'kiosk' }),
      grant_id: null,
      user_code: null,
      uid: null,
      expires_at: null,
      consumed_at: null,
    })
    .execute();
  const held = async () =>
    (await it.running.storage.db.selectFrom('oidc_payload').select('kind').where('id_hash', '=', 'kiosk-refresh').execute())
      .length;
  await fireguard(['client', 'set', 'kiosk', '--scope', `${fields.scope} openid`, '--home', it.home]);
  expect(await held()).toBe(1);
  await fireguard(['client', 'set', 'kiosk', '--scope', 'user/Patient.rs', '--home', it.home]);
  expect(await held()).toBe(0);
  const wrong = await it.call('PUT', '/admin/clients/kiosk', { name: 'Kiosk', redirectUris: [], scope: '' });
  expect([wrong.status, wrong.body.error_description]).toEqual([400, expect.stringContaining('redirect address')]);
});

test('R-048 a client secret is told once, and kept as a hash', async () => {
  const added = await it.call('POST', '/admin/clients', { id: 'ledger', name: 'Ledger', kind: 'symmetric', redirectUris });
  const { secret } = added.body;
  expect(secret).toMatch(/^[\w-]{43}$/);
  const told = [(await it.call('GET', '/admin/clients')).text, JSON.stringify(await it.records())].join();
  expect(told).not.toContain(secret);
  const row = await it.running.storage.db.selectFrom('client').selectAll().where('id', '=', 'ledger').executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain(secret);
  expect(told).not.toContain(row.secret_hash);
});

test('keys are public ones of the two algorithms that SMART asks for', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES384', { extractable: true });
  const rsa = await generateKeyPair('RS384', { modulusLength: 1024 + 1024, extractable: true });
  const p256 = await generateKeyPair('ES256', { extractable: true });
  const add = async (jwks: unknown, kind = 'backend') =>
    (await it.call('POST', '/admin/clients', { name: 'Service', kind, ...(kind === 'backend' ? {} : { redirectUris }), jwks }))
      .status;
  expect(await add({ keys: [await exportJWK(publicKey)] })).toBe(201);
  expect(await add({ keys: [await exportJWK(rsa.publicKey)] }, 'asymmetric')).toBe(201);
  expect(await add({ keys: [await exportJWK(privateKey)] })).toBe(400);
  expect(await add({ keys: [await exportJWK(rsa.privateKey)] })).toBe(400);
  expect(await add({ keys: [await exportJWK(p256.publicKey)] })).toBe(400);
  expect(await add({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] })).toBe(400);
  expect(await add({ keys: [] })).toBe(400);
  expect(await add(undefined)).toBe(400);
});

test.each([
  'http://app.example/back',
  'https://app.example/*',
  'https://app.example/back#part',
  'https://someone@app.example/back',
  'javascript:alert(1)',
  'data:text/html,hello',
  'file:///etc/passwd',
  'urn:ietf:wg:oauth:2.0:oob',
  '/back',
  '',
])('a redirect address that could be somebody else’s is refused: %s', async (uri) => {
  expect((await it.call('POST', '/admin/clients', { name: 'An app', kind: 'public', redirectUris: [uri] })).status).toBe(400);
});

test.each(['https://app.example/back', 'http://localhost:3000/back', 'http://127.0.0.1/back', 'org.example.app:/back'])(
  'a redirect address is taken: %s',
  async (uri) => {
    expect((await it.call('POST', '/admin/clients', { name: 'An app', kind: 'public', redirectUris: [uri] })).status).toBe(201);
  },
);

test('a client is what its kind says', async () => {
  const refuse = async (body: object, what: RegExp) => {
    const answer = await it.call('POST', '/admin/clients', { name: 'An app', ...body });
    expect([answer.status, answer.body.error_description]).toEqual([400, expect.stringMatching(what)]);
  };
  await refuse({ kind: 'public' }, /redirect/);
  await refuse({ kind: 'backend', redirectUris }, /redirect/);
  await refuse({ kind: 'public', redirectUris, roles: ['physician'] }, /role/);
  await refuse({ kind: 'public', redirectUris, jwksUri: 'https://app.example/jwks' }, /keys/);
  await refuse({ kind: 'public', redirectUris, scope: 'patient/*.xyz' }, /scope/);
  await refuse({ kind: 'public', redirectUris, id: 'a' }, /id/);
});

test('the console is registered by the server itself, and is not made anew over an administrator’s word', async () => {
  const of = async () =>
    (await it.call('GET', '/admin/clients')).body.clients.find(({ id }: { id: string }) => id === 'fireguard-console');
  expect(await of()).toMatchObject({ kind: 'public', redirectUris: [`${it.issuer}/console/`], disabled: false });
  expect(
    (await it.call('POST', '/admin/clients', { id: 'fireguard-console', name: 'Another', kind: 'public', redirectUris }))
      .status,
  ).toBe(409);
  expect((await of()).redirectUris).toEqual([`${it.issuer}/console/`]);
});
