/**
 * the ways in which break-the-glass is declared, seen from both sides: what a client finds and sends, and what reaches the FHIR server behind. The old
 * code is switched on here; that it is nothing otherwise is in `break-glass.test.ts`.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OddUpstream, oddUpstream } from '../../attacks/odd-upstream.ts';
import { newBrowser } from '../authorization/browser.ts';
import { type House, PASSWORD, startHouse } from './house.ts';
import { tokenOf } from './token.ts';

const BTG = 'http://terminology.hl7.org/CodeSystem/v3-ActReason#BTG';
const SCHEME = 'scheme="http://hl7.org/fhir/tag/security"';

let corridor: OddUpstream;
let house: House;
let fhir: string;
let okafor: string;

beforeAll(async () => {
  house = await startHouse({
    legacyCode: true,
    async before(url) {
      corridor = await oddUpstream(async (request, response) => {
        const answer = await fetch(new URL(request.url!, url), { headers: { authorization: request.headers.authorization! } });
        response
          .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
          .end(await answer.text());
      });
      return corridor.url;
    },
  });
  fhir = house.running.urls.fhir;
  okafor = await tokenOf(house.running, 'okafor');
  const { issuer } = house.running.urls;
  const browser = newBrowser(issuer);
  await browser.submit(await browser.open(`${issuer}/break-glass?patient=other`), '/sign-in', {
    username: 'okafor',
    password: PASSWORD,
  });
  await browser.open(`${issuer}/break-glass/why?patient=other`);
  const why = 'Brought in unresponsive, need medicines and allergies.';
  const opened = await browser.submit(await browser.open(`${issuer}/break-glass/why?patient=other`), '/break-glass/open', {
    reason: 'cannot-speak',
    why,
    proof: PASSWORD,
  });
  expect(opened.text).toContain('The record is open until');
}, 120_000);
afterAll(async () => {
  await house?.close();
  await corridor?.close();
});

const get = (target: string, category?: string) =>
  fetch(fhir + target, {
    headers: { authorization: `Bearer ${okafor}`, ...(category === undefined ? {} : { category }) },
  });

test('R-222 R-226 discovery says how it is initiated, under a name that says whose protocol it is; so do the documents', async () => {
  const { issuer } = house.running.urls;
  const found = (await (await fetch(`${fhir}/.well-known/smart-configuration`)).json()) as Record<string, unknown>;
  expect(found['fireguard_break_the_glass']).toEqual({
    page: `${issuer}/break-glass`,
    methods_supported: ['page', 'category-header', 'authorization-code', 'client-credentials'],
  });
  const guide = readFileSync(
    path.resolve(import.meta.dirname, '../../../../docs/how-to/let-clinicians-break-the-glass.md'),
    'utf8',
  ).replaceAll(/\s+/g, ' ');
  expect(guide).toContain("This is Fireguard's own policy: FHIR says how it may be signalled, not what it means.");
  for (const named of ['Category:', 'purpose_of_use=BTG', 'hl7-b2b', '/break-glass?patient=', 'fireguard_break_the_glass'])
    expect(guide).toContain(named);
});

test.each([
  ['R-220 the code of HL7’s terminology', `${BTG}; ${SCHEME}`, 200],
  [
    'R-220 the code of older clients, where it is switched on',
    `http://hl7.org/fhir/security-label#break-the-glass; ${SCHEME}`,
    200,
  ],
  ['another code of the old system', `http://hl7.org/fhir/security-label#emergency; ${SCHEME}`, 404],
  ['none', undefined, 404],
])('%s', async (_, category, status) => {
  expect((await get('/Observation/other-1', category)).status).toBe(status);
});

test('R-234 the search of a compartment goes on, and the header stays here', async () => {
  corridor.seen.length = 0;
  for (const target of ['/Patient/other/Observation', '/Observation?patient=other']) {
    const answer = await get(target, `${BTG}; ${SCHEME}; label="break the glass"`);
    const { entry } = (await answer.json()) as { entry: { resource: { id: string } }[] };
    expect(entry.map(({ resource }) => resource.id).sort()).toEqual(['other-1', 'other-2', 'other-3']);
  }
  expect(corridor.seen.length).toBeGreaterThan(1);
  for (const { headers, raw, url } of corridor.seen) {
    expect(headers['category']).toBeUndefined();
    expect(`${raw.join()} ${url}`).not.toMatch(/BTG|break/i);
  }
  expect(corridor.seen.some(({ url }) => url.includes('Observation'))).toBe(true);
});
