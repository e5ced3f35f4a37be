/**
 * A person's way through second factors, passkeys (Chromium's virtual authenticator), account and apps in a real browser, at a desk and on a phone:
 * axe finds nothing, the pages' own policy refuses nothing. With FIREGUARD_SHOTS=folder pictures are kept there to look at.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { totpCode } from '../../../src/authorization-server/factors/totp.ts';
import { deleteFactors } from '../../../src/storage/factors.ts';
import { startBrowser } from '../../start-browser.ts';
import { type Issuer, PASSWORD, startIssuer } from './harness.ts';
import { authorizeUrl } from './launch.ts';

const shots = process.env['FIREGUARD_SHOTS'];
const browser = await startBrowser();
let server: Issuer;
let home: string;
let now = Date.now();
const app = createServer((_request, response) => response.setHeader('content-type', 'text/plain').end('the app'));

beforeAll(async () => {
  server = await startIssuer({ signIn: { secondFactorRoles: ['physician'] }, now: () => now });
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
beforeEach(async () => {
  now = Date.now();
  await deleteFactors(server.storage.db, 'person-okafor');
});

const sizes = [
  { name: '390', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  { name: 'dark-1280', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  ...(shots === undefined ? [] : [{ name: '1280', viewport: { width: 1280, height: 800 }, colorScheme: 'light' } as const]),
] as const;

describe.skipIf(browser === undefined)(
  'pages of people in Chromium (skipped where no Chromium starts)',
  { timeout: 120_000 },
  () => {
    test.each(sizes)('set up, sign in twice, account, apps at $name', async ({ name, viewport, colorScheme }) => {
      const context = await browser!.newContext({ viewport, colorScheme });
      const page = await context.newPage();
      page.setDefaultTimeout(25_000);
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (/Content Security Policy|Refused/i.test(message.text())) complaints.push(message.text());
      });
      await withAuthenticator(context, page);
      const look = async (what: string, heading: string) => {
        await page.locator(`h1:text-is("${heading}")`).waitFor();
        await check(page, what, name, viewport.width);
      };
      const press = (button: string) => page.getByRole('button', { name: button, exact: true }).click();

      // Demanded by role: an app on the phone.
      await page.goto(ask());
      await signIn(page);
      await look('enrol', 'Set up a second step');
      await page.getByRole('link', { name: 'Use an app on your phone' }).click();
      await look('enrol-app', 'Set up your authenticator app');
      await page.getByText('I cannot use the camera').click();
      const secret = fromBase32((await page.locator('.secret').textContent()) ?? '');
      await page.getByLabel('The code that the app shows now').fill('000000');
      await press('Done');
      await page.locator('#problems').waitFor();
      await look('enrol-app-problem', 'Set up your authenticator app');
      await page.getByLabel('The code that the app shows now').fill(code(secret));
      await press('Done');
      await look('recovery-codes', 'Keep these recovery codes');
      expect(await page.locator('.codes li').count()).toBe(10);
      await press('I have kept them');
      await page.locator('h1.ask').waitFor();
      await check(page, 'consent-kinds', name, viewport.width);
      await page.getByLabel('Stay connected until').check();
      await press('Allow what I ticked');
      await page.waitForURL((url) => url.href.startsWith(home));
      await exchange(page);

      // Their own pages.
      await page.goto(`${server.issuer}/my-apps`);
      await look('my-apps', 'My apps');
      await page.getByRole('link', { name: 'Your account' }).click();
      await look('account', 'Your account');
      await page.getByRole('link', { name: 'Change password' }).click();
      await page.getByLabel('Your password now').fill(PASSWORD);
      await page.getByLabel('New password', { exact: true }).fill('short');
      await page.getByLabel('New password once more').fill('short');
      await press('Change password');
      await look('password-problem', 'Change your password');
      await page.getByRole('link', { name: 'Go back' }).click();
      await page.getByRole('link', { name: 'Add a passkey' }).click();
      await look('enrol-passkey', 'Set up a passkey');
      await press('Make a passkey');
      await page.getByText('Your second step is set up.').waitFor();
      await look('account-passkey', 'Your account');

      // The passkey in the second place, then alone.
      await signOut(page);
      await page.goto(ask());
      await signIn(page);
      await look('second-factor', 'Enter your 6-digit code');
      await page.getByLabel('Code').fill('000000');
      await press('Continue');
      await page.locator('#problems').waitFor();
      await look('second-factor-problem', 'Enter your 6-digit code');
      await page.getByRole('link', { name: 'Use a recovery code' }).click();
      await look('recovery', 'Enter a recovery code');
      await page.getByRole('link', { name: 'Use a passkey' }).click();
      await look('passkey', 'Use your passkey');
      await press('Ask for my passkey');
      await page.locator('h1.ask').waitFor();
      await signOut(page);
      await page.goto(ask());
      await page.getByRole('link', { name: 'Use a passkey' }).click();
      await press('Ask for my passkey');
      await page.locator('h1.ask').waitFor();
      expect(server.records.at(-1)).toMatchObject({ kind: 'sign-in', action: 'passkey', outcome: 'permit' });

      // Stopping the app.
      await page.goto(`${server.issuer}/my-apps`);
      await page.getByRole('button', { name: 'Change what Growth Chart sees' }).click();
      await look('change-app', 'What may Growth Chart use?');
      await page.getByLabel('Everything').uncheck();
      await press('Keep what I ticked');
      await page.getByText('It is changed.').waitFor();
      await page.getByRole('button', { name: 'Stop Growth Chart' }).first().click();
      await page.getByText('The app is stopped.').waitFor();
      await look('my-apps-stopped', 'My apps');
      expect(complaints).toEqual([]);
      await context.close();
    });

    test('by keyboard alone, without JavaScript: a code, and the way to the account', async () => {
      const context = await browser!.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      page.setDefaultTimeout(25_000);
      await page.goto(`${server.issuer}/account`);
      const type = async (label: string, text: string) => {
        for (let at = 0; at < 20; at++) {
          await page.keyboard.press('Tab');
          if (await page.getByLabel(label).evaluate((one) => one.matches(':focus'))) break;
        }
        await page.keyboard.type(text);
      };
      await type('Username or work email', 'clerk');
      await type('Password', PASSWORD);
      await page.keyboard.press('Enter');
      await page.locator('h1:text-is("Your account")').waitFor();
      expect(new URL(page.url()).search).toBe('');
      await page.goto(`${server.issuer}/account/passkey`);
      await page.getByText('This browser cannot use passkeys').waitFor();
      await context.close();
    });
  },
);

const ask = () =>
  authorizeUrl(
    server,
    { scope: 'openid fhirUser offline_access user/*.rs user/Observation.cruds', request: { redirect_uri: home } },
    'v'.repeat(43),
    'state-1',
  );
const code = (secret: Buffer) => totpCode(secret, Math.floor(now / 30_000));

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Username or work email').fill('okafor');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.goto(`${server.issuer}/sign-out`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('h1:text-is("You are signed out")').waitFor();
}

async function exchange(page: Page): Promise<void> {
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: new URL(page.url()).searchParams.get('code') ?? '',
    redirect_uri: home,
    code_verifier: 'v'.repeat(43),
    client_id: 'growth-chart',
  });
  expect((await fetch(`${server.issuer}/token`, { method: 'POST', body })).status).toBe(200);
}

/** WebAuthn Level 3 §11: an authenticator inside the browser, which verifies its user. */
async function withAuthenticator(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
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
  expect((await page.content()).length, `${what} is small`).toBeLessThan(20_000);
}

function fromBase32(text: string): Buffer {
  const letters = [...text.replaceAll(/\s/g, '')];
  const bits = letters
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
