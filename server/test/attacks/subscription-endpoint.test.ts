// R-182, hardening A7, B9-110 (server-side request forgery): a subscription cannot make the server knock at doors inside its own network, by whatever name or number.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeyStore } from '../../src/storage/keys.ts';
import { type Endpoints, endpoints } from '../../src/subscriptions/endpoint.ts';

const keys = {
  keysFor: async () => [{ id: 'k', jwk: { kty: 'oct', k: 'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U' } }],
} as unknown as KeyStore;
let hits = 0;
const server = createServer((_request, response) => {
  hits += 1;
  response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
});
let outside: Endpoints;
let port: number;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  outside = await endpoints({ keys, internalOrigins: ['https://siem.hospital.example'], acceptPrivate: false, now: Date.now });
});
afterAll(() => server.close());

test.each([
  'http://example.org/hook',
  'https://127.0.0.1/hook',
  'https://127.1/hook',
  'https://0x7f.0.0.1/hook',
  'https://2130706433/hook',
  'https://[::1]/hook',
  'https://[::ffff:10.0.0.1]/hook',
  'https://169.254.169.254/latest/meta-data',
  'https://10.1.2.3/hook',
  'https://localhost/hook',
  'https://LOCALHOST./hook',
  'https://a.localhost/hook',
  'https://printer/hook',
  'https://metadata.google.internal/hook',
  'https://me@example.org/hook',
  'https://example.org/hook#part',
  'file:///etc/passwd',
  'gopher://example.org/',
  'not a url',
])('R-182 %s is no endpoint', (url) => {
  expect(() => outside.check(url)).toThrow(expect.objectContaining({ code: 'resource-invalid' }));
});

test('R-182 what is outside, or named by the operator, is one', () => {
  expect(() => outside.check('https://hooks.example.org/fhir?to=me')).not.toThrow();
  expect(() => outside.check('https://siem.hospital.example/audit')).not.toThrow();
  expect(() => outside.check('https://siem.hospital.example:8443/audit')).not.toThrow();
  expect(() => outside.check('http://siem.hospital.example/audit')).toThrow();
});

test('R-182 a name that leads inside is not connected to, and the error does not tell that it does', async () => {
  for (const url of [`https://localhost:${port}/`, `https://127.0.0.1:${port}/`, 'https://does-not-exist.invalid/'])
    await expect(outside.post(url, 'id', 'batch', '{}')).rejects.toThrow('the endpoint cannot be reached');
  expect(hits).toBe(0);
});

test('R-182 no redirect is followed', async () => {
  const inner = await endpoints({ keys, internalOrigins: [`http://127.0.0.1:${port}`], acceptPrivate: false, now: Date.now });
  await expect(inner.post(`http://127.0.0.1:${port}/`, 'id', 'batch', '{}')).rejects.toThrow('the endpoint cannot be reached');
  expect(hits).toBe(1);
});
