/** Content through the whole gateway, over real HTTP: sent as it is and had back as it is, in parts, in both formats, and laid out for people. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from './kit.ts';
import { type SmallServer, smallServer } from './small-server.ts';

let upstream: SmallServer;
let gateway: Gateway;
let token: string;
const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at & 255);

beforeAll(async () => {
  upstream = await smallServer('4.0.1');
  const doc = [{ reference: 'Practitioner/doc' }];
  upstream.put(JSON.stringify({ resourceType: 'Patient', id: 'mine', generalPractitioner: doc, meta: { versionId: '1' } }));
  upstream.put(JSON.stringify({ resourceType: 'Patient', id: 'other', meta: { versionId: '1' } }));
  gateway = await startGateway({ upstream: upstream.url });
  token = gateway.token();
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

const send = (context: string | undefined, headers: Record<string, string> = {}) =>
  fetch(`${gateway.base}/Binary`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/pdf',
      ...(context === undefined ? {} : { 'x-security-context': context }),
      ...headers,
    },
    body: bytes,
  });

test('R-028 whoever may write for the patient of the context may send content, and nobody else', async () => {
  expect((await send('Patient/mine')).status).toBe(201);
  expect(JSON.parse([...upstream.written.values()].at(-1)!)).toEqual({
    resourceType: 'Binary',
    contentType: 'application/pdf',
    securityContext: { reference: 'Patient/mine' },
    data: Buffer.from(bytes).toString('base64'),
  });
  const written = upstream.written.size;
  // The same answer for a patient of others, for one who is not there, and for content of nobody.
  const [others, absent] = [await send('Patient/other'), await send('Patient/absent')];
  expect([others.status, await others.text()]).toEqual([absent.status, await absent.text()]);
  expect([others.status, (await send(undefined)).status]).toEqual([403, 403]);
  expect(upstream.written.size).toBe(written);
});

test('it is had back as it is, whole and in parts, with the headers of GET for HEAD', async () => {
  const created = await send('Patient/mine', { accept: 'application/fhir+json' });
  const { id } = await created.json();
  const whole = await gateway.get(`/Binary/${id}`, token, { accept: 'application/pdf' });
  expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);
  expect(whole.headers.get('content-disposition')).toBe('attachment');
  expect(whole.headers.get('accept-ranges')).toBe('bytes');
  expect(whole.headers.get('content-encoding')).toBeNull();

  const part = await gateway.get(`/Binary/${id}`, token, { accept: 'application/pdf', range: 'bytes=100-199' });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 100-199/1000']);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.subarray(100, 200));
  const beyond = await gateway.get(`/Binary/${id}`, token, { accept: 'application/pdf', range: 'bytes=1000-' });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */1000']);

  const head = await fetch(`${gateway.base}/Binary/${id}`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${token}`, accept: 'application/pdf', range: 'bytes=0-1' },
  });
  expect([head.status, head.headers.get('content-length'), head.headers.get('content-type')]).toEqual([
    200,
    '1000',
    'application/pdf',
  ]);
  const known = await gateway.get(`/Binary/${id}`, token, {
    accept: 'application/pdf',
    'if-none-match': whole.headers.get('etag')!,
    range: 'bytes=0-1',
  });
  expect([known.status, await known.text()]).toEqual([304, '']);
  const stranger = gateway.token({ person: { id: 's', name: 'S', roles: ['physician'], fhirUser: 'Practitioner/s' } });
  const [hidden, absent] = await Promise.all(
    [id, 'absent'].map((one) => gateway.get(`/Binary/${one}`, stranger, { accept: 'application/pdf', range: 'bytes=0-1' })),
  );
  expect([hidden!.status, await hidden!.text()]).toEqual([absent!.status, await absent!.text()]);
});

test('nothing is ever compressed, so that no length tells what was beside (BREACH)', async () => {
  for (const path of ['/metadata', '/Patient/mine', '/Patient?_count=10']) {
    const answer = await gateway.get(path, token, { 'accept-encoding': 'gzip, deflate, br, zstd' });
    expect(answer.headers.get('content-encoding'), path).toBeNull();
    await answer.arrayBuffer();
  }
});

test('_pretty lays out both formats, reads, searches and refusals; without it the bytes are those that were stored', async () => {
  const json = await (await gateway.get('/Patient/mine?_pretty=true', token)).text();
  expect(json).toContain('{\n  "resourceType": "Patient",\n  "id": "mine",\n');
  const xml = await (await gateway.get('/Patient/mine?_pretty=true&_format=xml', token)).text();
  expect(xml).toContain('<Patient xmlns="http://hl7.org/fhir">\n  <id value="mine"/>\n');
  expect(await (await gateway.get('/Patient?_pretty=true', token)).text()).toContain(
    '\n      "resource": {\n        "resourceType"',
  );
  expect(await (await gateway.get('/Patient/absent?_pretty=true', token)).text()).toContain(
    '{\n  "resourceType": "OperationOutcome"',
  );
  expect(await (await gateway.get('/Patient/mine', token)).text()).toBe(upstream.stored.get('Patient/mine')!.text);
});
