// R-094, SMART App Launch 2.2 §EHR launch: from the simulated EHR's page, by forms as a browser would send them, to an app that has the patient in context.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, openBrowser, type Page } from '../../../server/src/cli/sign-in/browser.ts';
import { formsOf, type HtmlForm } from '../../../server/src/cli/sign-in/html-form.ts';
import { fhirCaller } from '../caller.ts';
import { type RunningDemo, startDemo } from '../running-demo.ts';

let demo: RunningDemo;
let own: string;
beforeAll(async () => {
  demo = await startDemo();
  own = persona('patient-1').fhirUser!.replace('Patient/', '');
});
afterAll(() => demo?.dispose());

const persona = (name: string) => demo.state.personas.find((one) => one.name === name)!;

/** What the desk's form says when nothing is changed but `changes`. */
async function atTheDesk(browser: Browser, changes: Readonly<Record<string, string>>): Promise<Page> {
  const desk = await browser.get(`${demo.state.ehr}/`);
  expect(desk.status).toBe(200);
  const fields = new URLSearchParams(
    [...desk.text.matchAll(/<input\b[^>]*name="(\w+)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
  );
  for (const [name, value] of Object.entries(changes)) fields.set(name, value);
  return browser.post(`${demo.state.ehr}/launch`, fields);
}

/** Redirects, sign-in and consent, to the first page that asks nothing more of a person. */
async function through(browser: Browser, from: Page, name: string): Promise<Page> {
  let page = from;
  for (let step = 0; step < 20; step++) {
    if (page.location !== undefined) {
      page = await browser.get(page.location);
      continue;
    }
    const forms = formsOf(page.text);
    const login = forms.find(({ names }) => names.has('password'));
    const consent = forms.find(({ buttons }) => buttons.some(([, value]) => value === 'allow'));
    const { username, password } = persona(name);
    if (login !== undefined) page = await submit(browser, page, login, { username, password });
    else if (consent !== undefined) page = await submit(browser, page, consent, { decision: 'allow' });
    else return page;
  }
  throw new Error('no end of pages');
}

function submit(browser: Browser, page: Page, form: HtmlForm, more: Readonly<Record<string, string>>): Promise<Page> {
  const fields = new URLSearchParams(form.fields.map(([name, value]) => [name, value]));
  for (const [name, value] of Object.entries(more)) fields.set(name, value);
  return browser.post(new URL(form.action, page.url), fields);
}

const shown = (page: Page, id: string) => new RegExp(`<dd id="${id}">([^<]*)</dd>`).exec(page.text)?.[1];

async function nameOf(patient: string): Promise<string> {
  const upstream = fhirCaller(demo.state.upstream.url, demo.state.upstream.authorization);
  const [name] = JSON.parse((await upstream('GET', `Patient/${patient}`)).text).name;
  return name.text ?? [...name.given, name.family].join(' ');
}

describe('EHR launch, from the page of an EHR', () => {
  test('R-094 the app has the patient whose record was open, and reads their name through Fireguard', async () => {
    const browser = openBrowser(undefined);
    const begun = await atTheDesk(browser, { user: 'family-physician' });
    expect(begun.location?.href).toMatch(
      new RegExp(`^${demo.state.ehr}/app\\?iss=${encodeURIComponent(demo.state.fhir)}&launch=`),
    );
    const page = await through(browser, begun, 'family-physician');
    expect([page.status, page.url.pathname]).toEqual([200, '/app/callback']);
    expect(shown(page, 'patient')).toBe(own);
    expect(shown(page, 'name')).toBe(await nameOf(own));
    expect(shown(page, 'need_patient_banner')).toBe('true');
    expect(shown(page, 'scope')?.split(' ')).toEqual(expect.arrayContaining(['launch', 'patient/Patient.r']));
    expect((await browser.get(page.url)).status).toBe(400);
    expect((await browser.get(begun.location!)).location?.searchParams.has('code')).toBe(false);
    await browser.close();
  });

  test('R-094 what the EHR says opens nothing that the person may not see', async () => {
    const other = persona('patient-2').fhirUser!.replace('Patient/', '');
    const browser = openBrowser(undefined);
    const page = await through(browser, await atTheDesk(browser, { user: 'patient-1', patient: other }), 'patient-1');
    expect(page.status).toBe(400);
    expect(page.text).toContain('The app was not let in');
    expect(page.text).not.toContain(await nameOf(other));
    await browser.close();
  });

  test('R-094 another app is opened at its own address', async () => {
    const browser = openBrowser(undefined);
    const changes = { user: 'nurse', client: 'steady-heart', launchUrl: 'https://app.example/launch?v=2' };
    const { location } = await atTheDesk(browser, changes);
    expect(location?.href).toMatch(/^https:\/\/app\.example\/launch\?v=2&iss=[^&]+&launch=[\w-]{43}$/);
    await browser.close();
  });
});

describe('what the EHR refuses', () => {
  const form = () =>
    new URLSearchParams({ user: 'nurse', client: 'demo-ehr-app', launchUrl: 'https://app.example/', patient: own });
  test.each<[string, string, string]>([
    ['a person that it does not know', 'user', 'nobody'],
    ['an app that there is not', 'client', '<b>none</b>'],
    ['an address that is a script', 'launchUrl', 'javascript:alert(1)'],
    ['a patient that is no id', 'patient', '../Patient'],
  ])('%s', async (_what, name, value) => {
    const browser = openBrowser(undefined);
    const fields = form();
    fields.set(name, value);
    const page = await browser.post(`${demo.state.ehr}/launch`, fields);
    expect([page.status, page.location]).toEqual([400, undefined]);
    expect(page.text).not.toContain('<b>');
    await browser.close();
  });

  test('a form of another site, and a FHIR server of somebody else', async () => {
    const browser = openBrowser(undefined);
    const forged = await browser.post(`${demo.state.ehr}/launch`, form(), { Origin: 'https://evil.example' });
    expect([forged.status, forged.location]).toEqual([400, undefined]);
    const lured = await browser.get(`${demo.state.ehr}/app?iss=https%3A%2F%2Fevil.example&launch=x`);
    expect([lured.status, lured.location]).toEqual([400, undefined]);
    await browser.close();
  });

  test('a page runs no script and is framed nowhere', async () => {
    const { headers } = await fetch(`${demo.state.ehr}/`);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self'; .*frame-ancestors 'none'/);
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
