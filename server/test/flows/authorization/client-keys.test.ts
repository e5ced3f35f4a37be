/** Clients that publish their keys: fetched, rotated, and never fetched from inside our own network or through a redirect. */
import { createPrivateKey, type JsonWebKey, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchOutside, isInside } from '../../../src/token/fetch-outside.ts';
import { es384, type Issuer, type KeyPair, startIssuer } from './harness.ts';
import { token } from './launch.ts';

let keys: KeyPair[];
let asked: number;
let cacheControl: string | undefined;
let broken: boolean;
let host: Server;
let uri: string;
let server: Issuer | undefined;

beforeEach(async () => {
  keys = [es384('first')];
  asked = 0;
  cacheControl = undefined;
  broken = false;
  host = createServer((request, response) => {
    asked += 1;
    if (request.url === '/moved') return response.writeHead(302, { location: '/jwks' }).end();
    if (broken) return response.writeHead(500).end();
    if (cacheControl !== undefined) response.setHeader('cache-control', cacheControl);
    return response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }));
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  uri = `http://127.0.0.1:${(host.address() as AddressInfo).port}/jwks`;
});
afterEach(async () => {
  host.close();
  await server?.close();
});

async function started(jwks_uri: string, acceptPrivateKeyAddresses: boolean): Promise<Issuer> {
  server = await startIssuer({ acceptPrivateKeyAddresses });
  await server.storage.db.updateTable('client').set({ jwks: null, jwks_uri }).where('id', '=', 'nightly').execute();
  return server;
}

function ask(issuer: Issuer, key: KeyPair, header: object = {}) {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'nightly',
    sub: 'nightly',
    aud: issuer.issuer,
    exp: Math.floor(Date.now() / 1000) + 60,
    jti: randomUUID(),
  };
  const input = `${part({ alg: 'ES384', kid: key.privateJwk['kid'], typ: 'JWT', ...header })}.${part(claims)}`;
  const signature = sign('sha384', Buffer.from(input), {
    key: createPrivateKey({ key: key.privateJwk as JsonWebKey, format: 'jwk' }),
    dsaEncoding: 'ieee-p1363',
  });
  const client_assertion = `${input}.${signature.toString('base64url')}`;
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return token(issuer, { grant_type: 'client_credentials', scope: 'system/*.rs', client_assertion, client_assertion_type });
}

test('R-106 keys are fetched from the registered address, and kept for a while', async () => {
  const issuer = await started(uri, true);
  const [key] = keys as [KeyPair];
  expect((await ask(issuer, key)).status).toBe(200);
  expect((await ask(issuer, key, { jku: uri })).status).toBe(200);
  expect((await ask(issuer, es384('first'))).status).toBe(401);
  expect(asked).toBe(1);
});

test('R-106 a jku that is not the registered address is refused, and not fetched', async () => {
  const issuer = await started(uri, true);
  expect((await ask(issuer, keys[0]!, { jku: `${uri}?other` })).status).toBe(401);
});

test('R-106 keys in our own network are not fetched', async () => {
  const issuer = await started(uri, false);
  const { status, body } = await ask(issuer, keys[0]!);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(JSON.stringify(body)).not.toContain('127.0.0.1');
  expect(asked).toBe(0);
});

test('a redirect is not followed', async () => {
  const issuer = await started(uri.replace('/jwks', '/moved'), true);
  expect((await ask(issuer, keys[0]!)).status).toBeGreaterThanOrEqual(400);
  expect(asked).toBe(1);
});

test.each(['no-store', 'max-age=0'])(
  'R-106 a set that says %s is asked for each time, and a key taken out of it is dead at once',
  async (said) => {
    cacheControl = said;
    const issuer = await started(uri, true);
    const [first] = keys as [KeyPair];
    expect((await ask(issuer, first)).status).toBe(200);
    keys = [es384('second')];
    expect((await ask(issuer, first)).status).toBe(401);
    expect((await ask(issuer, keys[0]!)).status).toBe(200);
  },
);

test('R-106 rotation: a new kid is looked for, an unknown one not more than once in a while', async () => {
  cacheControl = 'max-age=600';
  const issuer = await started(uri, true);
  expect((await ask(issuer, keys[0]!)).status).toBe(200);
  for (let at = 0; at < 5; at++) expect((await ask(issuer, es384(`unknown-${at}`))).status).toBe(401);
  expect(asked).toBe(1);
});

test('R-106 two keys of one kid and family are none', async () => {
  const issuer = await started(uri, true);
  keys = [es384('same'), es384('same')];
  expect((await ask(issuer, keys[0]!)).status).toBe(401);
});

test('R-106 a set that cannot be had is no key, and an old one does not outlive its time', async () => {
  cacheControl = 'max-age=0';
  const issuer = await started(uri, true);
  expect((await ask(issuer, keys[0]!)).status).toBe(200);
  broken = true;
  expect((await ask(issuer, keys[0]!)).status).toBe(401);
});

test('a private key in a published set opens nothing', async () => {
  const issuer = await started(uri, true);
  const [key] = keys as [KeyPair];
  keys = [{ ...key, publicJwk: { ...key.privateJwk } }];
  expect((await ask(issuer, key)).status).toBe(401);
});

test.each([
  'http://keys.example/jwks',
  'https://127.0.0.1/jwks',
  'https://[::1]/jwks',
  'https://[::ffff:10.0.0.1]/jwks',
  'https://169.254.169.254/latest/meta-data',
  'https://2130706433/jwks',
  'https://0x7f.1/jwks',
  'https://localhost/jwks',
  'https://[fd00::1]/jwks',
  'https://[64:ff9b::7f00:1]/jwks',
  'https://[2002:7f00:1::]/jwks',
])('nothing is sent to %s', async (url) => {
  await expect(fetchOutside(false)(url)).rejects.toThrow();
});

test.each([
  ['8.8.8.8', false],
  ['2606:4700::1111', false],
  ['172.15.0.1', false],
  ['172.16.0.1', true],
  ['100.64.0.1', true],
  ['224.0.0.1', true],
  ['fe80::1', true],
  ['::', true],
  ['not an address', true],
])('%s is inside: %s', (address, is) => {
  expect(isInside(address)).toBe(is);
});
