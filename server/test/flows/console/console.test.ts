import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser } from '../../start-browser.ts';
import { type House, house } from '../admin/house.ts';
import { buildConsole, signInToConsole } from './screens.ts';

let it: House;
let browser: Browser | undefined;
const contexts: BrowserContext[] = [];
const password = 'a long password of the test';

beforeAll(async () => {
  buildConsole();
  browser = await startBrowser();
  it = await house();
  const redirectUris = ['https://app.example/back'];
  await it.call('POST', '/admin/clients', {
    id: 'ward-app',
    name: 'Ward app',
    kind: 'public',
    redirectUris,
    scope: 'user/*.rs',
  });
  const people = [
    { username: 'doc', name: 'Dr Adebayo', roles: ['physician'], fhirUser: 'Practitioner/doc' },
    { username: 'officer', name: 'Ruth Adeyemi', roles: ['privacy-officer'] },
    { username: 'administrator', name: 'Käthe Oberhauser', roles: ['security-administrator'] },
    // A name that would be an element if anything made it one.
    { username: 'odd', name: '<img src=x onerror=alert(1)>', roles: ['nurse'] },
  ];
  for (const person of people) expect((await it.call('POST', '/admin/people', { ...person, password })).status).toBe(201);
  const app = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.rs' } as const;
  await it.token('odd', password, app, 'user/*.rs');
  const token = await it.token('doc', password, app, 'user/*.rs');
  for (const target of ['/Patient/mine', '/Patient/other', '/Observation?patient=mine']) await it.fhirStatus(target, token);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await it?.close();
});

interface Visit {
  readonly page: Page;
  /** What the page complained of. */
  readonly complaints: string[];
  /** Every origin that was asked for anything. */
  readonly origins: Set<string>;
}

async function visit(
  options: { readonly width?: number; readonly height?: number; readonly dark?: boolean } = {},
): Promise<Visit> {
  const context = await browser!.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    colorScheme: options.dark === true ? 'dark' : 'light',
  });
  contexts.push(context);
  const page = await context.newPage();
  const [complaints, origins] = [[] as string[], new Set<string>()];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url().startsWith('http')) origins.add(new URL(request.url()).origin);
  });
  return { page, complaints, origins };
}

async function signIn(page: Page, username: string, fragment = ''): Promise<void> {
  await page.goto(`${it.issuer}/console/${fragment}`);
  await signInToConsole(page, username, password);
  await page.waitForURL(`${it.issuer}/console/**`);
}

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

const browserTest = (title: string, run: () => Promise<void>) =>
  test(title, { timeout: 90_000 }, async ({ skip }) => {
    if (browser === undefined) return skip('no Chromium starts here');
    await run();
    for (const context of contexts.splice(0)) await context.close();
  });

browserTest('sign in, see the audit, open a record, close it, sign out; nothing is asked of anybody else', async () => {
  const { page, complaints, origins } = await visit();
  await signIn(page, 'officer', '#/audit?kind=request');
  const rows = page.locator('table tbody tr');
  await rows.first().waitFor();
  // The view that was asked for before signing in is the view after it, and the code is gone from the address.
  expect(page.url()).toBe(`${it.issuer}/console/#/audit?kind=request`);
  expect(await rows.count()).toBe(3);
  expect(await page.title()).toBe('Audit – Fireguard');
  await page.getByText(/^Unbroken, checked at/).waitFor();

  const denied = rows.filter({ hasText: 'Deny' });
  expect(await denied.innerText()).toMatch(/Dr Adebayo[\s\S]*Ward app[\s\S]*Read a patient[\s\S]*Shown as not found/);
  const link = denied.getByRole('link');
  await link.focus();
  await page.keyboard.press('Enter');
  const drawer = page.locator('section.drawer');
  await drawer.waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Read a patient');
  expect(await drawer.innerText()).toMatch(/GET \/Patient\/other/);
  expect(await drawer.innerText()).toMatch(/404, not found/);
  expect(await drawer.innerText()).toMatch(/Chain[\s\S]*unbroken/);

  const [file] = await Promise.all([page.waitForEvent('download'), drawer.getByRole('button', { name: 'AuditEvent' }).click()]);
  const event = JSON.parse(readFileSync(await file.path(), 'utf8')) as { resourceType: string; outcome: string };
  expect(event.resourceType).toBe('AuditEvent');

  await page.getByRole('link', { name: 'Close the record' }).click();
  await drawer.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.id)).toMatch(/^row-/);

  // A reload keeps the person and the view; the token is in the tab, not in a cookie or an address.
  await page.reload();
  await rows.first().waitFor();
  expect(await page.evaluate(() => [document.cookie, localStorage.length])).toEqual(['', 0]);

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/sign-out/);
  await page.goto(`${it.issuer}/console/`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(complaints).toEqual([]);
  expect([...origins]).toEqual([it.issuer]);
});

