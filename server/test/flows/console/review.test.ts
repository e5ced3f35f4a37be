/** R-238 in the console: the queue of broken glasses, one case, a decision; axe, light and dark, at a desk and on a phone. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertGlass } from '../../../src/storage/break-glass.ts';
import { startBrowser } from '../../start-browser.ts';
import { type House, house } from '../admin/house.ts';

const shots = process.env['FIREGUARD_SHOTS'];
const password = 'a long password of the test';
const browser: Browser | undefined = await startBrowser();
let it: House;

beforeAll(async () => {
  const root = path.resolve(import.meta.dirname, '../../../..');
  execFileSync(process.execPath, [path.join(root, 'tools/build.ts'), '--console'], { cwd: root, stdio: 'pipe' });
  it = await house();
  const person = { username: 'officer', name: 'Ruth Adeyemi', roles: ['privacy-officer'], password };
  expect((await it.call('POST', '/admin/people', person)).status).toBe(201);
  const opened = new Date(Date.now() - 3_600_000);
  const glass = {
    person_id: null,
    person_name: '<b>Dr Ines Okafor</b>',
    fhir_user: null,
    client_id: null,
    client_name: null,
    organization: null,
    patient: 'other',
    declared: 'page' as const,
    reason_code: 'cannot-speak',
    reason: 'Brought in unresponsive.',
    address: '',
    opened_at: opened,
    expires_at: new Date(opened.getTime() + 900_000),
    ended_at: new Date(opened.getTime() + 400_000),
    ended_by: 'closed by Dr Okafor',
    outcome: null,
    decided_by: null,
    decided_at: null,
  };
  const due = (days: number) => new Date(opened.getTime() + days * 86_400_000);
  await insertGlass(it.running.storage.db, { ...glass, id: 'BG-2026-0001', due_at: due(3) });
  await insertGlass(it.running.storage.db, { ...glass, id: 'BG-2026-0002', due_at: due(-1) });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await it?.close();
});

const sizes = [
  { name: '1280', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: '390', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const;

describe.skipIf(browser === undefined)('in Chromium (skipped where no Chromium starts)', { timeout: 120_000 }, () => {
  test.each(sizes)('R-238 an officer decides about a broken glass at $name', async ({ name, ...options }) => {
    const context = await browser!.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(25_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    const look = async (what: string) => {
      if (shots !== undefined) await page.screenshot({ path: path.join(shots, `${what}-${name}.png`), fullPage: true });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${what}: ${id} ${nodes[0]?.html}`)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(options.viewport.width);
      expect(await page.title()).not.toContain('other');
    };
    await page.goto(`${it.issuer}/console/#/review`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.fill('#username', 'officer');
    await page.fill('#password', password);
    await page.click('main form button');
    await page.click('button[name=decision][value=allow]');
    await page.getByRole('heading', { name: /^(Audit|Broken glass)$/ }).waitFor();
    await page.getByRole('link', { name: 'Broken glass' }).click();
    await page.getByRole('heading', { name: 'Broken glass' }).waitFor();
    const cases = page.getByRole('navigation', { name: 'Cases' }).getByRole('link');
    // What is due first comes first.
    await expect.poll(async () => (await cases.first().textContent()) ?? '').toContain('BG-2026-0002');
    await look('console-review-list');
    await page.getByText('BG-2026-0001').click();
    await page.getByText('Brought in unresponsive.').waitFor();
    await look('console-review-case');
    await page.getByLabel('Not justified').check();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel(/^Note/).fill('Was it needed?');
    await page.getByRole('radio', { name: /^Ask/ }).check();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Asked, Ruth Adeyemi').waitFor();
    await page.getByText('Was it needed?').first().waitFor();
    expect((await it.call('GET', '/admin/break-glass/BG-2026-0001')).body).toMatchObject({ outcome: 'asked' });
    expect(complaints).toEqual([]);
    await context.close();
    await it.running.storage.db.updateTable('break_glass').set({ outcome: null }).execute();
  });
});
