/**
 * "Who looked" in a real browser: what broken glass looked at, told plainly; filters and asking by keyboard alone; and the question in the console, to its answer. At a desk
 * and on a phone, light and dark; axe finds nothing. With FIREGUARD_SHOTS=folder pictures are kept there to look at.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertGlass } from '../../../src/storage/break-glass.ts';
import { startBrowser } from '../../start-browser.ts';
import { type House, house } from '../admin/house.ts';
import { buildConsole, look, type Size, signInToConsole, sizes } from '../console/screens.ts';

const password = 'four-quiet-herons-9';
const browser: Browser | undefined = await startBrowser();
let it: House;

beforeAll(async () => {
  buildConsole();
  it = await house();
  for (const [username, name, role, fhirUser] of [
    ['mine', 'Eva Lindqvist', 'patient', 'Patient/mine'],
    ['officer', 'Ruth Adeyemi', 'privacy-officer', undefined],
  ] as const)
    await it.call('POST', '/admin/people', {
      username,
      name,
      roles: [role],
      password,
      ...(fhirUser === undefined ? {} : { fhirUser }),
    });
  const opened = Date.now() - 3_600_000;
  await insertGlass(it.running.storage.db, {
    ...{
      id: 'BG-2026-0417',
      person_id: 'okafor',
      person_name: 'Dr Ines Okafor',
      fhir_user: null,
      client_id: null,
      client_name: null,
    },
    ...{
      organization: null,
      patient: 'mine',
      declared: 'page',
      reason_code: 'cannot-speak',
      reason: 'Brought in.',
      address: '',
    },
    ...{ opened_at: new Date(opened), expires_at: new Date(opened + 900_000), ended_at: new Date(opened + 400_000) },
    ...{ ended_by: 'Dr Okafor', due_at: new Date(opened + 86_400_000), outcome: null, decided_by: null, decided_at: null },
  });
  const looked = async (name: string, type: string, purpose: string | undefined, override?: string) => {
    // Within one millisecond the trail has no order.
    await new Promise((resolve) => setTimeout(resolve, 5));
    await it.running.audit.append({
      ...({ kind: 'request', outcome: 'permit', action: 'search', status: 200, type, patients: ['mine'] } as const),
      ...{ resources: [`${type}/1`], masked: [], withheld: 0, rules: [], requestId: 'r', address: '198.51.100.9' },
      caller: {
        ...{
          kind: 'user' as const,
          client: { id: 'ward-view', name: 'Ward View' },
          user: { id: name, name },
          roles: ['physician'],
        },
        purposes:
          purpose === undefined ? [] : [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose }],
        ...(override === undefined ? {} : { override }),
      },
    });
  };
  await looked('Accounts office', 'Encounter', 'HPAYMT');
  await looked('Nurse Bram de Wit', 'Observation', 'TREAT');
  await looked('Dr Ines Okafor', 'MedicationRequest', 'BTG', 'BG-2026-0417');
  await looked('Dr Ines Okafor', 'DocumentReference', 'BTG', 'BG-2026-0417');
  await it.records();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await it?.close();
});

const seen = (page: Page, what: string, size: Size) => look(page, what, size, /Lindqvist|mine/);

describe.skipIf(browser === undefined)('in Chromium (skipped where no Chromium starts)', { timeout: 120_000 }, () => {
  test.each(sizes)('R-170 who looked, and asking about it, to the answer, at $name', async (size) => {
    const { name: _name, ...options } = size;
    const context = await browser!.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(25_000);
    await page.goto(`${it.issuer}/who-looked`);
    await page.getByLabel('Username or work email').fill('mine');
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page.locator('h1:text-is("Who looked at your record")').waitFor();
    // Both looks under one broken glass are one line.
    const broken = page.locator('li.is-broken');
    expect(await broken.count()).toBe(1);
    expect(await broken.innerText()).toMatch(
      /Dr Ines Okafor, with Ward View\s+Emergency opening\s+Reason given: you could not speak for yourself\. Closed parts were open for 7 minutes\. Looked at: .*Medicines.*\. The privacy office is reviewing this\./s,
    );
    expect((await page.content()).length).toBeLessThan(15_000);
    await seen(page, 'who-looked', size);
    await page.getByLabel('Why').selectOption('emergency');
    await page.getByRole('button', { name: 'Show' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/why=emergency/);
    await expect.poll(() => page.locator('li.look').count()).toBe(1);
    expect(await page.getByLabel('Why').inputValue()).toBe('emergency');
    // The one that nobody has asked about yet at this size.
    const whom = size.name === '1280' ? 'Dr Ines Okafor' : 'Accounts office';
    await page.goto(`${it.issuer}/who-looked`);
    await page.getByRole('link', { name: new RegExp(`^Ask about ${whom}`) }).focus();
    await page.keyboard.press('Enter');
    await page.locator('h1:text-is("Ask about this entry")').waitFor();
    if (size.name === '1280') expect(await page.locator('li.look').innerText()).toMatch(/Documents and messages, Medicines/);
    await page.getByLabel('What would you like to know? (optional)').fill('I have never been there.');
    await seen(page, 'ask-about', size);
    await page.getByRole('button', { name: 'Ask the privacy office' }).click();
    await page.getByRole('status').getByText('Your question is with the privacy office.').waitFor();
    await seen(page, 'who-looked-asked', size);
    await context.close();

    const office = await browser!.newContext(options);
    const desk = await office.newPage();
    desk.setDefaultTimeout(25_000);
    await desk.goto(`${it.issuer}/console/#/questions`);
    await signInToConsole(desk, 'officer', password);
    await desk.getByRole('navigation', { name: 'Questions' }).getByRole('link').first().click();
    await desk.getByText('I have never been there.').waitFor();
    await seen(desk, 'console-question', size);
    await desk.getByRole('textbox', { name: 'Answer' }).fill('They looked because of your visit.');
    await desk.getByRole('button', { name: 'Answer', exact: true }).click();
    await desk.getByText('They looked because of your visit.').waitFor();
    await seen(desk, 'console-question-answered', size);
    await office.close();
    expect((await it.call('GET', '/admin/questions?state=all')).body.questions[0].answer).toMatchObject({ by: 'Ruth Adeyemi' });
  });
});
