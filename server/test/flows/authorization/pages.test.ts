/**
 * The pages in a real browser, at a desk and on a phone, light and dark: the flow completes without JavaScript, axe finds nothing, nothing is refused
 * by the pages' own policy. With FIREGUARD_SHOTS=folder pictures are kept there to look at.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from '../../start-browser.ts';
import { type Issuer, PASSWORD, startIssuer } from './harness.ts';
import { authorizeUrl } from './launch.ts';

const shots = process.env['FIREGUARD_SHOTS'];
const browser = await startBrowser();
let server: Issuer;
/** The app's address: a real one, because a browser holds the redirect of a form to what the page allows. */
let home: string;
const app = createServer((_request, response) => response.setHeader('content-type', 'text/plain').end('the app'));

beforeAll(async () => {
  server = await startIssuer();
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  home = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`;
  await server.storage.db
    .updateTable('client')
    .set({ redirect_uris: [home] })
    .where('id', '=', 'growth-chart')
    .execute();
});
afterAll(async () => {
  await browser?.close();
  app.close();
  await server?.close();
});

const sizes = [
  { name: '1280', viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: 'light' },
  { name: '390', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'light' },
  { name: 'dark-1280', viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: 'dark' },
  { name: 'dark-390', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'dark' },
] as const;

describe.skipIf(browser === undefined)('pages in Chromium (skipped where no Chromium starts)', { timeout: 120_000 }, () => {
  test.each(sizes)(
    'sign in, picker, consent, back to the app at $name',
    async ({ name, viewport, deviceScaleFactor, colorScheme }) => {
      const context = await browser!.newContext({ viewport, deviceScaleFactor, colorScheme, javaScriptEnabled: true });
      const page = await context.newPage();
      const complaints = listen(page);
      const look = async (what: string, seen: string) => {
        await page.locator(seen).waitFor();
        await check(page, what, name, viewport.width);
      };

      const scope =
        'openid fhirUser launch/patient offline_access patient/Patient.rs patient/MedicationRequest.rs patient/Condition.rs patient/AllergyIntolerance.rs patient/Observation.cruds patient/Encounter.rs';
      await page.goto(
        authorizeUrl(server, { scope, request: { redirect_uri: home, purpose_of_use: 'TREAT' } }, 'v'.repeat(43), 'state-1'),
      );
      await look('sign-in', 'h1:text-is("Sign in")');
      await page.getByLabel('Username or work email').fill('okafor');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await look('sign-in-problem', '#problems');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('problems');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByLabel('Name, date of birth or hospital number').fill('ito');
      await Promise.all([page.waitForURL(/patient\/search$/), page.keyboard.press('Enter')]);
      await look('patient-picker', '#found');
      await page.getByRole('button', { name: /Choose ITO, Haruka, born 14 Mar 2019/ }).click();
      await look('consent', 'h1:has-text("open this record?")');
      await page.getByLabel('Stay connected until').check();
      await page.getByRole('button', { name: 'Allow what I ticked' }).click();
      await page.waitForURL((url) => url.href.startsWith(`${home}?code=`));
      expect(complaints).toEqual([]);

      await page.goto(`${server.issuer}/sign-out`);
      await look('sign-out', 'h1:text-is("Sign out?")');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await look('signed-out', 'h1:text-is("You are signed out")');
      await page.goto(authorizeUrl(server, { request: { redirect_uri: 'https://evil.example/' } }, 'v'.repeat(43), 's'));
      await look('error', 'h1:text-is("We cannot send you on to Growth Chart")');
      await context.close();
    },
  );

  test('a person who reads from right to left, at 320 px, with forced colours', async () => {
    const context = await browser!.newContext({ viewport: { width: 320, height: 640 }, forcedColors: 'active' });
    const page = await context.newPage();
    await page.goto(authorizeUrl(server, { request: { redirect_uri: home } }, 'v'.repeat(43), 'state-1'));
    await page.evaluate(() => {
      document.documentElement.dir = 'rtl';
    });
    await check(page, 'sign-in-rtl', '320', 320);
    await context.close();
  });

  test('the whole way works with JavaScript switched off', async () => {
    const context = await browser!.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    listen(page);
    await page.goto(
      authorizeUrl(server, { scope: 'openid user/*.rs', request: { redirect_uri: home } }, 'v'.repeat(43), 'state-1'),
    );
    await page.getByLabel('Username or work email').fill('clerk');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Do not allow' }).click();
    await page.waitForURL(/error=access_denied/);
    await context.close();
  });
});

/** What the page's own policy refused. */
function listen(page: Page): string[] {
  page.setDefaultTimeout(25_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Refused/i.test(message.text())) complaints.push(message.text());
  });
  return complaints;
}

async function check(page: Page, what: string, size: string, width: number): Promise<void> {
  if (shots !== undefined)
    await page.screenshot({ path: path.join(shots, `${what}-${size}.png`), fullPage: true, timeout: 25_000 });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${what}: ${id} ${nodes[0]?.html}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${what} scrolls sideways`).toBeLessThanOrEqual(
    width,
  );
  expect(await page.locator('h1').count(), `${what} has one h1`).toBe(1);
  expect((await page.content()).length, `${what} is small`).toBeLessThan(15_000);
  expect(await page.title()).not.toMatch(/ito|haruk/i);
}
