// hardening B11-137 and DNS rebinding (https://crypto.stanford.edu/dns/): a name that is not ours gets nothing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type OddUpstream, oddUpstream, onePatient } from './odd-upstream.ts';
import { exchange, request, statusOf } from './raw-socket.ts';

let upstream: OddUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await oddUpstream(onePatient);
  gateway = await startGateway({ upstream: upstream.url });
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

test.each(['evil.example', '127.0.0.1', '127.0.0.1:1', 'localhost:PORT', '127.0.0.1:PORT.evil.example', ''])(
  'Host: %s is refused',
  async (name) => {
    const host = name.replace('PORT', String(gateway.port));
    const answer = await request(gateway.port, 'GET /fhir/metadata HTTP/1.1', [
      `Host: ${host}`,
      `Authorization: Bearer ${gateway.token()}`,
    ]);
    expect(statusOf(answer)).toBe(421);
    expect(upstream.seen).toEqual([]);
  },
);

test('two Host lines are refused', async () => {
  const answer = await request(gateway.port, 'GET /fhir/metadata HTTP/1.1', [
    `Host: 127.0.0.1:${gateway.port}`,
    'Host: evil.example',
  ]);
  expect([400, 421]).toContain(statusOf(answer));
});

test('no Host line is refused', async () => {
  expect(statusOf(await exchange(gateway.port, 'GET /fhir/metadata HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe(400);
});

test('an absolute-form target is not taken apart', async () => {
  const answer = await request(gateway.port, `GET http://127.0.0.1:${gateway.port}/fhir/metadata HTTP/1.1`);
  expect(statusOf(answer)).toBe(404);
});

test('forwarded names change nothing that we write', async () => {
  const forwarded = ['X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example', 'X-Forwarded-Proto: https'];
  const answer = await request(gateway.port, 'GET /fhir/Patient?_count=1 HTTP/1.1', [
    ...forwarded,
    `Authorization: Bearer ${gateway.token()}`,
  ]);
  expect(statusOf(answer)).toBe(200);
  expect(answer).not.toContain('evil.example');
});
