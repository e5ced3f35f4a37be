/** R-238 in the console: the queue of broken glasses, one case, a decision; axe, light and dark, at a desk and on a phone. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertGlass } from '../../../src/storage/break-glass.ts';
import { startBrowser } from '../../start-browser.ts';
import { type House, house } from '../admin/house.ts';
import { buildConsole, look, signInToConsole, sizes } from './screens.ts';

const password = 'a long password of the test';
const browser: Browser | undefined = await startBrowser();
let it: House;

beforeAll(async () => {
  buildConsole();
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

describe.skipIf(browser === undefined)('in Chromium (skipped where no Chromium starts)', { timeout: 120_000 }, () => {
  test.each(sizes)('R-238 an officer decides about a broken glass at $name', async (size) => {
    const { name: _name, ...options } = size;
    const context = await browser!.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(25_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    const seen = (what: string) => look(page, what, size, /other/);
    await page.goto(`${it.issuer}/console/#/review`);
    await signInToConsole(page, 'officer', password);
    await page.getByRole('heading', { name: /^(Audit|Broken glass)$/ }).waitFor();
    await page.getByRole('link', { name: 'Broken glass' }).click();
    await page.getByRole('heading', { name: 'Broken glass' }).waitFor();
    const cases = page.getByRole('navigation', { name: 'Cases' }).getByRole('link');
    // What is due first comes first.
    await expect.poll(async () => (await cases.first().textContent()) ?? '').toContain('BG-2026-0002');
    await seen('console-review-list');
    await page.getByText('BG-2026-0001').click();
    await page.getByText('Brought in unresponsive.').waitFor();
    await seen('console-review-case');
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
