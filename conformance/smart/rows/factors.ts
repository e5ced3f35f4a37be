/** RFC 9470, OpenID Connect Core §2 (acr, amr): second factors as a person meets them, and what tokens say of them. */

import { createHash } from 'node:crypto';
import { type Browser, newBrowser, type Page } from '../../../server/test/flows/authorization/browser.ts';
import { mending } from '../../mutants/mend-requests.ts';
import { withField } from '../../mutants/spoil-answers.ts';
import { REDIRECT } from '../client.ts';
import { claimsOf, part } from '../jwt.ts';
import { newPerson } from '../new-person.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, type Site } from '../site.ts';
import type { Persona } from '../subject.ts';
import { totp } from '../totp.ts';

const VERIFIER = 's'.repeat(64);

function address(site: Site, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: site.subject.clients.public.id,
    redirect_uri: REDIRECT,
    scope: 'openid user/*.rs',
    state: 's'.repeat(22),
    aud: site.fhir,
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  });
  return `${site.issuer}/authorize?${query}`;
}

const hands = (site: Site): Browser => newBrowser(site.issuer, site.fetch as typeof fetch);
const signIn = async (browser: Browser, url: string, { username, password }: Persona) =>
  browser.submit(await browser.open(url), '/sign-in', { username, password });
const consent = (browser: Browser, page: Page) =>
  page.text.includes('/consent"') ? browser.submit(page, '/consent', { decision: 'allow' }) : page;

interface Enrolled {
  readonly person: Persona;
  /** Codes of the authenticator app; each call is of a later time, since each counts once. */
  code(): Promise<string>;
  readonly recovery: readonly string[];
}

/** Somebody new, who set up an authenticator app when an app asked for two factors. */
async function enrolled(site: Site): Promise<Enrolled & { readonly page: Page }> {
  const person = await newPerson(site.subject, { roles: ['security-administrator'] });
  const browser = hands(site);
  const door = await signIn(browser, address(site, { acr_values: 'aal2' }), person);
  const app = await browser.open(`${door.url}?way=app`);
  const secret = /class="mono secret">([A-Z2-7 ]+)</.exec(app.text)?.[1] ?? '';
  hold(secret !== '', `no second step is set up: ${app.status}`);
  let ahead = 0;
  const codes = await browser.submit(app, '/enrol-app', { code: totp(secret, Date.now()) });
  const recovery = [...codes.text.matchAll(/<li>([A-Z2-7-]{19})<\/li>/g)].map((match) => match[1] ?? '');
  const page = await consent(browser, await browser.submit(codes, '/enrolled'));
  return {
    person,
    recovery,
    page,
    async code() {
      ahead += 60;
      await site.subject.clockAhead(ahead);
      return totp(secret, Date.now() + ahead * 1000);
    },
  };
}

async function idToken(site: Site, page: Page): Promise<Readonly<Record<string, unknown>>> {
  const code = URL.parse(page.url)?.searchParams.get('code');
  hold(typeof code === 'string', `no code: ${page.url}`);
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER };
  return claimsOf(String(bodyOf(await site.token('public', form))['id_token']));
}

/** The row, with the server's clock put right afterwards. */
const timed =
  (run: (site: Site) => Promise<void>): Row['run'] =>
  (site) =>
    run(site).finally(() => site.subject.clockAhead(0));

/** Every sign-in says that it had two factors. */
const boastful = withField('/token', 'id_token', (token: unknown) => {
  const [head = '', , signature = ''] = String(token).split('.');
  return `${head}.${part({ ...claimsOf(String(token)), acr: 'aal2' })}.${signature}`;
});

/** The wrong code is nothing that the server could see. */
const anyCode: Row['mutant'] = () => ({
  name: 'codes not compared',
  answer: (answer, asked) =>
    /\/(code|recovery-code)$/.test(asked.url.pathname) ? { ...answer, status: 200, text: 'action="/consent"' } : answer,
});

