// hardening B11 and OWASP API7: a redirect of the upstream is not followed, and never passed to the client with our credential behind it.
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

test.each([301, 302, 303, 307, 308, 300])('R-036 status %i ends here', async (status) => {
  const elsewhere = await oddUpstream(onePatient);
  upstream.answer = (_request, response) => response.writeHead(status, { location: `${elsewhere.url}/Patient/mine` }).end();
  const answer = await fetch(`${gateway.base}/Patient/mine`, {
    headers: { authorization: `Bearer ${gateway.token()}` },
    redirect: 'manual',
  });
  expect(answer.status).toBe(502);
  expect(answer.headers.get('location')).toBeNull();
  expect(elsewhere.seen).toEqual([]);
  await elsewhere.close();
});

test('a next link that leaves the upstream is not followed, by the search or by the facts', async () => {
  const elsewhere = await oddUpstream(onePatient);
  upstream.answer = (request, response) => {
    const type = /^\/fhir\/([A-Za-z]+)/.exec(request.url!)![1]!;
    const body = {
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'next', url: `${elsewhere.url}/${type}?page=2` }],
      entry: [],
    };
    response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
  };
  expect((await gateway.get('/Patient?_count=5', gateway.token())).status).toBe(502);
  upstream.answer = (request, response) => {
    if (request.url === '/fhir/Patient/mine') return onePatient(request, response);
    const body = {
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'next', url: `${elsewhere.url}/x` }],
      entry: [],
    };
    response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
  };
  expect((await gateway.get('/Patient/mine', gateway.token())).status).toBe(503);
  expect(elsewhere.seen).toEqual([]);
  await elsewhere.close();
});
