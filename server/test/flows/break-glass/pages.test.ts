/**
 * The pages that break the glass in a real browser: by keyboard alone, at a desk and on a phone, light and dark; axe finds nothing, nothing is refused by
 * the pages' own policy. With FIREGUARD_SHOTS=folder pictures are kept there to look at.
 */
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from '../../start-browser.ts';
import { type House, PASSWORD, startHouse } from './house.ts';

const shots = process.env['FIREGUARD_SHOTS'];
const browser = await startBrowser();
let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

const sizes = [
  { name: '1280', viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: 'light' },
  { name: '390', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: 'light' },
  { name: 'dark-1280', viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, colorScheme: 'dark' },
] as const;

describe.skipIf(browser === undefined)('in Chromium (skipped where no Chromium starts)', { timeout: 120_000 }, () => {
  test.each(sizes)('R-217 R-228 three steps, and what was opened, at $name', async ({ name, ...options }) => {
    const context = await browser!.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(25_000);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|Refused/i.test(message.text())) complaints.push(message.text());
    });
    const look = (what: string) => check(page, what, name, options.viewport.width);
    await page.goto(`${house.running.urls.issuer}/break-glass?patient=other`);
    await page.getByLabel('Username or work email').fill('okafor');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('h1:has-text("Break the glass for")').waitFor();
    await look('break-glass-1');
    await page.getByRole('link', { name: 'It is an emergency: continue' }).click();
    await page.locator('h1:has-text("Why do you need to open it?")').waitFor();
    await look('break-glass-2');
    // By keyboard alone; and the button that breaks it is not where a hasty Enter lands.
    await page.locator('#r1').focus();
    await page.keyboard.press('Space');
    await page.locator('#why').focus();
    await page.keyboard.type('Found collapsed, need medicines before sedation.');
    await page.keyboard.press('Tab');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.locator('#problems').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('problems');
    expect(await page.locator('#r1').isChecked()).toBe(true);
    await look('break-glass-2-problem');
    await page.locator('#proof').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('h1:has-text("The record is open until")').waitFor();
    await look('break-glass-3');
    await page.goto(`${house.running.urls.issuer}/break-glass/opened`);
    await look('break-glass-active');
    await page.goto(`${house.running.urls.issuer}/my-apps`);
    await look('my-apps-active');
    await page.goto(`${house.running.urls.issuer}/sign-out`);
    await look('sign-out-active');
    await page.goto(`${house.running.urls.issuer}/account`);
    // The skip link, the head and then the bar: by keyboard alone.
    const close = page.getByRole('button', { name: 'Close it now' });
    await close.focus();
    await page.keyboard.press('Enter');
    await page.locator('h1:text-is("What I opened")').waitFor();
    await look('break-glass-opened');
    expect(complaints).toEqual([]);
    await context.close();
  });
});

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
  expect(await page.title()).not.toContain('other');
}
