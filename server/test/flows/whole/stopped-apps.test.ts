/** My apps tells which apps its person has stopped, by the audit trail, until one is allowed again; and nobody else's. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type House, startHouse } from '../break-glass/house.ts';
import { launchOf } from '../break-glass/token.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.close());

async function allowed(username: string) {
  const { begun, finish } = await launchOf(house.running, username, {});
  await finish(await begun.browser.submit(begun.page, '/consent', { decision: 'allow' }));
  return { browser: begun.browser, myApps: () => begun.browser.open(`${house.running.urls.issuer}/my-apps`) };
}

test('R-048 a stopped app is named with its day; allowed again, it is no longer; others are not told', async () => {
  const other = await allowed('okafor');
  const { browser, myApps } = await allowed('lindqvist');
  const page = await myApps();
  expect(page.text).toContain('<h2>Ward View</h2>');
  expect(page.text).toContain('Today, <time>');
  expect(page.text).toContain('Who looked at your record?</h2>');
  expect(page.text).not.toContain('you stopped');
  const grant = /name="grant" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  await browser.submit(page, '/my-apps/stop', { grant });

  await vi.waitFor(async () => {
    const { text } = await myApps();
    expect(text).toContain('1 app you stopped');
    expect(text).toMatch(/Ward View, stopped <time>\d+ \w+ \d{4}/);
  }, 10_000);
  expect((await other.myApps()).text).not.toContain('you stopped');
  expect((await other.myApps()).text).not.toContain('Who looked at your record?</h2>');

  const again = await allowed('lindqvist');
  expect((await again.myApps()).text).not.toContain('you stopped');
});
