/** XML through the whole gateway: the same as in JSON, masks, denials and failures included. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OddUpstream, oddUpstream, onePatient } from '../../attacks/odd-upstream.ts';
import { type Gateway, startGateway } from './kit.ts';

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

async function xml(path: string): Promise<{ readonly status: number; readonly type: string | null; readonly text: string }> {
  const answer = await gateway.get(path, gateway.token(), { accept: 'application/fhir+xml' });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

test('a read and a search', async () => {
  const read = await xml('/Patient/mine');
  expect([read.status, read.type]).toEqual([200, 'application/fhir+xml; charset=utf-8']);
  expect(read.text).toContain('<generalPractitioner><reference value="Practitioner/doc"/></generalPractitioner>');
  expect((await xml('/Patient?_count=5')).text).toContain('<search><mode value="match"/></search>');
  const json = await gateway.get('/Patient/mine', gateway.token(), { accept: 'application/fhir+json, application/fhir+xml' });
  expect(json.headers.get('content-type')).toContain('json');
  expect((await xml('/Patient/mine?_format=json')).type).toContain('json');
});

test('what is refused is refused in XML', async () => {
  upstream.answer = (request, response) =>
    request.url === '/fhir/Patient/absent' ? void response.writeHead(404).end() : onePatient(request, response);
  const absent = await xml('/Patient/absent');
  expect([absent.status, absent.text]).toEqual([
    404,
    expect.stringContaining('<OperationOutcome xmlns="http://hl7.org/fhir">'),
  ]);
  const failed = await xml('/Patient/mine/$purge');
  expect([failed.status, failed.type]).toEqual([404, 'application/fhir+xml; charset=utf-8']);
});

test('what was not even understood is refused in XML to whom reads nothing else', async () => {
  for (const path of ['/Patient?nonsense=1', '/Nothing', '/Patient/a/b/c/d', '/Patient?_format=yaml']) {
    const told = await xml(path);
    expect([told.status >= 400, told.type], path).toEqual([true, 'application/fhir+xml; charset=utf-8']);
    expect(told.text).toContain('<OperationOutcome xmlns="http://hl7.org/fhir">');
  }
  const stranger = await gateway.get('/Patient', undefined, { accept: 'application/fhir+xml' });
  expect([stranger.status, stranger.headers.get('content-type')]).toEqual([401, 'application/fhir+xml; charset=utf-8']);
  expect((await gateway.get('/Nothing', gateway.token())).headers.get('content-type')).toContain('json');
});

test('a write in XML is sent on as JSON, and answered in XML', async () => {
  const sent = () => upstream.seen.at(-1)!.body;
  upstream.answer = (request, response) => {
    if (request.method !== 'POST' && request.method !== 'PUT') return onePatient(request, response);
    expect(request.headers['content-type']).toContain('application/fhir+json');
    const stored = { ...JSON.parse(sent()), id: 'o1', meta: { versionId: '1' } };
    response.writeHead(201, { 'content-type': 'application/fhir+json', location: 'Observation/o1/_history/1' });
    response.end(JSON.stringify(stored));
  };
  const answer = await fetch(`${gateway.base}/Observation`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.token()}`,
      'content-type': 'application/fhir+xml; charset=UTF-8',
      accept: 'application/fhir+xml',
    },
    body: `<?xml version="1.0"?><Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><text value="a &lt; b"/></code>
      <subject><reference value="Patient/mine"/></subject><valueQuantity><value value="1.10"/></valueQuantity></Observation>`,
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([201, 'application/fhir+xml; charset=utf-8']);
  expect(upstream.seen.find(({ method }) => method === 'POST')?.body).toBe(
    '{"resourceType":"Observation","status":"final","code":{"text":"a < b"},"subject":{"reference":"Patient/mine"},"valueQuantity":{"value":1.10}}',
  );
  expect(await answer.text()).toContain('<text value="a &lt; b"/>');
});

test('R-244 a document type is refused before anything is sent', async () => {
  upstream.answer = (_request, response) => void response.writeHead(500).end();
  const answer = await fetch(`${gateway.base}/Observation`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.token()}`, 'content-type': 'application/fhir+xml' },
    body: '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Observation xmlns="http://hl7.org/fhir"><status value="&b;"/></Observation>',
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('document types and entities are not read');
});
