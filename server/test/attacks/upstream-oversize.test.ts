// hardening A7 (API4, API10): an upstream that answers without end, or never, costs a bounded amount of memory and time.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type OddUpstream, oddUpstream, onePatient } from './odd-upstream.ts';

let upstream: OddUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await oddUpstream(onePatient);
  gateway = await startGateway({
    upstream: upstream.url,
    upstreamOptions: { maxAnswerBytes: 100_000, headersTimeoutMs: 300, bodyTimeoutMs: 400 },
  });
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

const json = { 'content-type': 'application/fhir+json' };

test('a body beyond the limit, announced', async () => {
  upstream.answer = (_request, response) =>
    response.writeHead(200, { ...json, 'content-length': '200000' }).end(Buffer.alloc(200_000, 0x20));
  expect((await gateway.get('/Patient/mine', gateway.token())).status).toBe(502);
});

test('a body beyond the limit, in chunks', async () => {
  upstream.answer = (_request, response) => {
    response.writeHead(200, json);
    const pour = () => {
      if (response.destroyed) return;
      response.write(Buffer.alloc(20_000, 0x20));
      setTimeout(pour, 1);
    };
    pour();
  };
  const began = performance.now();
  expect((await gateway.get('/Patient/mine', gateway.token())).status).toBe(502);
  expect(performance.now() - began).toBeLessThan(2000);
});

test('headers that never come', async () => {
  upstream.answer = () => undefined;
  expect((await gateway.get('/Patient/mine', gateway.token())).status).toBe(504);
});

test('a body that trickles', async () => {
  upstream.answer = (_request, response) => {
    response.writeHead(200, json);
    const drip = setInterval(() => (response.destroyed ? clearInterval(drip) : response.write(' ')), 50);
  };
  const began = performance.now();
  expect((await gateway.get('/Patient/mine', gateway.token())).status).toBe(504);
  expect(performance.now() - began).toBeLessThan(3000);
});

test('a connection that breaks in the middle', async () => {
  upstream.answer = (_request, response) => {
    response.writeHead(200, { ...json, 'content-length': '1000' });
    response.write('{"resourceType":"Patient",');
    setTimeout(() => response.destroy(), 20);
  };
  expect((await gateway.get('/Patient/mine', gateway.token())).status).toBe(503);
});

test('a compressed answer was never asked for and is not read', async () => {
  upstream.answer = (_request, response) =>
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(Buffer.from('1f8b0800', 'hex'));
  const answer = await gateway.get('/Patient/mine', gateway.token());
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(upstream.seen.at(-1)!.headers['accept-encoding']).toBeUndefined();
});

test('no header of the client reaches the upstream, and its answer to ours is whole', async () => {
  upstream.answer = onePatient;
  const token = gateway.token();
  const sent = {
    'x-secret': 'mine',
    cookie: 'a=b',
    'x-forwarded-for': '1.2.3.4',
    'accept-language': 'cy',
    'user-agent': 'spy',
    'if-none-match': 'W/"x"',
    origin: 'https://a.example',
  };
  expect((await gateway.get('/Patient/mine', token, sent)).status).toBe(200);
  for (const { headers } of upstream.seen) {
    expect(headers['authorization']).toBe('Bearer only-the-gateway-knows-this');
    for (const name of Object.keys(sent)) expect(headers[name], name).toBeUndefined();
    expect(JSON.stringify(headers)).not.toContain(token);
  }
});
