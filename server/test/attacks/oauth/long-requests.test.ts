/** SMART App Launch 2.2 §authorize-post: what a form may hold is not what an address may hold; and OWASP API4, requests that are too much end early. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newBrowser } from '../../flows/authorization/browser.ts';
import { type Issuer, redirectUri, startIssuer } from '../../flows/authorization/harness.ts';
import { authorizeUrl, clickThrough, token } from '../../flows/authorization/launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

const form = (scope: string) => new URL(authorizeUrl(server, { scope }, 'v'.repeat(43), 's'.repeat(22))).searchParams;
const scopes = (count: number) =>
  [
    'launch/patient',
    ...Array.from({ length: count }, (_one, at) => `patient/Observation.rs?code=http://loinc.org|${10_000 + at}-1`),
  ].join(' ');

test('R-098 a posted request with 5 kB of granular scopes begins a launch', async () => {
  const page = await newBrowser(server.issuer).open(`${server.issuer}/authorize`, { method: 'POST', body: form(scopes(100)) });
  expect([page.status, page.text.includes('name="password"')]).toEqual([200, true]);
});

test('R-098 a posted request with 800 granular scopes goes all the way to its tokens', async () => {
  const browser = newBrowser(server.issuer);
  const body = form(scopes(800));
  const url = `${server.issuer}/authorize`;
  const page = await clickThrough({ ...browser, open: () => browser.open(url, { method: 'POST', body }) }, url);
  const code = new URL(page.url).searchParams.get('code') ?? '';
  expect(new URL(page.url).searchParams.get('state')).toBe('s'.repeat(22));
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: 'growth-chart' };
  const answer = await token(server, { ...exchange, code_verifier: 'v'.repeat(43) });
  expect([answer.status, String(answer.body['scope']).split(' ')]).toEqual([200, scopes(800).split(' ')]);
});

describe('what is kept of a posted request is not believed for it', () => {
  const post = (change: Readonly<Record<string, string | undefined>>) => {
    const body = form(scopes(300));
    for (const [name, value] of Object.entries(change)) value === undefined ? body.delete(name) : body.set(name, value);
    return newBrowser(server.issuer).open(`${server.issuer}/authorize`, { method: 'POST', body });
  };
  test.each([
    ['an address that is not registered', { redirect_uri: 'https://evil.example/' }, 400],
    ['an unknown app', { client_id: 'nobody' }, 400],
  ])('%s is refused on a page', async (_name, change, status) => {
    const page = await post(change);
    expect([page.status, new URL(page.url).origin]).toEqual([status, server.issuer]);
  });
  test.each([
    ['for another FHIR server', { aud: 'https://elsewhere.example/fhir' }],
    ['for another FHIR server, beside ours', { aud: 'https://elsewhere.example/fhir', resource: 'ours' }],
    ['for no FHIR server', { aud: undefined }],
    ['without PKCE', { code_challenge: undefined }],
    ['that is a request object and could hold anything', { request: 'e30.e30.' }],
    ['that names another kept request', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }],
    ['with a plain challenge', { code_challenge_method: 'plain' }],
  ])('one %s goes back with an error', async (_name, change) => {
    const page = await post('resource' in change ? { ...change, resource: server.fhirBase } : change);
    const { searchParams } = new URL(page.url);
    expect([page.url.split('?')[0], searchParams.get('error'), searchParams.get('code')]).toEqual([
      redirectUri,
      expect.stringMatching(/^invalid_request|^request_not_supported/),
      null,
    ]);
  });
  test('an app that must push by itself has not pushed', async () => {
    await server.storage.db
      .updateTable('client')
      .set({ protocol: JSON.stringify({ fapi: true }) })
      .where('id', '=', 'registry')
      .execute();
    const page = await post({ client_id: 'registry' });
    const { searchParams } = new URL(page.url);
    expect([page.text.includes('name="password"'), searchParams.get('code')]).toEqual([false, null]);
  });
});

test.each([1_000, 5_000])('%i granular scopes are too many, and refused on a page', async (count) => {
  const began = performance.now();
  const page = await newBrowser(server.issuer).open(`${server.issuer}/authorize`, {
    method: 'POST',
    body: form(scopes(count)),
  });
  expect([400, 413]).toContain(page.status);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(page.text).not.toMatch(/node_modules|\.ts:\d/);
  expect(server.reports).toEqual([]);
});
