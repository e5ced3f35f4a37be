// I9; hardening B2-38, B11-140: a marker put into every part of a request is in no log line.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type OddUpstream, oddUpstream, onePatient } from './odd-upstream.ts';
import { request } from './raw-socket.ts';

let upstream: OddUpstream;
let gateway: Gateway;
const MARKER = 'MARKER7f3a';

beforeAll(async () => {
  upstream = await oddUpstream(onePatient);
  gateway = await startGateway({ upstream: upstream.url });
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

test('R-040 R-161 query, path id, form, body, headers and token stay out of the log', async () => {
  const token = gateway.token();
  const auth = { authorization: `Bearer ${token}` };
  const form = {
    method: 'POST',
    headers: { ...auth, 'content-type': 'application/x-www-form-urlencoded' },
    body: `name=${MARKER}`,
  };
  const body = {
    method: 'POST',
    headers: { ...auth, 'content-type': 'application/fhir+json' },
    body: `{"resourceType":"Observation","${MARKER}":1}`,
  };
  await Promise.all([
    gateway.get(`/Patient?name=${MARKER}`, token),
    gateway.get(`/Patient?${MARKER}=1`, token),
    gateway.get(`/Patient/${MARKER}`, token),
    gateway.get(`/${MARKER}/1`, token),
    gateway.get(`/Patient/mine`, MARKER),
    gateway.get('/Patient/mine', token, { prefer: MARKER, 'x-other': MARKER, accept: `application/${MARKER}` }),
    fetch(`${gateway.base}/Patient/_search`, form),
    fetch(`${gateway.base}/Observation`, body),
    request(gateway.port, `GET /fhir/${MARKER}/%zz HTTP/1.1`),
    request(gateway.port, `GET /${MARKER} HTTP/1.1`),
    request(gateway.port, 'GET /fhir/metadata HTTP/1.1', [`Host: ${MARKER}`]),
  ]);
  expect(gateway.lines.length).toBeGreaterThanOrEqual(11);
  const log = JSON.stringify(gateway.lines);
  expect(log).not.toContain(MARKER);
  expect(log).not.toContain(token);
});

test('a bug is told apart in the log without its message, and as a reference outside', async () => {
  upstream.answer = (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'application/fhir+json', etag: MARKER })
      .end(`{"resourceType":"Patient","id":"mine","x":"${MARKER}`);
  const answer = await gateway.get('/Patient/mine', gateway.token());
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(`${await answer.text()}${JSON.stringify(gateway.lines)}`).not.toContain(MARKER);
});
