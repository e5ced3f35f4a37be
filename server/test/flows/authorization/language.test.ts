/** Another language is another value of one type: with a made-up one, nothing that a person reads or hears comes from anywhere but the catalogue. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Html, html } from '../../../src/authorization-server/pages/html.ts';
import type { Language } from '../../../src/authorization-server/pages/language.ts';
import { sanitisedLogo } from '../../../src/authorization-server/pages/logo.ts';
import { type Texts, texts } from '../../../src/authorization-server/pages/texts.ts';
import { newBrowser, type Page } from './browser.ts';
import { type Issuer, PASSWORD, startIssuer } from './harness.ts';
import { authorizeUrl } from './launch.ts';

const pseudo: Language = { code: 'ar', direction: 'rtl', texts: marked(texts) as Texts };
let server: Issuer;
beforeAll(async () => {
  const logo = sanitisedLogo('<svg viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>');
  server = await startIssuer({
    brand: {
      language: pseudo,
      logo,
      privacy: 'https://aldervale.example/privacy',
      accessibility: 'https://aldervale.example/access',
    },
    signIn: { secondFactorRoles: ['physician'] },
  });
});
afterAll(() => server?.close());

test('every page speaks the language, to eye and ear, and runs its way', { timeout: 60_000 }, async () => {
  const browser = newBrowser(server.issuer);
  const seen: Page[] = [];
  const see = (page: Page) => {
    seen.push(page);
    return page;
  };
  const url = (client: string, scope: string) => authorizeUrl(server, { client, scope }, 'v'.repeat(43), 's');
  const scope =
    'openid launch/patient launch/encounter offline_access patient/*.rs patient/Observation.cruds patient/Condition.rs';

  const signIn = see(await browser.open(url('growth-chart', scope)));
  see(await browser.open(`${signIn.url}?way=passkey`));
  see(await browser.submit(signIn, '/sign-in', { username: 'parent', password: 'wrong' }));
  const picker = see(await browser.submit(signIn, '/sign-in', { username: 'parent', password: PASSWORD }));
  const csrf = /name="csrf" value="([^"]+)"/.exec(picker.text)?.[1] ?? '';
  see(await browser.open(`${picker.url}/patient/search`, { method: 'POST', body: new URLSearchParams({ csrf, q: 'nobody' }) }));
  const visits = see(await browser.submit(picker, '/patient', { patient: 'haruka' }));
  const consent = visits.text.includes('/consent"')
    ? visits
    : see(await browser.submit(visits, '/encounter', { decision: 'without' }));
  see(consent);
  await browser.submit(consent, '/consent', { decision: 'allow' });
  for (const path of ['/account', '/account/password', '/account/app', '/account/passkey', '/my-apps', '/sign-out'])
    see(await browser.open(server.issuer + path));
  const doctor = newBrowser(server.issuer);
  const enrol = see(
    await doctor.submit(await doctor.open(url('growth-chart', 'openid user/*.rs')), '/sign-in', {
      username: 'okafor',
      password: PASSWORD,
    }),
  );
  const app = see(await doctor.open(`${enrol.url}?way=app`));
  see(await doctor.submit(app, '/enrol-app', { code: '000000' }));
  see(await newBrowser(server.issuer).open(`${server.issuer}/interaction/none`));

  for (const page of seen) {
    expect(page.text, page.url).toContain('<html lang="ar" dir="rtl">');
    expect(page.text).toContain('<path d="M0 0h8v8z"/>');
    expect(foreignWords(page.text), page.url).toEqual([]);
  }
});

/** Text nodes and labels outside the marks of the catalogue, less what people, apps and numbers are called. */
function foreignWords(page: string): readonly string[] {
  const body = page.slice(page.indexOf('<body')).replaceAll(/<script>[\s\S]*?<\/script>/g, '');
  const labels = [...body.matchAll(/aria-label="([^"]*)"/g)].map((match) => match[1] ?? '');
  const text = body
    .replaceAll(/<(time|code)\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<(\w+)[^>]*class="[^"]*\b(mono|num|scope|brand|name)\b[^"]*"[^>]*>[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, '\n');
  const outside = (one: string) => {
    let rest = one;
    for (let before = ''; before !== rest; ) {
      before = rest;
      rest = rest.replaceAll(/⟦[^⟦⟧]*⟧/g, '');
    }
    return rest;
  };
  const known =
    /Growth Chart|Dr Ines Okafor|Ken Ito|ITO, Haruk[ai]|127\.0\.0\.1:9|Alder Vale Hospital|01632 960 142|Outpatient[^\n]*|finished|in-progress/g;
  return [...outside(text).replaceAll(known, '').split('\n'), ...labels.map(outside)]
    .map((one) => one.trim())
    .filter((one) => /\p{L}{2}/u.test(one));
}

function marked(value: unknown): unknown {
  if (typeof value === 'string') return `⟦${value}⟧`;
  if (typeof value === 'function')
    return (...given: unknown[]) => {
      const said = (value as (...more: unknown[]) => string | Html)(...given);
      return typeof said === 'string' ? `⟦${said}⟧` : html`⟦${said}⟧`;
    };
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, marked(inner)]));
}
