// hardening B1-14, B11-138, R-245; CVE-2021-43798 and its kin: what a router decodes and what the server behind decodes must not differ.
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

test.each([
  '/fhir/Patient%2fmine',
  '/fhir/Patient/x%2f..%2fmine',
  '/fhir/Patient/..%2fPatient%2fmine',
  '/fhir/Patient/../Patient/mine',
  '/fhir/./Patient/mine',
  '/fhir//Patient/mine',
  '/fhir/Patient/mine/',
  '/fhir/Patient/mine;x=1',
  '/fhir/Patient/mine%00',
  '/fhir/Patient/mine%0d%0aX:y',
  '/fhir/Patient/%256dine',
  '/fhir/Patient\\mine',
  '/fhir/Patient/mine#x',
  '/fhir/%50atient/../Patient/mine',
  '/FHIR/Patient/mine',
  '/%66hir/Patient/mine',
  '/fhir%2fPatient/mine',
  '/fhir/../fhir/Patient/mine',
  '//fhir/Patient/mine',
  '/fhirx/Patient/mine',
])('%s reaches nothing', async (target) => {
  const before = upstream.seen.length;
  const answer = await request(gateway.port, `GET ${target} HTTP/1.1`, [`Authorization: Bearer ${gateway.token()}`]);
  expect(statusOf(answer)).toBeGreaterThanOrEqual(400);
  expect(statusOf(answer)).toBeLessThan(500);
  expect(upstream.seen.length).toBe(before);
});

test('R-245 what reaches the upstream was written by us', async () => {
  const before = upstream.seen.length;
  await request(gateway.port, 'GET /fhir/Patient/%6dine HTTP/1.1', [`Authorization: Bearer ${gateway.token()}`]);
  for (const { url } of upstream.seen.slice(before)) expect(url).not.toContain('%6d');
});
