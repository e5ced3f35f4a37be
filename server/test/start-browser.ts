/** A Chromium for tests: the one packed in npm, or the system's. Undefined, with a line that says why, where none starts. */
import { type Browser, chromium } from 'playwright-core';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function startBrowser(): Promise<Browser | undefined> {
  const { default: packed } = await import('@sparticuz/chromium');
  const tries = [
    async () => ({ executablePath: await packed.executablePath(), args }),
    async () => ({ executablePath: '/usr/bin/chromium', args }),
  ];
  const reasons: string[] = [];
  for (const options of tries) {
    try {
      return await chromium.launch({ ...(await options()), headless: true });
    } catch (error) {
      reasons.push(String(error).split('\n').slice(0, 3).join(' '));
    }
  }
  console.warn(`no Chromium starts here, browser tests are skipped: ${reasons.join('; ')}`);
  return undefined;
}
