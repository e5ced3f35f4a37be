/** SMART App Launch 2.2 §authorize-post: what a form may hold is not what an address may hold; and OWASP API4, requests that are too much end early. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newBrowser } from '../../flows/authorization/browser.ts';
import { type Issuer, startIssuer } from '../../flows/authorization/harness.ts';
import { authorizeUrl } from '../../flows/authorization/launch.ts';

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

test.each([400, 1_000, 5_000])('%i granular scopes, too long for an address, are refused on a page', async (count) => {
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
