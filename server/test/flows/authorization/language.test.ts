/** Another language is another value of one type: with a made-up one, nothing that a person reads or hears comes from anywhere but the catalogue. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Html, html } from '../../../src/authorization-server/pages/html.ts';
import { german, type Language } from '../../../src/authorization-server/pages/language.ts';
import { sanitisedLogo } from '../../../src/authorization-server/pages/logo.ts';
import { type Texts, texts } from '../../../src/authorization-server/pages/texts.ts';
import { newBrowser, type Page } from './browser.ts';
import { type Issuer, PASSWORD, redirectUri, startIssuer } from './harness.ts';
import { authorizeUrl, token } from './launch.ts';

const pseudo: Language = { code: 'ar', name: '⟦Pseudo⟧', direction: 'rtl', texts: marked(texts) as Texts };
let server: Issuer;
beforeAll(async () => {
  const logo = sanitisedLogo('<svg viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>');
  server = await startIssuer({
    brand: {
      languages: [pseudo],
      logo,
      privacy: 'https://aldervale.example/privacy',
      accessibility: 'https://aldervale.example/access',
    },
    signIn: { secondFactorRoles: ['physician'] },
  });
});
afterAll(() => server?.close());

/** Through all pages that a person can meet, by forms. */
async function everyPage(issuer: Issuer, accept?: string): Promise<readonly Page[]> {
  const send: typeof fetch = (url, init) =>
    fetch(url, { ...init, headers: { ...init?.headers, ...(accept === undefined ? {} : { 'accept-language': accept }) } });
  const browser = newBrowser(issuer.issuer, send);
  const seen: Page[] = [];
  const see = (page: Page) => {
    seen.push(page);
    return page;
  };
  const url = (client: string, scope: string, request: Readonly<Record<string, string>> = {}) =>
    authorizeUrl(issuer, { client, scope, request }, 'v'.repeat(43), 's');
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
  const done = await browser.submit(consent, '/consent', { decision: 'allow', duration: 'stay' });
  const code = new URL(done.url).searchParams.get('code') ?? '';
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: 'v'.repeat(43) };
  expect((await token(issuer, { ...exchange, client_id: 'growth-chart' })).status).toBe(200);
  const asked = url('growth-chart', 'openid user/Patient.rs user/Observation.rs?date=ge2024', { purpose_of_use: 'PATRQT' });
  const narrow = see(await browser.open(asked));
  expect(narrow.text).toContain('name="purpose"');
  for (const path of [
    '/account',
    '/account/password',
    '/account/app',
    '/account/passkey',
    '/my-apps',
    '/sign-out',
    '/session/end',
  ])
    see(await browser.open(issuer.issuer + path));
  see(await browser.submit(await browser.open(`${issuer.issuer}/my-apps`), '/my-apps/change'));
  const wrong = { old: 'x', new: 'short', again: 'other' };
  see(await browser.submit(await browser.open(`${issuer.issuer}/account/password`), '/account/password', wrong));
  const doctor = newBrowser(issuer.issuer, send);
  const staff = { username: 'okafor', password: PASSWORD };
  const enrol = see(await doctor.submit(await doctor.open(url('growth-chart', 'openid user/*.rs')), '/sign-in', staff));
  const app = see(await doctor.open(`${enrol.url}?way=app`));
  see(await doctor.submit(app, '/enrol-app', { code: '000000' }));
  see(await newBrowser(issuer.issuer, send).open(`${issuer.issuer}/interaction/none`));
  see(await newBrowser(issuer.issuer, send).open(`${issuer.issuer}/authorize?client_id=nobody`));
  see(await browser.submit(await browser.open(`${issuer.issuer}/sign-out`), '/sign-out'));
  return seen;
}

test('every page speaks the language, to eye and ear, and runs its way', { timeout: 60_000 }, async () => {
  for (const page of await everyPage(server)) {
    expect(page.text, page.url).toContain('<html lang="ar" dir="rtl">');
    expect(page.text).toContain('<path d="M0 0h8v8z"/>');
    expect(foreignWords(page.text), page.url).toEqual([]);
  }
});

test('every page is in German for a German browser, and no sentence is left in English', { timeout: 60_000 }, async () => {
  const place = await startIssuer({ signIn: { secondFactorRoles: ['physician'] } });
  try {
    const pages = await everyPage(place, 'de-DE,de;q=0.9,en;q=0.5');
    const english = sentences(texts).filter((one) => !sentences(german.texts).includes(one));
    expect(english.length).toBeGreaterThan(150);
    for (const page of pages) {
      expect(page.text, page.url).toContain('<html lang="de" dir="ltr">');
      expect([page.url, english.filter((one) => page.text.includes(`>${one}<`))]).toEqual([page.url, []]);
    }
    // Every page that can be had again leads to the other language, and the choice is kept.
    const chooser = newBrowser(place.issuer, (url, init) =>
      fetch(url, { ...init, headers: { ...init?.headers, 'accept-language': 'de' } }),
    );
    const door = await chooser.open(authorizeUrl(place, {}, 'v'.repeat(43), 's'));
    expect(door.text).toContain('<a href="?lang=en" lang="en" hreflang="en">English</a>');
    const wrong = await chooser.submit(door, '/sign-in', { username: 'okafor', password: 'wrong' });
    const chosen = await chooser.open(new URL('?lang=en', wrong.url).href);
    expect([chosen.status, chosen.text.includes('<html lang="en"'), chosen.text.includes('>Deutsch</a>')]).toEqual([
      200,
      true,
      true,
    ]);
    expect((await chooser.open(`${place.issuer}/sign-out`)).text).toContain('<html lang="en"');
    expect(chooser.cookies.get('fireguard-language')?.attributes).toMatch(/httponly; samesite=lax/i);
    expect((await chooser.open(`${place.issuer}/sign-out?lang=xx`)).text).toContain('<html lang="de"');
    // What the app asks for comes before the browser's.
    const asked = authorizeUrl(place, { request: { ui_locales: 'en-GB' } }, 'v'.repeat(43), 's');
    const page = await newBrowser(place.issuer).open(asked, { headers: { 'accept-language': 'de' } });
    expect(page.text).toContain('<html lang="en" dir="ltr">');
    const told = (await (await fetch(`${place.issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>;
    expect(told['ui_locales_supported']).toEqual(['en', 'de']);
  } finally {
    await place.close();
  }
});

function sentences(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(sentences) : [];
}

/** Text nodes and labels outside the marks of the catalogue, less what people, apps and numbers are called. */
function foreignWords(page: string): readonly string[] {
  const body = page.slice(page.indexOf('<body')).replaceAll(/<script>[\s\S]*?<\/script>/g, '');
  const labels = [...body.matchAll(/aria-label="([^"]*)"/g)].map((match) => match[1] ?? '');
  const text = body
    .replaceAll(/<span lang="en">[\s\S]*?<\/span>/g, '')
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
    /Growth Chart|Dr Ines Okafor|Ken Ito|ITO, Haruk[ai]|127\.0\.0\.1:9|Alder Vale Hospital|01632 960 142|Outpatient[^\n]*/g;
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
