// The demo FHIR server's interactions, against the real process over real sockets (FHIR R4 http).
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { client } from './client.ts';
import { type ServerProcess, serverProcess, temporaryFolder } from './fhir-server-process.ts';

const home = temporaryFolder();
let server: ServerProcess;
let ask: ReturnType<typeof client>;

beforeAll(async () => {
  server = await serverProcess(home);
  ask = client(server.url);
});
afterAll(async () => {
  await server?.end('SIGTERM');
  rmSync(home, { recursive: true, force: true });
});

const ODD =
  '{ "resourceType" : "Observation",\n\t"id":"odd","status":"final" ,"code":{"text":"\\u00e9 é"},"valueQuantity":{"value":1.10,"unit":"x"},"component":[ ] }';

describe('bytes', () => {
  test('what was put comes back to the byte, but for id and meta', async () => {
    expect((await ask('PUT', 'Observation/odd', ODD)).status).toBe(201);
    const read = await ask('GET', 'Observation/odd');
    const meta = /,"meta":\{"versionId":"1","lastUpdated":"[^"]+"\}/;
    expect(read.text).toMatch(meta);
    expect(read.text.replace(meta, '')).toBe(ODD);
  });

  test('a page of a search embeds the same bytes', async () => {
    const read = await ask('GET', 'Observation/odd');
    const search = await ask('GET', 'Observation?_id=odd');
    expect(search.text).toContain(`"resource":${read.text}`);
  });

  test('meta that the client sent is kept, version and time are the server’s', async () => {
    const sent =
      '{"resourceType":"Patient","meta":{"versionId":"77","tag":[{"code":"x"}], "lastUpdated":"1999-01-01T00:00:00Z"},"id":"m1"}';
    const answer = await ask('PUT', 'Patient/m1', sent);
    expect(answer.json.meta.versionId).toBe('1');
    expect(answer.json.meta.lastUpdated).not.toContain('1999');
    expect(
      answer.text.replace(answer.json.meta.lastUpdated, '1999-01-01T00:00:00Z').replace('"versionId":"1"', '"versionId":"77"'),
    ).toBe(sent);
  });

  test('a patch touches only what it names', async () => {
    const before = await ask('GET', 'Observation/odd');
    const patched = await ask('PATCH', 'Observation/odd', '[{"op":"replace","path":"/status","value":"amended"}]', {
      'content-type': 'application/json-patch+json',
    });
    expect(patched.status).toBe(200);
    const expected = before.text
      .replace('"final"', '"amended"')
      .replace('"versionId":"1"', '"versionId":"2"')
      .replace(before.json.meta.lastUpdated, patched.json.meta.lastUpdated);
    expect(patched.text).toBe(expected);
  });
});

