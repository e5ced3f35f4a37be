// RFC 6750 §2 and §3.1: more than one way of sending a credential is refused; hardening B11-137.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type OddUpstream, oddUpstream, onePatient } from './odd-upstream.ts';
import { request, statusOf } from './raw-socket.ts';

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

const read = (headers: readonly string[]) => request(gateway.port, 'GET /fhir/Patient/mine HTTP/1.1', headers);

test('one good token is served, so that the rest means something', async () => {
  expect(statusOf(await read([`Authorization: Bearer ${gateway.token()}`]))).toBe(200);
});

test('two Authorization lines are refused, in either order', async () => {
  const good = `Authorization: Bearer ${gateway.token()}`;
  const before = upstream.seen.length;
  expect(statusOf(await read([good, 'Authorization: Bearer zzz']))).toBe(400);
  expect(statusOf(await read(['Authorization: Basic eDp5', good]))).toBe(400);
  expect(statusOf(await read([good, good]))).toBe(400);
  expect(upstream.seen.length).toBe(before);
});

test.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer é', 'Bearer a,b', `Bearer ${'a'.repeat(5000)}`, 'Bearer  a'])(
  'a malformed credential is 401 with error: %s',
  async (value) => {
    const answer = await read([`Authorization: ${value}`]);
    expect(statusOf(answer)).toBe(401);
    expect(answer).toContain('error="invalid_token"');
  },
);

test.each(['Basic eDp5', 'Digest abc', 'Negotiate abc', 'abc'])('another scheme is no token: %s', async (value) => {
  const answer = await read([`Authorization: ${value}`]);
  expect(statusOf(answer)).toBe(401);
  expect(answer).not.toContain('error=');
});

test('R-006 unknown, expired and foreign tokens get one answer', async () => {
  const tokens = [
    'unknown',
    gateway.token({ expiresAt: Date.now() - 1 }),
    gateway.token({ audience: 'http://127.0.0.1:1/fhir' }),
  ];
  const answers = await Promise.all(tokens.map((token) => read([`Authorization: Bearer ${token}`, 'X-Request-Id: t'])));
  expect(answers.map(statusOf)).toEqual([401, 401, 401]);
  expect(new Set(answers.map((answer) => answer.replace(/^Date: .*$/m, ''))).size).toBe(1);
});

test('a cookie is no credential (R-212)', async () => {
  expect(statusOf(await read([`Cookie: access_token=${gateway.token()}`]))).toBe(401);
});
