// hardening B11-129, OWASP API10: an error page of the upstream (or of a proxy before it) is not passed on, in any part.
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

const page = '<html><body>HAPI FHIR 6.2 at hapi.internal:8080: NullPointerException at ca.uhn.fhir.Foo</body></html>';

test.each([
  [200, 502],
  [400, 502],
  [404, 502],
  [500, 503],
  [503, 503],
])('R-036 an HTML page with status %i becomes %i and none of its words', async (status, told) => {
  upstream.answer = (_request, response) =>
    response.writeHead(status, { 'content-type': 'text/html', server: 'HAPI', 'x-powered-by': 'HAPI' }).end(page);
  const answer = await gateway.get('/Patient/mine', gateway.token());
  const text = await answer.text();
  expect(answer.status).toBe(told);
  expect(text).toContain('OperationOutcome');
  expect(`${text}${JSON.stringify([...answer.headers])}`).not.toMatch(/HAPI|internal|NullPointer|html/i);
});

test('an OperationOutcome of the upstream is not passed on either', async () => {
  const outcome = {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'processing', diagnostics: 'HAPI-0389: hapi.internal' }],
  };
  for (const status of [400, 403, 404, 422, 500]) {
    upstream.answer = (_request, response) =>
      response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(outcome));
    for (const path of ['/Patient/mine', '/Patient?_count=1', '/metadata']) {
      const answer = await gateway.get(path, gateway.token());
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await answer.text()).not.toContain('HAPI');
    }
  }
});

test('an upstream that refuses our own credential is out of order, not the caller', async () => {
  upstream.answer = (_request, response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="hapi"' }).end();
  const answer = await gateway.get('/Patient/mine', gateway.token());
  expect(answer.status).toBe(503);
  expect(answer.headers.get('www-authenticate')).toBeNull();
});

test('a body that claims another character set, or none at all, is not read', async () => {
  for (const type of ['application/fhir+json; charset=utf-16', 'text/plain', '']) {
    upstream.answer = (_request, response) =>
      response.writeHead(200, type === '' ? {} : { 'content-type': type }).end('{"resourceType":"Patient","id":"mine"}');
    expect((await gateway.get('/Patient/mine', gateway.token())).status).toBe(502);
  }
});

test('another resource than the one asked for is not passed on', async () => {
  for (const body of [
    '{"resourceType":"Patient","id":"other"}',
    '{"resourceType":"Observation","id":"mine"}',
    '{"resourceType":"Patient"}',
    '[]',
    '{"resourceType":"Patient","id":"mine","id":"other"}',
    '{',
  ]) {
    upstream.answer = (_request, response) => response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(body);
    const answer = await gateway.get('/Patient/mine', gateway.token());
    expect(answer.status, body).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).not.toContain('"other"');
  }
});