browserTest('the filters make the address, and the address is the view', async () => {
  const { page } = await visit();
  await signIn(page, 'officer');
  await page.locator('table tbody tr').first().waitFor();
  await page.getByLabel('Patient').fill('mine');
  await page.getByLabel('Outcome').selectOption('permit');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/#\/audit\?patient=mine&outcome=permit$/);
  const listed = () => page.locator('table tbody').innerText();
  await expect.poll(async () => /Deny|Added a person/.test(await listed())).toBe(false);
  expect(await listed()).toContain('Searched observations');
  expect(await page.locator('p.cli code').last().innerText()).toBe(
    'fireguard audit list --since today --patient mine --outcome permit',
  );
  await page.goBack();
  await expect.poll(async () => (await page.locator('table tbody').innerText()).includes('Added a person')).toBe(true);
  await page.getByRole('link', { name: 'Changes' }).click();
  await page.waitForURL(/kind=administration/);
  await expect.poll(async () => (await page.locator('table tbody').innerText()).includes('Signed in')).toBe(false);
  // The look was recorded with the patient it was about.
  const looks = (await it.records()).filter(({ kind, patients }) => kind === 'audit-read' && patients.includes('mine'));
  expect(looks[0]).toMatchObject({ caller: { user: { name: 'Ruth Adeyemi' }, client: { id: 'fireguard-console' } } });
});

for (const [name, options] of [
  ['1280', {}],
  ['1280 dark', { dark: true }],
  ['390', { width: 390 }],
  ['390 dark', { width: 390, dark: true }],
  ['320', { width: 320 }],
] as const) {
  browserTest(`no accessibility violation and no sideways scrolling at ${name}`, async () => {
    const { page, complaints } = await visit(options);
    await page.goto(`${it.issuer}/console/`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await signIn(page, 'officer');
    await page.locator('table tbody tr').first().waitFor();
    await page.getByText(/^Unbroken/).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('table tbody tr').filter({ hasText: 'Searched observations' }).getByRole('link').first().click();
    await page.locator('section.drawer').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    // On a phone a record is a page of its own.
    expect(await page.locator('table').isVisible()).toBe((options as { width?: number }).width === undefined);
    expect(complaints).toEqual([]);
  });
}

browserTest('a name is text, whatever it holds', async () => {
  const { page, complaints } = await visit();
  await signIn(page, 'officer', '#/audit?agent=onerror');
  await page.locator('table tbody tr').first().waitFor();
  expect(await page.locator('table tbody').innerText()).toContain('<img src=x onerror=alert(1)>');
  expect(await page.locator('table img').count()).toBe(0);
  expect(complaints).toEqual([]);
});

browserTest('a security administrator is told whose the audit is', async () => {
  const { page } = await visit();
  await signIn(page, 'administrator');
  await page.getByText(/read by the privacy office.*Käthe Oberhauser does not have the role/).waitFor();
  expect(await page.locator('table').count()).toBe(0);
});

browserTest('R-078 an officer whose person is disabled is outside at the next look', async () => {
  await it.call('POST', '/admin/people', { username: 'leaver', name: 'Leaver', roles: ['privacy-officer'], password });
  const { page } = await visit();
  await signIn(page, 'leaver');
  await page.locator('table tbody tr').first().waitFor();
  const { people } = (await it.call('GET', '/admin/people')).body as { people: { id: string; username: string }[] };
  await it.call('POST', `/admin/people/${people.find(({ username }) => username === 'leaver')!.id}/disable`);
  await page.getByRole('link', { name: 'Changes' }).click();
  await page.getByText(/Your time here has ended/).waitFor();
  expect(await page.locator('table').count()).toBe(0);
});

browserTest('an answer that nobody asked for signs nobody in', async () => {
  const { page } = await visit();
  // Somebody else's code, as in a login CSRF (RFC 9700 §4.7).
  await page.goto(`${it.issuer}/console/?code=stolen&state=guessed`);
  await page.getByText(/Signing in did not work/).waitFor();
  expect(page.url()).not.toContain('stolen');
});

test('the page runs nothing that is not its own', async () => {
  const answer = await fetch(`${it.issuer}/console/`);
  const policy = answer.headers.get('content-security-policy')!;
  expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[A-Za-z0-9+/]{22}=='/);
  expect(policy).toMatch(/frame-ancestors 'none'/);
  expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|https?:/);
  const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
  const text = await answer.text();
  expect(text).toContain(`content="${nonce}"`);
  expect(text).not.toMatch(/<script(?![^>]* src="\/console\/)/);
  expect((await fetch(`${it.issuer}/console/`)).headers.get('content-security-policy')).not.toContain(nonce);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const script = /src="([^"]+\.js)"/.exec(text)![1]!;
  const file = await fetch(it.issuer + script);
  expect([file.headers.get('content-type'), file.headers.get('cache-control')]).toEqual([
    'text/javascript; charset=utf-8',
    'public, max-age=31536000, immutable',
  ]);
  for (const wrong of [
    '/console/assets/..%2f..%2fpackage.json',
    '/console/assets/%2e%2e/index.html',
    '/console/assets/nothing.js',
    '/console/assets/',
  ]) {
    expect((await fetch(it.issuer + wrong)).status, wrong).toBe(404);
  }
  const redirected = await fetch(`${it.issuer}/console`, { redirect: 'manual' });
  expect([redirected.status, redirected.headers.get('location')]).toEqual([308, '/console/']);
});
