// CWE-345, I4: a client that chooses the request id of an unfinished write again must not make it look finished.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type OddUpstream, oddUpstream, onePatient } from './odd-upstream.ts';

let upstream: OddUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await oddUpstream((request, response) => {
    if (request.method !== 'POST') return onePatient(request, response);
    response.writeHead(201, {
      location: `${upstream.url}/Observation/new/_history/1`,
      'content-type': 'application/fhir+json',
    });
    response.end(JSON.stringify({ ...JSON.parse(observation), id: 'new', meta: { versionId: '1' } }));
  });
  gateway = await startGateway({ upstream: upstream.url });
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

const observation = JSON.stringify({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/mine' },
});
const headers = (token: string) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/fhir+json',
  'x-request-id': 'chosen-by-the-client',
});
const write = (token: string) =>
  fetch(`${gateway.base}/Observation`, { method: 'POST', headers: headers(token), body: observation });

test('only the end of that very write names its intent', async () => {
  const token = gateway.token();
  // The end of the first write is lost, as in a crash.
  gateway.audit.before = async ({ kind }) => {
    if (kind === 'request') throw new Error('lost');
  };
  expect((await write(token)).status).toBe(503);
  gateway.audit.before = async () => undefined;
  const lost = gateway.audit.last;
  expect(lost.kind).toBe('intent');

  expect((await fetch(`${gateway.base}/Patient/mine`, { headers: headers(token) })).status).toBe(200);
  expect((await fetch(`${gateway.base}/Nonsense`, { headers: headers(token) })).status).toBeGreaterThanOrEqual(400);
  expect((await write(token)).status).toBe(201);
  const records = gateway.audit.records.filter(({ requestId }) => requestId === 'chosen-by-the-client');
  expect(records.map(({ kind, intent }) => [kind, intent])).toEqual([
    ['intent', undefined],
    ['request', undefined],
    ['request', undefined],
    ['intent', undefined],
    ['request', records[3]!.id],
  ]);
  expect(records.filter(({ intent }) => intent === lost.id)).toEqual([]);
});
