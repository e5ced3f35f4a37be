// hardening B11-129 and A7 (API10): pages of an upstream that ignores what it was asked, goes round in circles, repeats itself or mixes in other things.
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type OddUpstream, oddUpstream, onePatient } from './odd-upstream.ts';

let upstream: OddUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await oddUpstream(onePatient);
  gateway = await startGateway({ upstream: upstream.url, upstreamOptions: { headersTimeoutMs: 400, bodyTimeoutMs: 400 } });
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

const json = { 'content-type': 'application/fhir+json' };
const patient = (id: string, doctor = 'doc') => ({
  resourceType: 'Patient',
  id,
  generalPractitioner: [{ reference: `Practitioner/${doctor}` }],
});
const entries = (...resources: object[]) => resources.map((resource) => ({ resource, search: { mode: 'match' } }));
const send = (response: ServerResponse, body: object, headers: object = {}) =>
  response.writeHead(200, { ...json, ...headers }).end(JSON.stringify({ resourceType: 'Bundle', type: 'searchset', ...body }));

/** Answers searches of Patient by `answer`, and every question of the facts as a good server would that knows `mine` alone. */
function searches(answer: (url: string, response: ServerResponse) => void): void {
  upstream.answer = (request, response) => {
    const isFact = /general-practitioner|participant|_id=/.test(request.url!) || !request.url!.startsWith('/fhir/Patient');
    if (!isFact) return answer(request.url!, response);
    onePatient(request, response);
  };
}

async function found(
  path = '/Patient?_count=5',
): Promise<{ readonly status: number; readonly ids: readonly string[]; readonly text: string }> {
  const answer = await gateway.get(path, gateway.token());
  const text = await answer.text();
  const ids = (JSON.parse(text).entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id);
  return { status: answer.status, ids, text };
}

test('a page of strangers, whatever was asked, shows none of them', async () => {
  searches((_url, response) =>
    send(response, { total: 900, entry: entries(patient('mine'), patient('other', 'else'), patient('third', 'else')) }),
  );
  const { status, ids, text } = await found();
  expect([status, ids]).toEqual([200, ['mine']]);
  expect(text).not.toMatch(/other|third|900/);
});

test('pages that go round in a circle end, in whatever length of circle', async () => {
  for (const length of [1, 3]) {
    let asked = 0;
    searches((url, response) => {
      asked++;
      const page = Number(/page=(\d+)/.exec(url)?.[1] ?? 0);
      const link = [{ relation: 'next', url: `${upstream.url}/Patient?page=${((page + 1) % length) + 1}` }];
      send(response, { link, entry: entries(patient(`p${page}`, 'else')) });
    });
    expect((await found()).status).toBe(502);
    expect(asked).toBeLessThan(8);
  }
});

test('pages without end stop at the budget', async () => {
  let page = 0;
  searches((_url, response) => {
    page++;
    send(response, { link: [{ relation: 'next', url: `${upstream.url}/Patient?page=${page}` }], entry: [] });
  });
  expect((await found()).status).toBe(403);
  expect(page).toBeLessThanOrEqual(51);
});

test('more entries than were asked for, and the same one twice, make no longer page', async () => {
  searches((_url, response) => send(response, { entry: entries(...Array.from({ length: 40 }, () => patient('mine'))) }));
  expect((await found('/Patient?_count=5')).ids).toEqual(['mine']);
});

test('other types, other modes, resources without id or with a wrong one are not in the answer', async () => {
  searches((_url, response) =>
    send(response, {
      entry: [
        ...entries(
          { resourceType: 'Practitioner', id: 'secret' },
          { ...patient('a/b') },
          { resourceType: 'Patient' },
          patient('mine'),
        ),
        {
          resource: { resourceType: 'OperationOutcome', issue: [{ diagnostics: 'hapi.internal' }] },
          search: { mode: 'outcome' },
        },
        { resource: patient('included'), search: { mode: 'include' } },
        { fullUrl: 'http://hapi.internal/Patient/x' },
        null,
        7,
      ],
    }),
  );
  const { status, ids, text } = await found();
  expect([status, ids]).toEqual([200, ['mine']]);
  expect(text).not.toMatch(/internal|secret|included/);
});

test('truncated, doubled and lying JSON is not believed', async () => {
  for (const body of [
    '{"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Patient","id":"mi',
    '{"resourceType":"Bundle","type":"searchset","entry":[],"entry":[]}',
    '{"resourceType":"Bundle","type":"history","entry":[]}',
    '{"resourceType":"Patient","id":"mine"}',
    '<Bundle xmlns="http://hl7.org/fhir"/>',
    '',
  ]) {
    searches((_url, response) => void response.writeHead(200, json).end(body));
    expect((await found()).status, body).toBe(502);
  }
});

test('headers that are there twice are not there', async () => {
  upstream.answer = (request, response) => {
    if (request.url !== '/fhir/Patient/mine') return onePatient(request, response);
    response.setHeader('content-type', json['content-type']);
    response.setHeader('etag', ['W/"1"', 'W/"<script>"']);
    response.setHeader('set-cookie', ['a=b', 'c=d']);
    response.setHeader('x-host', ['hapi.internal']);
    response.end(JSON.stringify(patient('mine')));
  };
  const answer = await gateway.get('/Patient/mine', gateway.token());
  expect(answer.status).toBe(200);
  expect(JSON.stringify([...answer.headers])).not.toMatch(/script|internal|a=b/);
  upstream.answer = (_request, response) => {
    response.setHeader('content-type', ['application/fhir+json', 'text/html']);
    response.end(JSON.stringify(patient('mine')));
  };
  expect((await gateway.get('/Patient/mine', gateway.token())).status).toBe(502);
});

test('an operation of the upstream is never asked, however it would answer', async () => {
  const before = upstream.seen.length;
  searches((_url, response) => send(response, { entry: entries(patient('other', 'else')) }));
  for (const path of ['/Patient/$everything', '/Patient/mine/$purge', '/$graphql?query={PatientList{id}}', '/$export'])
    expect((await gateway.get(path, gateway.token())).status, path).toBeGreaterThanOrEqual(400);
  upstream.answer = onePatient;
  expect((await gateway.get('/Patient/mine/$everything', gateway.token())).status).toBe(200);
  expect(upstream.seen.slice(before).filter(({ url }) => /\$|%24/.test(url))).toEqual([]);
});
