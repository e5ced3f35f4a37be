// RFC 6750 §2.3 and OAuth 2.0 Security BCP (RFC 9700) §4.3.2: a token in a URL ends in logs; it is an unknown parameter here.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type OddUpstream, oddUpstream, onePatient } from './odd-upstream.ts';

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

test('it authenticates nobody', async () => {
  const token = gateway.token();
  expect((await gateway.get(`/Patient?access_token=${token}`)).status).toBe(401);
  expect((await gateway.get(`/Patient/mine?access_token=${token}`)).status).toBe(401);
});

test('beside a good credential it is refused as a parameter nobody knows', async () => {
  const token = gateway.token();
  const answer = await gateway.get(`/Patient?access_token=${token}`, token);
  expect(answer.status).toBe(400);
  expect(await answer.text()).not.toContain(token);
});

test('in a form it is refused as well', async () => {
  const token = gateway.token();
  const form = {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `access_token=${token}`,
  };
  expect((await fetch(`${gateway.base}/Patient/_search`, form)).status).toBe(401);
  expect(upstream.seen).toEqual([]);
});

test('neither log lines nor the public part of a record hold it', () => {
  expect(JSON.stringify(gateway.lines)).not.toMatch(/access_token/);
});
