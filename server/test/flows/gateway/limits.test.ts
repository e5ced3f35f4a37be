import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OddUpstream, oddUpstream, onePatient } from '../../attacks/odd-upstream.ts';
import { exchange, request, statusOf } from '../../attacks/raw-socket.ts';
import { type Gateway, startGateway } from './kit.ts';

let upstream: OddUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await oddUpstream(onePatient);
  gateway = await startGateway({
    upstream: upstream.url,
    http: { maxBodyBytes: 10_000, maxHeaderBytes: 8192, maxConcurrent: 3, headersTimeoutMs: 1000, requestTimeoutMs: 1500 },
  });
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

const bearer = () => `Authorization: Bearer ${gateway.token()}`;

test('a body beyond the limit is 413, announced or not', async () => {
  const announced = await request(
    gateway.port,
    'POST /fhir/Observation HTTP/1.1',
    [bearer(), 'Content-Type: application/fhir+json', 'Content-Length: 20000'],
    ' '.repeat(20_000),
  );
  expect(statusOf(announced)).toBe(413);
  expect(announced).toContain('OperationOutcome');
  const chunk = `2000\r\n${' '.repeat(0x2000)}\r\n`;
  const chunked = await request(
    gateway.port,
    'POST /fhir/Observation HTTP/1.1',
    [bearer(), 'Content-Type: application/fhir+json', 'Transfer-Encoding: chunked'],
    `${chunk}${chunk}0\r\n\r\n`,
  );
  expect(statusOf(chunked)).toBe(413);
  expect(gateway.audit.last).toMatchObject({ status: 413 });
});

test('who is not authenticated is told so before a body is read', async () => {
  const answer = await exchange(
    gateway.port,
    `POST /fhir/Observation HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nContent-Length: 9000\r\n\r\n`,
    700,
  );
  expect(statusOf(answer)).toBe(401);
  expect(answer).toMatch(/^Connection: close\r$/m);
});

test('headers beyond the limit are 431, bare', async () => {
  const answer = await request(gateway.port, 'GET /fhir/Patient/mine HTTP/1.1', [`X-Long: ${'a'.repeat(10_000)}`]);
  expect(answer).toBe('HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
});

test.each(['GET /fhir/Patient HTTP/9.9', 'no http at all', 'GET  /fhir/Patient HTTP/1.1 x'])(
  'what is no HTTP is a bare 400: %s',
  async (line) => {
    expect(await request(gateway.port, line)).toBe(
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    );
  },
);

test.each([
  'Transfer-Encoding: chunked\r\nContent-Length: 5',
  'Content-Length: 5\r\nContent-Length: 6',
  'Transfer-Encoding: x, chunked, y',
  'Content-Length: +5',
])('R-033 ambiguous framing is refused: %s', async (headers) => {
  const before = gateway.audit.records.length;
  const answer = await request(gateway.port, 'POST /fhir/Observation HTTP/1.1', [headers, bearer()], '0\r\n\r\n');
  expect(statusOf(answer)).toBe(400);
  expect(gateway.audit.records.length).toBe(before);
});

test('R-033 a second request hidden in a body that we did not read is not served', async () => {
  const hidden = `GET /fhir/Patient/mine HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n${bearer()}\r\n\r\n`;
  const answer = await exchange(
    gateway.port,
    `POST /fhir/Observation HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    700,
  );
  expect(answer.match(/HTTP\/1\.1 /g)?.length).toBe(1);
  expect(statusOf(answer)).toBe(401);
});

test('more at the same time than allowed are 429, and served again afterwards', async () => {
  const waiting: (() => void)[] = [];
  upstream.answer = (call, response) => void waiting.push(() => onePatient(call, response));
  const token = gateway.token();
  const slow = Array.from({ length: 3 }, () => gateway.get('/Patient/mine', token));
  while (waiting.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await gateway.get('/Patient/mine', token)).status).toBe(429);
  upstream.answer = onePatient;
  for (const go of waiting) go();
  expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await gateway.get('/Patient/mine', token)).status).toBe(200);
});

test.each(['TRACE', 'PURGE', 'LINK', 'PROPFIND', 'SEARCH', 'COPY'])('%s is 405 with what is possible', async (method) => {
  const answer = await request(gateway.port, `${method} /fhir/Patient/mine HTTP/1.1`, [bearer()]);
  expect(statusOf(answer)).toBe(405);
  expect(answer).toMatch(/^Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r$/m);
});

test('a method override is just a header', async () => {
  const answer = await request(gateway.port, 'GET /fhir/Patient/mine HTTP/1.1', [
    bearer(),
    'X-HTTP-Method-Override: DELETE',
    'X-HTTP-Method: DELETE',
  ]);
  expect(statusOf(answer)).toBe(200);
  expect(upstream.seen.every(({ method }) => method !== 'DELETE')).toBe(true);
});

test('a client that sends its headers drop by drop is cut off', async () => {
  const socket = connect(gateway.port, '127.0.0.1').resume();
  socket.write('GET /fhir/Patient/mine HTTP/1.1\r\n');
  const drip = setInterval(() => socket.write('X: y\r\n'), 200);
  const began = performance.now();
  await new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined));
  clearInterval(drip);
  expect(performance.now() - began).toBeLessThan(4_000);
});
