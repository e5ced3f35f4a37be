// RFC 9111 §5.2.1.4: a server that keeps the results of searches for a while (HAPI: a minute) would have us decide by what was. It is told not to.
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

test('who is no longer the doctor sees nothing, though the server behind keeps what it once found', async () => {
  let doctor = 'doc';
  const kept = new Map<string, string>();
  const answerTo = (url: string): string => {
    const patient = { resourceType: 'Patient', id: 'mine', generalPractitioner: [{ reference: `Practitioner/${doctor}` }] };
    if (url === '/fhir/Patient/mine') return JSON.stringify(patient);
    const asksAnother = /general-practitioner=[^&]*doc/.test(url) && doctor !== 'doc';
    const found = url.startsWith('/fhir/Patient') && !asksAnother ? [{ resource: patient, search: { mode: 'match' } }] : [];
    return JSON.stringify({ resourceType: 'Bundle', type: 'searchset', entry: found });
  };
  upstream.answer = (request, response) => {
    const url = request.url!;
    const fresh = request.headers['cache-control'] === 'no-cache';
    const text = (fresh ? undefined : kept.get(url)) ?? answerTo(url);
    kept.set(url, text);
    response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(text);
  };
  const shown = async (path: string) => (await (await gateway.get(path, gateway.token())).text()).includes('"mine"');
  expect([await shown('/Patient?_count=5'), await shown('/Patient/mine')]).toEqual([true, true]);
  doctor = 'somebody-else';
  expect([await shown('/Patient?_count=5'), await shown('/Patient/mine')]).toEqual([false, false]);
});
