/** The rooms of the console: alerts, legal holds, people, apps. Each act by keyboard or button as an officer does it, axe at a desk and on a phone, and what the command line says of it afterwards. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertAlert } from '../../../src/storage/alerts.ts';
import { startBrowser } from '../../start-browser.ts';
import { type House, house } from '../admin/house.ts';
import { fireguard } from '../cli/kit.ts';
import { buildConsole, look, type Size, signInToConsole, sizes } from './screens.ts';

const password = 'a long password of the test';
const browser: Browser | undefined = await startBrowser();
let it: House;

beforeAll(async () => {
  buildConsole();
  it = await house();
  const people = [
    { username: 'officer', name: 'Ruth Adeyemi', roles: ['privacy-officer'] },
    { username: 'administrator', name: 'Käthe Oberhauser', roles: ['security-administrator'] },
    { username: 'okafor', name: '<b>Dr Ines Okafor</b>', roles: ['physician'], fhirUser: 'Practitioner/okafor' },
  ];
  for (const person of people) expect((await it.call('POST', '/admin/people', { ...person, password })).status).toBe(201);
  await it.call('POST', '/admin/clients', {
    id: 'ward-app',
    name: 'Ward View',
    kind: 'symmetric',
    redirectUris: ['https://app.example/back'],
    scope: 'user/*.rs openid fhirUser launch',
  });
  await it.records();
  const met = await it.running.storage.db
    .selectFrom('audit_record')
    .select(['record_id', 'recorded'])
    .orderBy('recorded')
    .executeTakeFirstOrThrow();
  const alert = { description: 'Many failed sign-ins', doer: 'okafor', doerName: '<b>Dr Ines Okafor</b>', count: 12 };
  for (const size of ['1280', '390'])
    await insertAlert(
      it.running.storage.db,
      { ...alert, id: `failed-${size}`, rule: `failed-${size}`, recordId: met.record_id, at: met.recorded },
      1,
    );
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await it?.close();
});

async function open(
  size: Size,
  username: string,
  fragment: string,
): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
  const { name: _name, ...options } = size;
  const context = await browser!.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(25_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused|Warning/i.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${it.issuer}/console/${fragment}`);
  await signInToConsole(page, username, password);
  await page.waitForURL(`${it.issuer}/console/**`);
  return { page, context, complaints };
}

const seen = (page: Page, what: string, size: Size) => look(page, `console-${what}`, size, /Okafor|Patient|mine/);
const printed = async (...words: string[]) => JSON.parse((await fireguard([...words, '--json', '--home', it.home])).out);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');

describe.skipIf(browser === undefined)('in Chromium (skipped where no Chromium starts)', { timeout: 120_000 }, () => {
  test.each(sizes)('R-158 an alert: what rang, why, and closing it, at $name', async (size) => {
    const { page, context, complaints } = await open(size, 'officer', '#/alerts');
    await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor();
    const mine = page.locator(`a[href="#/alerts/open/failed-${size.name}"]`);
    await mine.waitFor();
    await seen(page, 'alerts', size);
    await mine.focus();
    await page.keyboard.press('Enter');
    await page.getByText('The record that met the rule').waitFor();
    await expect.poll(() => focused(page)).toBe('<b>Dr Ines Okafor</b>');
    await seen(page, 'alert', size);
    await page.getByLabel('Note').fill('A keyboard with a stuck key.');
    await page.getByRole('button', { name: 'Close the alert' }).click();
    await page.getByText('A keyboard with a stuck key.').waitFor();
    await seen(page, 'alert-closed', size);
    const all = (await printed('alert', 'list', '--all')) as { id: string; closed?: { by: string; note: string } }[];
    expect(all.find(({ id }) => id === `failed-${size.name}`)?.closed).toMatchObject({
      by: 'Ruth Adeyemi',
      note: 'A keyboard with a stuck key.',
    });
    expect((await it.records()).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['alert-looked-at', 'alert-closed']),
    );
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(sizes)('R-162 a legal hold is placed and released, at $name', async (size) => {
    const { page, context, complaints } = await open(size, 'officer', '#/holds');
    await page.getByRole('link', { name: 'Place a hold' }).click();
    await page.getByLabel('Patient (optional)').fill('Patient/mine');
    await page.getByLabel('From (optional)').fill('2026-01-01');
    await page.getByLabel('To the end of (optional)').fill('2026-06-30');
    await page.getByLabel('Why').fill(`Case 7, ${size.name}`);
    await seen(page, 'hold-new', size);
    await page.getByRole('button', { name: 'Place the hold' }).click();
    await page
      .getByRole('button', { name: 'Release the hold on Patient/mine, 1 Jan 2026 to 30 Jun 2026' })
      .or(page.getByRole('button', { name: /Release the hold on Patient\/mine, Jan 1, 2026 to Jun 30, 2026/ }))
      .waitFor();
    await seen(page, 'hold', size);
    const held = () => printed('hold', 'list') as Promise<{ reason: string; patient: string; released?: { by: string } }[]>;
    const mine = async () => (await held()).find(({ reason }) => reason === `Case 7, ${size.name}`);
    expect(await mine()).toMatchObject({ patient: 'mine' });
    await page.getByRole('button', { name: /^Release the hold on/ }).click();
    await page.getByRole('article').getByText('Released', { exact: true }).waitFor();
    expect((await mine())?.released?.by).toBe('Ruth Adeyemi');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(sizes)('R-078 a person is given roles, helped, disabled and enabled, at $name', async (size) => {
    const { page, context, complaints } = await open(size, 'administrator', '#/people');
    await page.getByLabel('Find').fill('okafor');
    await expect.poll(() => page.getByRole('navigation', { name: 'People' }).getByRole('link').count()).toBe(1);
    await seen(page, 'people', size);
    await page.getByRole('link', { name: /Dr Ines Okafor/ }).click();
    await page.getByRole('heading', { name: 'Roles' }).waitFor();
    await seen(page, 'person', size);
    await page.getByLabel('Exactly these').fill('physician, break-the-glass');
    await page.keyboard.press('Enter');
    await page.getByText('The roles are changed.').waitFor();
    await page.getByRole('button', { name: 'Forget failed tries' }).click();
    await page.getByText('They can try again at once.').waitFor();
    await page.getByRole('button', { name: /^Disable/ }).click();
    await page.getByText('They are disabled, and signed out everywhere.').waitFor();
    await seen(page, 'person-disabled', size);
    const shown = async () =>
      ((await printed('user', 'list')) as { username: string }[]).find((one) => one.username === 'okafor');
    expect(await shown()).toMatchObject({ roles: ['physician', 'break-the-glass'], disabled: true });
    await page.getByRole('button', { name: /^Enable/ }).click();
    await page.getByText('They can sign in again.').waitFor();
    expect(await shown()).toMatchObject({ disabled: false });
    // What the server refuses is said where it was tried.
    await page.getByLabel('Exactly these').fill('Not A Role');
    await page.getByRole('button', { name: 'Give exactly these' }).click();
    await page
      .getByRole('alert')
      .getByText(/A role is small letters/)
      .waitFor();
    const acts = (await it.records()).filter(({ kind }) => kind === 'administration');
    for (const action of ['user-roles-set', 'user-unlocked', 'user-disabled', 'user-enabled'])
      expect(
        acts.find((one) => one.action === action),
        action,
      ).toMatchObject({ caller: { user: { name: 'Käthe Oberhauser' } } });
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(sizes)('R-048 an app is registered, its secret shown once; another secret; disabled, at $name', async (size) => {
    const { page, context, complaints } = await open(size, 'administrator', '#/apps');
    await page.getByRole('link', { name: 'Register an app or a service' }).click();
    await page.getByRole('radio', { name: /^App with a secret/ }).check();
    await page.getByLabel('Name').fill(`New ${size.name}`);
    await page.getByLabel('Id (optional)').fill(`new-${size.name}`);
    await page.getByLabel('Returns to').fill('https://new.example/back');
    await page.getByLabel('May ask for').fill('user/Observation.rs');
    await seen(page, 'app-new', size);
    await page.getByRole('button', { name: 'Register' }).click();
    const secret = page.locator('.secret');
    await secret.waitFor();
    const first = (await secret.textContent()) ?? '';
    expect(first).toMatch(/^[\w-]{43}$/);
    await seen(page, 'app-secret', size);
    await page.getByRole('button', { name: /^Make another secret/ }).click();
    await expect.poll(() => secret.textContent()).not.toBe(first);
    const second = (await secret.textContent()) ?? '';
    await page.getByRole('button', { name: /^Disable/ }).click();
    await page.getByRole('button', { name: /^Enable/ }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: `New ${size.name}` }).waitFor();
    expect(await secret.count()).toBe(0);
    await seen(page, 'app', size);
    expect(await printed('client', 'show', `new-${size.name}`)).toMatchObject({ disabled: true, scope: 'user/Observation.rs' });
    expect(JSON.stringify(await it.records())).not.toMatch(new RegExp(`${first}|${second}`));
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('an officer sees people and apps and may change none; an administrator is told whose alerts and holds are', async () => {
    const [size] = sizes;
    const { page, context } = await open(size, 'officer', '#/people');
    await page.getByRole('link', { name: /Dr Ines Okafor/ }).click();
    await page.getByText('Changing people needs the role security-administrator.').waitFor();
    for (const button of await page.locator('article button').all()) expect(await button.isDisabled()).toBe(true);
    await seen(page, 'person-officer', size);
    await page.goto(`${it.issuer}/console/#/apps/ward-app`);
    await page.getByRole('heading', { name: 'Ward View' }).waitFor();
    expect(await page.getByRole('link', { name: 'Register an app or a service' }).count()).toBe(0);
    for (const button of await page.locator('article button').all()) expect(await button.isDisabled()).toBe(true);
    await context.close();
    const other = await open(size, 'administrator', '#/alerts');
    await other.page.getByText(/read by the privacy office/).waitFor();
    await other.page.getByRole('link', { name: 'Legal holds' }).click();
    await other.page.getByText(/read by the privacy office/).waitFor();
    await other.context.close();
  });
});