describe('versions', () => {
  test('of 20 updates with one If-Match exactly one wins', async () => {
    await ask('PUT', 'Patient/race', '{"resourceType":"Patient","id":"race"}');
    const updates = Array.from({ length: 20 }, (_, i) =>
      ask('PUT', 'Patient/race', `{"resourceType":"Patient","id":"race","language":"l${i}"}`, { 'if-match': 'W/"1"' }),
    );
    const statuses = (await Promise.all(updates)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(19);
    expect((await ask('GET', 'Patient/race')).json.meta.versionId).toBe('2');
  });

  test('of 20 conditional creates one creates', async () => {
    const body = '{"resourceType":"Patient","identifier":[{"system":"urn:s","value":"once"}]}';
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => ask('POST', 'Patient', body, { 'if-none-exist': 'identifier=urn:s|once' })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(replies.map(({ json }) => json.id)).size).toBe(1);
  });

  test('a deleted resource is 410, its versions and history remain, and it can come back', async () => {
    await ask('PUT', 'Patient/gone', '{"resourceType":"Patient","id":"gone"}');
    expect((await ask('DELETE', 'Patient/gone')).status).toBe(204);
    expect((await ask('GET', 'Patient/gone')).status).toBe(410);
    expect((await ask('GET', 'Patient/never')).status).toBe(404);
    expect((await ask('GET', 'Patient/gone/_history/1')).status).toBe(200);
    expect((await ask('GET', 'Patient/gone/_history/2')).status).toBe(410);
    expect((await ask('GET', 'Patient?_id=gone')).json.total).toBe(0);
    const history = await ask('GET', 'Patient/gone/_history');
    expect(history.json.entry.map((entry: { request: { method: string } }) => entry.request.method)).toEqual(['DELETE', 'PUT']);
    expect((await ask('PUT', 'Patient/gone', '{"resourceType":"Patient","id":"gone"}')).json.meta.versionId).toBe('3');
  });

  test('ETag, Last-Modified, Location, 304', async () => {
    const created = await ask('POST', 'Patient', '{"resourceType":"Patient","active":true}');
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${server.url}/Patient/${created.json.id}/_history/1`);
    expect(created.headers.get('etag')).toBe('W/"1"');
    const path = `Patient/${created.json.id}`;
    const modified = created.headers.get('last-modified') ?? '';
    expect((await ask('GET', path, undefined, { 'if-none-match': 'W/"1"' })).status).toBe(304);
    expect((await ask('GET', path, undefined, { 'if-modified-since': modified })).status).toBe(304);
    expect((await ask('GET', path, undefined, { 'if-none-match': 'W/"2"' })).status).toBe(200);
    expect(
      (await ask('PUT', path, `{"resourceType":"Patient","id":"${created.json.id}"}`, { 'if-none-match': '*' })).status,
    ).toBe(412);
  });

  test('Prefer: return', async () => {
    const put = (prefer: string) => ask('PUT', 'Patient/prefer', '{"resourceType":"Patient","id":"prefer"}', { prefer });
    expect((await put('return=minimal')).text).toBe('');
    expect((await put('return=OperationOutcome')).json.resourceType).toBe('OperationOutcome');
    expect((await put('return=representation')).json.resourceType).toBe('Patient');
  });
});

describe('refusals', () => {
  test.each([
    ['no JSON', '{"resourceType":"Patient",', 400],
    ['a duplicate name', '{"resourceType":"Patient","id":"x1","id":"x1"}', 400],
    ['an escaped name', '{"resourceType":"Patient","\\u0069d":"x1"}', 400],
    ['another type', '{"resourceType":"Group","id":"x1"}', 400],
    ['another id', '{"resourceType":"Patient","id":"x2"}', 400],
    ['an unknown type', '{"resourceType":"Nothing","id":"x1"}', 400],
  ])('%s is refused, and nothing is stored', async (_, body, status) => {
    const answer = await ask('PUT', 'Patient/x1', body);
    expect(answer.status).toBe(status);
    expect(answer.json.resourceType).toBe('OperationOutcome');
    expect((await ask('GET', 'Patient/x1')).status).toBe(404);
  });

  test('XML is neither taken nor given', async () => {
    expect((await ask('POST', 'Patient', '<Patient/>', { 'content-type': 'application/fhir+xml' })).status).toBe(415);
    expect((await ask('GET', 'Patient/prefer', undefined, { accept: 'application/fhir+xml' })).status).toBe(406);
  });

  test.each(['', 'Bearer', 'Bearer wrong', 'Basic YTpi', 'bearer a-credential-for-tests '])(
    'without the credential (%j) everything is 401',
    async (authorization) => {
      for (const path of ['metadata', 'Patient/prefer', 'Patient', 'nonsense']) {
        const answer = await ask('GET', path, undefined, { authorization });
        expect(answer.status).toBe(401);
        expect(answer.text).not.toMatch(/version|Alder/i);
      }
    },
  );
});

describe('batch and transaction', () => {
  const bundle = (type: string, entry: readonly object[]) => JSON.stringify({ resourceType: 'Bundle', type, entry });

  test('links to entries, conditional references and conditional creates are resolved', async () => {
    await ask(
      'PUT',
      'Organization/o1',
      '{"resourceType":"Organization","id":"o1","identifier":[{"system":"urn:o","value":"1"}]}',
    );
    const patient = {
      resourceType: 'Patient',
      managingOrganization: { reference: 'Organization?identifier=urn:o|1' },
      identifier: [{ value: 'urn:uuid:3cb52497-3f07-4323-897b-aed5fe681d6b' }],
    };
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 't' },
      subject: { reference: 'urn:uuid:3cb52497-3f07-4323-897b-aed5fe681d6b' },
    };
    const answer = await ask(
      'POST',
      '',
      bundle('transaction', [
        {
          fullUrl: 'urn:uuid:aaaaaaaa-3f07-4323-897b-aed5fe681d6b',
          resource: observation,
          request: { method: 'POST', url: 'Observation' },
        },
        {
          fullUrl: 'urn:uuid:3cb52497-3f07-4323-897b-aed5fe681d6b',
          resource: patient,
          request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:uuid:none' },
        },
        { request: { method: 'GET', url: 'Organization/o1' } },
      ]),
    );
    expect(answer.status).toBe(200);
    const [first, second, third] = answer.json.entry;
    expect(first.resource.subject.reference).toBe(`Patient/${second.resource.id}`);
    expect(second.resource.managingOrganization.reference).toBe('Organization/o1');
    expect(second.resource.identifier[0].value).toBe('urn:uuid:3cb52497-3f07-4323-897b-aed5fe681d6b');
    expect(third.resource.id).toBe('o1');
  });

  test('a transaction that fails leaves nothing behind', async () => {
    const before = (await ask('GET', '_history?_count=0')).json.total;
    const answer = await ask(
      'POST',
      '',
      bundle('transaction', [
        { resource: { resourceType: 'Patient', id: 'tx1' }, request: { method: 'PUT', url: 'Patient/tx1' } },
        {
          resource: { resourceType: 'Patient', id: 'odd' },
          request: { method: 'PUT', url: 'Patient/race', ifMatch: 'W/"99"' },
        },
      ]),
    );
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await ask('GET', 'Patient/tx1')).status).toBe(404);
    expect((await ask('GET', 'Patient?_id=tx1')).json.total).toBe(0);
    expect((await ask('GET', '_history?_count=0')).json.total).toBe(before);
  });

  test('in a batch each entry stands for itself', async () => {
    const answer = await ask(
      'POST',
      '',
      bundle('batch', [
        { request: { method: 'GET', url: 'Patient/never' } },
        { resource: { resourceType: 'Patient', id: 'b1' }, request: { method: 'PUT', url: 'Patient/b1' } },
      ]),
    );
    expect(answer.json.entry.map((entry: { response: { status: string } }) => entry.response.status)).toEqual(['404', '201']);
    expect(answer.json.entry[0].response.outcome.resourceType).toBe('OperationOutcome');
  });
});

test('a Binary goes in and out raw', async () => {
  const created = await ask('POST', 'Binary', 'plain text, é', {
    'content-type': 'text/plain',
    'x-security-context': 'Patient/prefer',
  });
  expect(created.status).toBe(201);
  const raw = await ask('GET', `Binary/${created.json.id}`, undefined, { accept: 'text/plain' });
  expect([raw.headers.get('content-type'), raw.text]).toEqual(['text/plain', 'plain text, é']);
  const wrapped = await ask('GET', `Binary/${created.json.id}`, undefined, { accept: 'application/fhir+json' });
  expect(wrapped.json).toMatchObject({
    resourceType: 'Binary',
    contentType: 'text/plain',
    securityContext: { reference: 'Patient/prefer' },
  });
});

test('metadata lists types, interactions and parameters, and names the software', async () => {
  const { json } = await ask('GET', 'metadata');
  expect(json.software.version).toBeTypeOf('string');
  const patient = json.rest[0].resource.find(({ type }: { type: string }) => type === 'Patient');
  expect(patient.searchParam.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['_id', '_security', 'birthdate', 'general-practitioner']),
  );
});
