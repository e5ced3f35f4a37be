/** What the tests of pages in Chromium share: the console as it is built, the sizes at which pages are looked at, and the look itself. With FIREGUARD_SHOTS=folder pictures are kept there. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const shots = process.env['FIREGUARD_SHOTS'];

export function buildConsole(): void {
  const root = path.resolve(import.meta.dirname, '../../../..');
  execFileSync(process.execPath, [path.join(root, 'tools/build.ts'), '--console'], { cwd: root, stdio: 'pipe' });
}

/** At a desk, and on a phone at night. */
export const sizes = [
  { name: '1280', viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  { name: '390', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const;
export type Size = (typeof sizes)[number];

/** axe finds nothing, nothing lies beyond the edge, and the title, which histories keep, tells nothing of `secrets`. */
export async function look(page: Page, what: string, { name, viewport }: Size, secrets: RegExp): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: path.join(shots, `${what}-${name}.png`), fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${what}: ${id} ${nodes[0]?.html}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth), what).toBeLessThanOrEqual(viewport.width);
  expect(await page.title()).not.toMatch(secrets);
}

/** By the console's own button, the sign-in page and the page that asks what the console may. */
export async function signInToConsole(page: Page, username: string, password: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.fill('#username', username);
  await page.fill('#password', password);
  await page.click('main form button');
  await page.click('button[name=decision][value=allow]');
}
