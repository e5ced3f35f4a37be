/**
 * Doors for proxies, as nginx (`auth_request`), Traefik and Envoy (`ext_authz`) knock on them. A differential test: whatever a door lets pass, the server
 * would answer as the gateway does, to the byte.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CREDENTIAL } from '../gateway/kit.ts';
import { KEY, type Place, place } from './place.ts';

let here: Place;
beforeAll(async () => {
  here = await place({
    policies: [
      {
        policySet: 'forward-tests',
        version: 1,
        combining: 'deny-overrides',
        rules: [
          {
            id: 'physicians-treat',
            description: 'A physician may read and write the record of a patient in their care; notes stay inside.',
            effect: 'permit',
            caller: { roles: ['physician'], relations: ['general-practitioner'] },
            interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
            resources: { categories: ['patient'] },
            mask: ['Condition.note'],
          },
        ],
      },
    ],
  });
  await here.ward.put({
    resourceType: 'Condition',
    id: 'noted',
    code: { text: 'x' },
    subject: { reference: 'Patient/mine' },
    note: [{ text: 'between us' }],
  });
});
afterAll(() => here?.close());

type Headers = Record<string, string>;
const nginx = (method: string, target: string, headers: Headers = {}) =>
  fetch(`${here.origin}/access/forward`, {
    headers: { 'x-door-key': KEY, 'x-original-method': method, 'x-original-uri': `/fhir${target}`, ...headers },
  });
const traefik = (method: string, target: string, headers: Headers = {}) =>
  fetch(`${here.origin}/access/forward`, {
    headers: { 'x-door-key': KEY, 'x-forwarded-method': method, 'x-forwarded-uri': `/fhir${target}`, ...headers },
  });
const envoy = (method: string, target: string, headers: Headers = {}, body?: string) =>
  fetch(`${here.origin}/access/envoy/fhir${target}`, {
    method,
    headers: { 'x-door-key': KEY, ...headers },
    ...(body === undefined ? {} : { body }),
  });
const bearer = () => ({ authorization: `Bearer ${here.gateway.token()}` });

const targets = [
  '/Observation/mine-1',
  '/Observation/mine-2/_history/1',
  '/Condition/noted',
  '/Observation/other-1',
  '/Observation/none',
  '/Patient/mine',
  '/Patient/other',
  '/Patient/mine?_elements=name',
  '/Patient/mine?_format=xml',
  '/Patient/mine?nonsense=1',
  '/Patient/mine/',
  '/Patient//mine',
  '/Observation',
  '/Observation?subject=Patient/mine',
  '/Observation?subject:Patient.name=Lindqvist',
  '/Patient?_has:Observation:subject:code=8867-4',
  '/Observation/mine-1/_history',
  '/Patient/mine/$everything',
  '/Patient/mine/Observation',
  '/metadata',
  '/',
  '',
];

describe.each([
  ['nginx', nginx],
  ['Traefik', traefik],
  ['Envoy', envoy],
])('%s', (_, knock) => {
  test.each(targets)('what passes is what the gateway would answer: GET %s', async (target) => {
    const passed = await knock('GET', target, bearer());
    expect([200, 403]).toContain(passed.status);
    if (passed.status !== 200) return;
    const path = target.split('?', 1)[0]!;
    const gateway = await here.gateway.get(path, here.gateway.token());
    const server = await fetch(here.ward.server.url + path, { headers: { authorization: `Bearer ${CREDENTIAL}` } });
    expect(await server.text()).toBe(await gateway.text());
  });

  test('exactly these reads pass', async () => {
    const passing: string[] = [];
    for (const target of targets) if ((await knock('GET', target, bearer())).status === 200) passing.push(target);
    expect(passing).toEqual([
      '/Observation/mine-1',
      '/Observation/mine-2/_history/1',
      '/Patient/mine',
      '/Patient/mine?_elements=name',
      '/Patient/mine?_format=xml',
    ]);
  });

  test('R-195 what is more confidential than was asked for does not pass, nor what nobody understands', async () => {
    const most = (code: string) => ({
      ...bearer(),
      category: `http://terminology.hl7.org/CodeSystem/v3-Confidentiality#${code}; scheme="http://hl7.org/fhir/tag/security"`,
    });
    for (const [code, status] of [
      ['N', 200],
      ['L', 403],
      ['X', 403],
    ] as const)
      expect((await knock('GET', '/Observation/mine-1', most(code))).status, code).toBe(status);
  });

  test('R-139 who has not signed in is told how, and hidden and absent are alike', async () => {
    const nobody = await knock('GET', '/Patient/mine');
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('www-authenticate')).toContain('resource_metadata=');
    const invalid = await knock('GET', '/Patient/mine', { authorization: `Bearer ${'x'.repeat(40)}` });
    expect(invalid.status).toBe(401);
    expect(invalid.headers.get('www-authenticate')).toContain('invalid_token');
    const [hidden, absent] = await Promise.all(['other-1', 'none'].map((id) => knock('GET', `/Observation/${id}`, bearer())));
    expect(hidden!.status).toBe(403);
    expect(absent!.status).toBe(403);
    expect(await hidden!.text()).toBe(await absent!.text());
  });

  test('without its key a door is shut, whoever asks', async () => {
    for (const key of ['', 'x'.repeat(40)])
      expect((await knock('GET', '/Patient/mine', { ...bearer(), 'x-door-key': key })).status).toBe(403);
  });

  test('a record stands before the yes; when there can be none, there is no yes', async () => {
    const passed = await knock('GET', '/Patient/mine', bearer());
    expect(here.gateway.audit.records.find(({ requestId }) => requestId === passed.headers.get('x-request-id'))).toMatchObject({
      outcome: 'permit',
      reason: expect.stringContaining('Asked through the door his.'),
    });
    here.gateway.audit.broken = true;
    expect((await knock('GET', '/Patient/mine', bearer())).status).toBe(403);
    here.gateway.audit.broken = false;
  });
});

describe('writes', () => {
  const json = { 'content-type': 'application/fhir+json' };
  const note = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/mine"}}';

  test('a condition that the gateway would hold against a write counts here too, whichever it is', async () => {
    const headers = { ...bearer(), 'content-type': 'application/json-patch+json' };
    const patch = '[{"op":"replace","path":"/status","value":"amended"}]';
    expect((await envoy('PATCH', '/Observation/mine-1', headers, patch)).status).toBe(200);
    for (const condition of ['*', 'W/"1"'])
      expect((await envoy('PATCH', '/Observation/mine-1', { ...headers, 'if-none-match': condition }, patch)).status).toBe(403);
  });

  test('with the body they are decided as by the gateway, without it they do not pass', async () => {
    const statuses = async (...knocks: Promise<Response>[]) => (await Promise.all(knocks)).map(({ status }) => status);
    const headers = { ...bearer(), ...json };
    expect(
      await statuses(
        envoy('POST', '/Observation', headers, note),
        envoy('POST', '/Observation', headers, note.replace('Patient/mine', 'Patient/other')),
        envoy('PUT', '/Observation/mine-1', headers, note.replace('{', '{"id":"mine-1",')),
        envoy('PUT', '/Observation/other-1', headers, note.replace('{', '{"id":"other-1",')),
        // The note that the mask keeps would be lost.
        envoy(
          'PUT',
          '/Condition/noted',
          headers,
          '{"resourceType":"Condition","id":"noted","code":{"text":"x"},"subject":{"reference":"Patient/mine"}}',
        ),
        envoy('POST', '/Observation', { ...headers, 'if-none-exist': 'code=8867-4' }, note),
        envoy('POST', '', headers, '{"resourceType":"Bundle","type":"batch","entry":[]}'),
        envoy('POST', '/Observation/_search', { ...bearer(), 'content-type': 'application/x-www-form-urlencoded' }, 'code=1'),
        envoy('DELETE', '/Observation/mine-3', bearer()),
        envoy('DELETE', '/Observation/other-3', bearer()),
        nginx('POST', '/Observation', headers),
        nginx('DELETE', '/Observation/mine-3', bearer()),
      ),
    ).toEqual([200, 403, 200, 403, 403, 403, 403, 403, 200, 403, 403, 200]);
    // Nothing was written by asking.
    expect(JSON.parse(await here.ward.raw('Observation/mine-3')).id).toBe('mine-3');
  });
});

describe('attacks', () => {
  test('two descriptions of one request, or half of one, open nothing', async () => {
    for (const headers of [
      { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/fhir/Patient/mine' },
      { 'x-forwarded-uri': '/fhir/Patient/mine' },
    ])
      expect((await nginx('GET', '/Patient/mine', { ...bearer(), ...headers })).status).toBe(403);
    const half = await fetch(`${here.origin}/access/forward`, {
      headers: { 'x-door-key': KEY, 'x-original-method': 'GET', ...bearer() },
    });
    expect(half.status).toBe(403);
  });

  test('a path beside the FHIR base does not pass', async () => {
    for (const uri of [
      '/admin',
      '/fhirx/Patient/mine',
      '//fhir/Patient/mine',
      '/fhir/../fhir/Patient/mine',
      '/FHIR/Patient/mine',
    ])
      expect((await nginx('GET', '', { ...bearer(), 'x-original-uri': uri })).status).toBe(403);
  });
});
