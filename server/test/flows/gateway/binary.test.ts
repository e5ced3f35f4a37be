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

const RESTRICTED = {
  security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }],
  versionId: '1',
};
const content = (id: string, context?: string) => ({
  resourceType: 'Binary',
  id,
  meta: { versionId: '1' },
  contentType: 'text/plain',
  ...(context === undefined ? {} : { securityContext: { reference: context } }),
  data: 'eA==',
});
const reference = (id: string, of: string, url: string, meta: object = { versionId: '1' }) => ({
  resourceType: 'DocumentReference',
  id,
  meta,
  status: 'current',
  subject: { reference: `Patient/${of}` },
  content: [{ attachment: { contentType: 'text/plain', url } }],
});
const put = (...resources: readonly object[]) => resources.forEach((one) => void upstream.put(JSON.stringify(one)));
const status = async (path: string, headers?: Record<string, string>) => (await gateway.get(path, token, headers)).status;

test('R-028 R-185 what its context is to the caller, the content is: a restricted document closes it', async () => {
  put(reference('open', 'mine', 'Binary/of-open'), content('of-open', 'DocumentReference/open'));
  put(reference('closed', 'mine', 'Binary/of-closed', RESTRICTED), content('of-closed', 'DocumentReference/closed'));
  put(content('of-other', 'DocumentReference/others'), reference('others', 'other', 'Binary/of-other'));
  put(content('of-nothing', 'DocumentReference/nowhere'), content('circle', 'Binary/circle'), content('odd', 'urn:uuid:1'));
  put({ resourceType: 'Organization', id: 'house', name: 'House' }, content('of-house', 'Organization/house'));
  expect(await status('/Binary/of-open')).toBe(200);
  // No patient's: a rule about content that needs no relation would open it, and theirs needs one.
  expect(await status('/Binary/of-house')).toBe(404);
  const absent = await (await gateway.get('/Binary/never', token)).text();
  for (const id of ['of-closed', 'of-other', 'of-nothing', 'circle', 'odd']) {
    for (const accept of ['application/fhir+json', 'text/plain'])
      expect(await status(`/Binary/${id}`, { accept }), id).toBe(404);
    expect(await (await gateway.get(`/Binary/${id}`, token)).text()).toBe(absent);
  }
  const found = await (await gateway.get('/Binary?_id=of-open,of-closed,of-other,of-nothing,circle,odd', token)).json();
  expect(found.entry.map(({ resource }: { resource: { id: string } }) => resource.id)).toEqual(['of-open']);
});

test('R-028 without a context it is theirs who see a document that points to it', async () => {
  put(content('pointed'), reference('points', 'mine', 'Binary/pointed'));
  put(content('absolutely'), reference('points-absolutely', 'mine', `${upstream.url}/Binary/absolutely`));
  put(content('secretly'), reference('points-secretly', 'mine', 'Binary/secretly', RESTRICTED));
  put(content('elsewhere'), reference('points-elsewhere', 'other', 'Binary/elsewhere'), content('nobodys'));
  put(reference('points-far', 'mine', 'https://far.example/fhir/Binary/nobodys'));
  expect(await status('/Binary/pointed')).toBe(200);
  expect(await status('/Binary/absolutely')).toBe(200);
  for (const id of ['secretly', 'elsewhere', 'nobodys']) expect(await status(`/Binary/${id}`), id).toBe(404);
});

test('nobody opens content by pointing a document to it: hidden content is as absent content', async () => {
  put(content('theirs', 'Patient/other'), content('orphan'));
  const point = async (url: string) => {
    const { id: _, meta: __, ...body } = reference('', 'mine', url);
    const answer = await fetch(`${gateway.base}/DocumentReference`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
    });
    return [answer.status, answer.status === 201 ? '' : await answer.text()];
  };
  const absent = await point('Binary/never');
  expect(absent[0]).toBe(422);
  for (const url of ['Binary/theirs', 'Binary/orphan', `${gateway.base}/Binary/theirs`])
    expect(await point(url), url).toEqual(absent);
  expect(await status('/Binary/orphan')).toBe(404);
  put(content('own', 'Patient/mine'));
  expect((await point('Binary/own'))[0]).toBe(201);
  expect((await point('https://far.example/x.pdf'))[0]).toBe(201);
});
