/** Clients that publish their keys: fetched, rotated, and never fetched from inside our own network or through a redirect. */
import { createPrivateKey, type JsonWebKey, randomUUID, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchClientKeys } from '../../../src/authorization-server/fetch-client-keys.ts';
import { es384, type Issuer, type KeyPair, startIssuer } from './harness.ts';
import { token } from './launch.ts';

let keys: KeyPair[];
let asked: number;
let host: Server;
let uri: string;
let server: Issuer | undefined;

beforeEach(async () => {
  keys = [es384('first')];
  asked = 0;
  host = createServer((request, response) => {
    asked += 1;
    if (request.url === '/moved') return response.writeHead(302, { location: '/jwks' }).end();
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

test('plain HTTP is refused before anything is sent, and the guard against private addresses is handed on', async () => {
  const sent: RequestInit[] = [];
  const strict = fetchClientKeys(false, async (_url, options) => {
    sent.push(options ?? {});
    return new Response();
  });
  await expect(strict('http://keys.example/jwks', {})).rejects.toThrow('HTTPS');
  await strict('https://keys.example/jwks', { dispatcher: 'guard' } as RequestInit);
  expect(sent).toEqual([{ dispatcher: 'guard', redirect: 'error' }]);
});
