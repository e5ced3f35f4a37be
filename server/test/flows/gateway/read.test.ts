import { afterAll, beforeAll, expect, test } from 'vitest';
import { request } from '../../attacks/raw-socket.ts';
import { type Gateway, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let gateway: Gateway;

beforeAll(async () => {
  place = await ward();
  gateway = await startGateway({ upstream: place.server.url });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

test('metadata is public, and tells nothing of what runs behind (R-036)', async () => {
  const answer = await gateway.get('/metadata');
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(JSON.parse(text).implementation.url).toBe(gateway.base);
  expect(text).not.toContain(place.server.url);
  expect(text.toLowerCase()).not.toContain('medplum');
});

test('R-002 a permitted read gives the bytes of the upstream', async () => {
  const answer = await gateway.get('/Observation/mine-1', gateway.token());
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe(await place.raw('Observation/mine-1'));
  expect(answer.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
  expect(gateway.audit.last).toMatchObject({
    kind: 'request',
    outcome: 'permit',
    status: 200,
    action: 'read',
    resources: [expect.stringContaining('Observation/mine-1')],
    patients: ['mine'],
  });
});

test('R-137 hidden and absent get the same answer to the byte', async () => {
  const token = gateway.token();
  const id = { 'x-request-id': 'same' };
  const hidden = await gateway.get('/Observation/other-1', token, id);
  const absent = await gateway.get('/Observation/none', token, id);
  const headers = (answer: Response) => [...answer.headers].filter(([name]) => name !== 'date');
  expect(hidden.status).toBe(404);
  expect(absent.status).toBe(404);
  expect(await hidden.text()).toBe(await absent.text());
  expect(headers(hidden)).toEqual(headers(absent));
  // On the wire as well, where the order of headers shows.
  const raw = async (id: string) =>
    (
      await request(gateway.port, `GET /fhir/Observation/${id} HTTP/1.1`, [
        `Authorization: Bearer ${token}`,
        'X-Request-Id: same',
      ])
    ).replace(/^Date: .*$/m, '');
  expect(await raw('other-1')).toBe(await raw('none'));
});

test('a search gives what the caller may see and nothing else', async () => {
  const answer = await gateway.get('/Observation?_count=50', gateway.token());
  const bundle = (await answer.json()) as { entry: { fullUrl: string; resource: { id: string } }[]; link: { url: string }[] };
  expect(answer.status).toBe(200);
  expect(bundle.entry.map(({ resource }) => resource.id).sort()).toEqual(['mine-1', 'mine-2', 'mine-3']);
  expect(bundle.entry.every(({ fullUrl }) => fullUrl.startsWith(`${gateway.base}/Observation/`))).toBe(true);
  expect(bundle.link.every(({ url }) => url.startsWith(gateway.base))).toBe(true);
});

test('page links lead through everything visible, once, and mean nothing to somebody else', async () => {
  const token = gateway.token();
  const seen: string[] = [];
  let url: string | undefined = `${gateway.base}/Observation?_count=2`;
  let second: string | undefined;
  for (let page = 0; url !== undefined && page < 5; page++) {
    const bundle = (await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json()) as {
      entry?: { resource: { id: string } }[];
      link: { relation: string; url: string }[];
    };
    seen.push(...(bundle.entry ?? []).map(({ resource }) => resource.id));
    url = bundle.link.find(({ relation }) => relation === 'next')?.url;
    second ??= url;
  }
  expect(seen.sort()).toEqual(['mine-1', 'mine-2', 'mine-3']);
  const stranger = gateway.token({
    person: { id: 'p2', name: 'Dr Else', roles: ['physician'], fhirUser: 'Practitioner/else' },
  });
  expect((await fetch(second!, { headers: { authorization: `Bearer ${stranger}` } })).status).toBe(410);
});

test('a patient sees their own record', async () => {
  const token = gateway.token({
    scope: 'patient/*.rs',
    patient: 'other',
    person: { id: 'p3', name: 'Okafor', roles: ['patient'], fhirUser: 'Patient/other' },
  });
  expect((await gateway.get('/Patient/other', token)).status).toBe(200);
  expect((await gateway.get('/Patient/mine', token)).status).toBe(404);
});

test('a scope that does not cover the type is 403 before any look-up', async () => {
  const before = gateway.audit.records.length;
  const answer = await gateway.get('/Observation/mine-1', gateway.token({ scope: 'user/Patient.rs' }));
  expect(answer.status).toBe(403);
  expect(gateway.audit.records.length).toBe(before + 1);
});

test('HEAD answers as GET does, without the body', async () => {
  const token = gateway.token();
  const [get, head] = await Promise.all(
    ['GET', 'HEAD'].map((method) =>
      fetch(`${gateway.base}/Patient/mine`, { method, headers: { authorization: `Bearer ${token}`, 'x-request-id': 'h' } }),
    ),
  );
  expect(head!.status).toBe(200);
  expect(head!.headers.get('content-length')).toBe(get!.headers.get('content-length'));
  expect(await head!.text()).toBe('');
});

test('R-169 the request id is kept when it is sane, made otherwise, recorded and returned', async () => {
  const token = gateway.token();
  const kept = await gateway.get('/Patient/mine', token, { 'x-request-id': 'abc-123' });
  expect(kept.headers.get('x-request-id')).toBe('abc-123');
  expect(gateway.audit.last.requestId).toBe('abc-123');
  const made = await gateway.get('/Patient/mine', token, { 'x-request-id': 'a b' });
  expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});
