/** The same by a real browser: pages are shown, filled in and clicked. Where no Chromium starts, by forms. */
import type { Browser } from 'playwright-core';
import { startBrowser } from '../../server/test/start-browser.ts';
import { type Approval, approveByForms, type End } from './approve-by-forms.ts';
import { ORIGIN } from './client.ts';
import type { Site } from './site.ts';

let starting: Promise<Browser | undefined> | undefined;

export async function approveByBrowser(site: Site, approval: Approval): Promise<End> {
  starting ??= startBrowser();
  const browser = await starting;
  if (browser === undefined) return approveByForms(site, approval);
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    let reached: string | undefined;
    // The app's address leads nowhere: that the browser set out for it is enough.
    context.on('request', (request) => {
      if (request.url().startsWith(`${ORIGIN}/`)) reached = request.url();
    });
    const page = await context.newPage();
    const first = await page.goto(`${approval.url}?${approval.params}`);
    for (let step = 0; step < 6 && reached === undefined; step += 1) {
      const before = page.url();
      if ((await page.locator('input[name=password]').count()) > 0) {
        await page.fill('input[name=username]', approval.person.username);
        await page.fill('input[name=password]', approval.person.password);
        await page.click('form[action$="/sign-in"] button');
      } else if ((await page.locator('button[name=patient], button[name=encounter]').count()) > 0) {
        await page.locator('button[name=patient], button[name=encounter]').first().click();
      } else if ((await page.locator('form[action$="/consent"]').count()) > 0) {
        const stay = page.locator('input[name=duration][value=stay]');
        if ((await stay.count()) > 0) await stay.check({ force: true });
        await page.click('button[name=decision][value=allow]');
      } else break;
      await page.waitForURL((url) => url.href !== before, { timeout: 10_000 }).catch(() => undefined);
    }
    return { url: reached ?? page.url(), status: first?.status() ?? 0, text: await page.content() };
  } finally {
    await context.close();
  }
}

/** Ends the browser that all launches share. */
export async function closeBrowser(): Promise<void> {
  const browser = await starting;
  starting = undefined;
  await browser?.close();
}
