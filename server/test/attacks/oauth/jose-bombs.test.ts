/** RFC 8725 §3.10 to §3.12, CVE-2023-51774, CVE-2024-28176 and kin: JOSE that is meant to cost or to confuse: huge, compressed, nested, self-keyed. */
import { generateKeyPairSync } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../../flows/authorization/harness.ts';
import { type Asked, launch, token } from '../../flows/authorization/launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

const part = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const claims = () => ({
  iss: 'nightly',
  sub: 'nightly',
  aud: `${server.issuer}/token`,
  exp: Math.floor(Date.now() / 1000) + 60,
  jti: 'x',
});
const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const ownKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });

const bombs: readonly (readonly [says: string, assertion: () => string])[] = [
  [
    'a compressed JWE that unpacks to 50 MB',
    () =>
      `${part({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..${part('iv')}.${deflateRawSync(Buffer.alloc(50_000_000)).subarray(0, 30_000).toString('base64url')}.${part('tag')}`,
  ],
  [
    'PBES2 with two thousand million rounds',
    () =>
      `${part({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2_147_483_647, p2s: 'AAAA' })}.${part('k')}.${part('iv')}.${part('c')}.${part('t')}`,
  ],
  ['a header nested five thousand deep', () => `${part(deep(5_000))}.${part(claims())}.${part('s')}`],
  ['claims nested five thousand deep', () => `${part({ alg: 'ES384', kid: 'backend-1' })}.${part(deep(5_000))}.${part('s')}`],
  ['thirty thousand dots', () => '.'.repeat(30_000)],
  [
    'a signature of 40 kB',
    () => `${part({ alg: 'ES384', kid: 'backend-1', typ: 'JWT' })}.${part(claims())}.${'A'.repeat(40_000)}`,
  ],
  ['a header that is an array', () => `${part([])}.${part(claims())}.${part('s')}`],
  ['a header with alg twice', () => `${part('{"alg":"none","alg":"ES384","kid":"backend-1"}')}.${part(claims())}.${part('s')}`],
  [
    'b64:false',
    () => `${part({ alg: 'ES384', kid: 'backend-1', b64: false, crit: ['b64'] })}.${JSON.stringify(claims())}.${part('s')}`,
  ],
  ['a key of its own in jwk', () => `${part({ alg: 'RS384', kid: 'backend-1', jwk: ownKey })}.${part(claims())}.${part('s')}`],
  [
    'x5u inside our network',
    () => `${part({ alg: 'RS384', kid: 'backend-1', x5u: 'http://127.0.0.1:1/' })}.${part(claims())}.${part('s')}`,
  ],
  [
    'kid that is a path, SQL, an object',
    () => `${part({ alg: 'ES384', kid: "../../../dev/null' OR 1=1--" })}.${part(claims())}.${part('s')}`,
  ],
  ['kid that is an object', () => `${part({ alg: 'ES384', kid: { $ne: 1 } })}.${part(claims())}.${part('s')}`],
  [
    'iss that is an object',
    () => `${part({ alg: 'ES384', kid: 'backend-1' })}.${part({ ...claims(), iss: { toString: 'nightly' } })}.${part('s')}`,
  ],
  ['no base64url at all', () => '🔥.🔥.🔥'],
];

test.each(bombs)('R-095 client assertion: %s is refused at once, and is no failure of ours', async (_says, assertion) => {
  const began = performance.now();
  const { status, body } = await token(server, {
    grant_type: 'client_credentials',
    scope: 'system/*.rs',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(),
  });
  expect([400, 401, 413]).toContain(status);
  expect(body).not.toHaveProperty('access_token');
  expect(JSON.stringify(body).length).toBeLessThan(500);
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(server.reports).toEqual([]);
});

test.each(['id_token_hint', 'request'] as const)('R-095 the same in %s of an authorization request', async (name) => {
  for (const [says, assertion] of bombs) {
    const asked: Asked = { request: { [name]: assertion().slice(0, 6_000) } };
    const { page, answer } = await launch(server, asked);
    expect(page.status, says).toBeLessThan(500);
    expect(answer.get('code'), says).toBeNull();
  }
  expect(server.reports).toEqual([]);
});

test('R-095 a body of a megabyte is refused without being read to its end by anything that decides', async () => {
  const response = await fetch(`${server.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_assertion: 'A'.repeat(1_000_000) }),
  });
  expect(response.status).toBe(413);
  expect(await response.text()).not.toMatch(/stack|node_modules/);
});
