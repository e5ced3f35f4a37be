// R-171, I4: when it cannot be recorded it does not happen; nothing leaves, nothing is written.
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

const observation = JSON.stringify({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/mine' },
});
const post = (token: string) =>
  fetch(`${gateway.base}/Observation`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    body: observation,
  });

test('R-171 a read that cannot be recorded is 503 without a byte of the record', async () => {
  const token = gateway.token();
  gateway.audit.broken = true;
  const answer = await gateway.get('/Patient/mine', token);
  const text = await answer.text();
  gateway.audit.broken = false;
  expect(answer.status).toBe(503);
  expect(text).not.toContain('mine');
  expect(answer.headers.get('etag')).toBeNull();
});

test('R-171 refusals too', async () => {
  gateway.audit.broken = true;
  const statuses = await Promise.all(
    ['/Patient/mine', '/Patient?x=1', '/Nonsense/1'].map(async (path) => (await gateway.get(path)).status),
  );
  gateway.audit.broken = false;
  expect(statuses).toEqual([503, 503, 503]);
});

test('a write whose intent cannot be recorded is not sent', async () => {
  const token = gateway.token();
  gateway.audit.broken = true;
  const before = upstream.seen.length;
  const answer = await post(token);
  gateway.audit.broken = false;
  expect(answer.status).toBe(503);
  expect(upstream.seen.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('I4 the intent is durable before the write is sent, the end before the answer', async () => {
  const order: string[] = [];
  gateway.audit.before = async ({ kind }) => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    order.push(`${kind} durable`);
  };
  upstream.answer = (request, response) => {
    if (request.method !== 'POST') return onePatient(request, response);
    order.push('sent');
    response.writeHead(201, {
      location: `${upstream.url}/Observation/new/_history/1`,
      'content-type': 'application/fhir+json',
    });
    response.end(JSON.stringify({ ...JSON.parse(observation), id: 'new', meta: { versionId: '1' } }));
  };
  const answer = await post(gateway.token());
  order.push('answered');
  gateway.audit.before = async () => undefined;
  expect(answer.status).toBe(201);
  expect(order).toEqual(['intent durable', 'sent', 'request durable', 'answered']);
  const [intent, end] = gateway.audit.records.slice(-2);
  expect(end!.intent).toBe(intent!.id);
  expect(intent).toMatchObject({ kind: 'intent', outcome: 'unknown', action: 'create', type: 'Observation' });
});

test('a write whose answer never came ends as unknown, not as failed', async () => {
  upstream.answer = (request, response) => (request.method === 'POST' ? response.destroy() : onePatient(request, response));
  const before = upstream.seen.length;
  expect((await post(gateway.token())).status).toBe(503);
  expect(upstream.seen.slice(before).filter(({ method }) => method === 'POST').length, 'a write is never repeated').toBe(1);
  expect(gateway.audit.last).toMatchObject({ kind: 'request', outcome: 'unknown', status: 503 });
});