export const factors: readonly Row[] = [
  {
    id: 'smart-2fa.01',
    says: 'acr_values=aal2 has a second step set up before anything is granted; acr and amr say so',
    run: timed(async (site) => {
      const { page, recovery } = await enrolled(site);
      equal(recovery.length, 10, 'recovery codes');
      const { acr, amr } = await idToken(site, page);
      equal(acr, 'aal2', 'acr');
      hold(Array.isArray(amr) && ['pwd', 'otp', 'mfa'].every((one) => amr.includes(one)), JSON.stringify(amr));
    }),
    mutant: mending('acr_values ignored', '/authorize', (params) => params.delete('acr_values')),
  },
  {
    id: 'smart-2fa.02',
    says: 'who has set one up is asked for it whatever the app asks: a wrong code leads nowhere, the right one on, once',
    run: timed(async (site) => {
      const { person, code } = await enrolled(site);
      const browser = hands(site);
      const asked = await signIn(browser, address(site), person);
      hold(!asked.text.includes('/consent"'), 'not asked');
      const wrong = await browser.submit(asked, '/code', { code: '000000' });
      equal([wrong.status, wrong.text.includes('/consent"')], [422, false], 'wrong code');
      const right = await code();
      const page = await consent(browser, await browser.submit(wrong, '/code', { code: right }));
      equal((await idToken(site, page))['acr'], 'aal2', 'acr');
      const other = hands(site);
      const again = await other.submit(await signIn(other, address(site), person), '/code', { code: right });
      equal([again.status, again.text.includes('/consent"')], [422, false], 'the same code again');
    }),
    mutant: anyCode,
  },
  {
    id: 'smart-2fa.03',
    says: 'a recovery code lets in once',
    run: timed(async (site) => {
      const { person, recovery } = await enrolled(site);
      for (const works of [true, false]) {
        const browser = hands(site);
        const page = await browser.open(`${(await signIn(browser, address(site), person)).url}?way=recovery`);
        const answer = await browser.submit(page, '/recovery-code', { code: recovery[0] ?? '' });
        equal(answer.text.includes('/consent"'), works, works ? 'first' : 'again');
      }
    }),
    mutant: anyCode,
  },
  {
    id: 'smart-2fa.04',
    says: 'the password alone reaches no later step of a person with a second factor, by any form',
    run: timed(async (site) => {
      const { person } = await enrolled(site);
      const thief = hands(site);
      const page = await signIn(thief, address(site), person);
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      for (const form of ['consent', 'enrol-app', 'enrol-passkey', 'enrolled', 'patient', 'encounter']) {
        const body = new URLSearchParams({ csrf, decision: 'allow', scope: 'user/*.rs', sealed: '', code: '000000' });
        const answer = await thief.open(`${page.url}/${form}`, { method: 'POST', body });
        hold(answer.status === 400 && !answer.url.includes('code='), `${form}: ${answer.status}`);
      }
    }),
    mutant: () => ({
      name: 'steps reached out of order',
      answer: (answer, asked) => (/\/consent$/.test(asked.url.pathname) ? { ...answer, status: 200 } : answer),
    }),
  },
  {
    id: 'smart-2fa.05',
    says: 'a sign-in by password alone says aal1; asked for aal2 silently it is login_required',
    run: timed(async (site) => {
      const browser = hands(site);
      const person = await newPerson(site.subject, { roles: ['security-administrator'] });
      const page = await consent(browser, await signIn(browser, address(site), person));
      equal((await idToken(site, page))['acr'], 'aal1', 'acr');
      const silent = await browser.open(address(site, { acr_values: 'aal2', prompt: 'none' }));
      equal(URL.parse(silent.url)?.searchParams.get('error'), 'login_required', 'error');
    }),
    mutant: boastful,
  },
  {
    id: 'smart-2fa.06',
    says: 'a session of one factor is stepped up when an app asks, and introspection tells it',
    run: timed(async (site) => {
      const { person, code } = await enrolled(site);
      const browser = hands(site);
      const door = await signIn(browser, address(site, { acr_values: 'aal2' }), person);
      const page = await consent(browser, await browser.submit(door, '/code', { code: await code() }));
      const form = {
        grant_type: 'authorization_code',
        code: URL.parse(page.url)?.searchParams.get('code') ?? '',
        redirect_uri: REDIRECT,
        code_verifier: VERIFIER,
      };
      const token = String(bodyOf(await site.token('public', form))['access_token']);
      const { id, secret } = site.subject.clients.symmetric;
      const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
      const told = bodyOf(await site.send(`${site.issuer}/introspect`, { form: { token }, headers: { authorization } }));
      equal([told['acr'], typeof told['auth_time']], ['aal2', 'number'], 'introspection');
    }),
    mutant: withField('/introspect', 'acr', 'aal1'),
  },
];
