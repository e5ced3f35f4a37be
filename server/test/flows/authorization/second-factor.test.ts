/** Second factors as a person meets them: demanded, set up, asked for, not to be gone around; and what tokens say of it (RFC 9470, R-049). */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { totpCode } from '../../../src/authorization-server/factors/totp.ts';
import { deleteFactors } from '../../../src/storage/factors.ts';
import { type Browser, newBrowser, type Page } from './browser.ts';
import { type Issuer, PASSWORD, redirectUri, startIssuer } from './harness.ts';
import { authorizeUrl, clickThrough, token } from './launch.ts';

const VERIFIER = 'v'.repeat(43);
let server: Issuer;
let now = Date.now();
beforeAll(async () => {
  server = await startIssuer({ signIn: { secondFactorRoles: ['physician'] }, now: () => now });
});
afterAll(() => server?.close());
beforeEach(async () => {
  now = Date.now();
  for (const id of ['okafor', 'clerk']) await deleteFactors(server.storage.db, `person-${id}`);
  await server.storage.db.deleteFrom('sign_in_count').execute();
});

const scope = 'openid user/*.rs';
const ask = (request = {}) => authorizeUrl(server, { scope, request }, VERIFIER, 's');
const signIn = async (browser: Browser, username: string, url = ask()): Promise<Page> =>
  browser.submit(await browser.open(url), '/sign-in', { username, password: PASSWORD });

/** Sets up an app; the page with the recovery codes, and the secret. */
async function setUp(browser: Browser, page: Page): Promise<{ readonly codes: Page; readonly secret: Buffer }> {
  const app = await browser.open(`${page.url}?way=app`);
  const secret = fromBase32(/class="mono secret">([A-Z2-7 ]+)</.exec(app.text)?.[1] ?? '');
  const codes = await browser.submit(app, '/enrol-app', { code: code(secret) });
  return { codes, secret };
}
const code = (secret: Buffer, at = now) => totpCode(secret, Math.floor(at / 30_000));
const recoveryCodes = (page: Page) => [...page.text.matchAll(/<li>([A-Z2-7-]{19})<\/li>/g)].map((match) => match[1] ?? '');

async function idToken(page: Page) {
  const url = new URL(page.url);
  expect(url.href.startsWith(redirectUri), page.text).toBe(true);
  const answer = await token(server, {
    grant_type: 'authorization_code',
    code: url.searchParams.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: VERIFIER,
    client_id: 'growth-chart',
  });
  expect(answer.status).toBe(200);
  return decodeJwt(String(answer.body['id_token']));
}
const consent = (browser: Browser, page: Page) => browser.submit(page, '/consent', { decision: 'allow' });

describe('whose role demands it', () => {
  test('R-049 sets it up before anything else, and is asked ever after; tokens say so', async () => {
    const browser = newBrowser(server.issuer);
    const page = await signIn(browser, 'okafor');
    expect(page.text).toContain('Set up a second step');
    const { codes, secret } = await setUp(browser, page);
    expect(recoveryCodes(codes)).toHaveLength(10);
    const claims = await idToken(await consent(browser, await browser.submit(codes, '/enrolled')));
    expect(claims).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] });
    expect(claims['auth_time']).toBeTypeOf('number');

    now += 60_000;
    const again = newBrowser(server.issuer);
    const asked = await signIn(again, 'okafor');
    expect(asked.text).toContain('Enter your 6-digit code');
    const wrong = await again.submit(asked, '/code', { code: '000000' });
    expect([wrong.status, wrong.text.includes('The code does not match')]).toEqual([422, true]);
    const done = await again.submit(wrong, '/code', { code: code(secret) });
    expect(await idToken(await consent(again, done))).toMatchObject({ acr: 'aal2' });
    expect(server.records.filter(({ action }) => action === 'code').map(({ outcome }) => outcome)).toEqual(['deny', 'permit']);
    expect(JSON.stringify(server.records)).not.toContain(code(secret));
  });

  test('nothing later can be reached with the password alone, nor another factor added', async () => {
    const first = newBrowser(server.issuer);
    const { secret } = await setUp(first, await signIn(first, 'okafor'));
    const thief = newBrowser(server.issuer);
    const page = await signIn(thief, 'okafor');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const body = new URLSearchParams({ csrf, decision: 'allow', scope: 'user/*.rs', sealed: '', code: code(secret) });
    for (const form of ['consent', 'enrol-app', 'enrol-passkey', 'enrolled', 'patient']) {
      const answer = await thief.open(`${page.url}/${form}`, { method: 'POST', body });
      expect([form, answer.status], answer.text).toEqual([form, 400]);
    }
    expect((await thief.open(`${page.url}?way=app`)).text).toContain('Enter your 6-digit code');
    expect((await thief.open(`${server.issuer}/account`)).text).not.toContain('Your account</h1>');
  });

  test('a code counts once, on every node, also for who looked over a shoulder', async () => {
    const first = newBrowser(server.issuer);
    const { secret } = await setUp(first, await signIn(first, 'okafor'));
    now += 30_000;
    const [one, two] = [newBrowser(server.issuer), newBrowser(server.issuer)];
    const pages = [await signIn(one, 'okafor'), await signIn(two, 'okafor')] as const;
    const answers = await Promise.all([
      one.submit(pages[0], '/code', { code: code(secret) }),
      two.submit(pages[1], '/code', { code: code(secret) }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  });

  test('a recovery code lets in once', async () => {
    const first = newBrowser(server.issuer);
    const { codes } = await setUp(first, await signIn(first, 'okafor'));
    const [recovery = ''] = recoveryCodes(codes);
    const stored = await server.storage.db.selectFrom('factor').select('secret').execute();
    expect(JSON.stringify(stored)).not.toContain(recovery.replaceAll('-', ''));
    for (const works of [true, false]) {
      const browser = newBrowser(server.issuer);
      const page = await browser.open(`${(await signIn(browser, 'okafor')).url}?way=recovery`);
      const answer = await browser.submit(page, '/recovery-code', { code: recovery.toLowerCase().replaceAll('-', ' ') });
      expect(answer.text.includes('The code does not match')).toBe(!works);
    }
  });

  test('R-048 guesses are slowed down per person, whatever the browser', async () => {
    const first = newBrowser(server.issuer);
    await setUp(first, await signIn(first, 'okafor'));
    const statuses: number[] = [];
    for (let at = 0; at < 6; at++) {
      const browser = newBrowser(server.issuer);
      statuses.push((await browser.submit(await signIn(browser, 'okafor'), '/code', { code: String(100000 + at) })).status);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });

  test('the first factor does not wait for ever', async () => {
    const browser = newBrowser(server.issuer);
    const page = await signIn(browser, 'okafor');
    now += 601_000;
    expect((await browser.open(page.url)).text).toContain('name="password"');
  });
});

describe('step-up (RFC 9470)', () => {
  test('R-049 an app that asks for two factors gets them, in the session that is there; silence is not enough', async () => {
    const browser = newBrowser(server.issuer);
    const plain = await clickThrough(browser, ask(), { username: 'clerk' });
    expect(await idToken(plain)).toMatchObject({ acr: 'aal1', amr: ['pwd'] });

    const silent = await browser.open(ask({ acr_values: 'aal2', prompt: 'none' }));
    expect(new URL(silent.url).searchParams.get('error')).toBe('login_required');

    // Whoever finds the computer unlocked cannot give themselves a second factor: the password comes first.
    const door = await browser.open(ask({ acr_values: 'aal2' }));
    expect(door.text).toContain('name="password"');
    const csrf = /name="csrf" value="([^"]+)"/.exec(door.text)?.[1] ?? '';
    for (const form of ['enrol-app', 'enrol-passkey', 'enrolled'])
      expect((await browser.open(`${door.url}/${form}`, { method: 'POST', body: new URLSearchParams({ csrf }) })).status).toBe(
        400,
      );
    expect((await browser.open(`${door.url}?way=app`)).text).toContain('name="password"');
    const page = await browser.submit(door, '/sign-in', { username: 'clerk', password: PASSWORD });
    expect(page.text).toContain('Set up a second step');
    const { codes, secret } = await setUp(browser, page);
    expect(await idToken(await consent(browser, await browser.submit(codes, '/enrolled')))).toMatchObject({ acr: 'aal2' });
    const same = await browser.open(ask({ acr_values: 'aal2 aal1' }));
    expect(same.text).toContain('/consent"');

    // A weaker session of somebody who has a factor is stepped up by the code alone.
    await server.storage.db.deleteFrom('oidc_payload').where('kind', '=', 'Session').execute();
    const other = newBrowser(server.issuer);
    const { id } = await server.storage.db
      .selectFrom('factor')
      .select('id')
      .where('kind', '=', 'totp')
      .executeTakeFirstOrThrow();
    await server.storage.db.updateTable('factor').set({ person_id: 'nobody' }).where('id', '=', id).execute();
    await clickThrough(other, ask(), { username: 'clerk' });
    await server.storage.db.updateTable('factor').set({ person_id: 'person-clerk' }).where('id', '=', id).execute();
    now += 60_000;
    const stepUp = await other.open(ask({ acr_values: 'aal2' }));
    expect(stepUp.text).toContain('Enter your 6-digit code');
    const claims = await idToken(await consent(other, await other.submit(stepUp, '/code', { code: code(secret) })));
    expect(claims).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] });
  });

  test.each([{ max_age: '0' }, { prompt: 'login' }])('%o asks for the password again', async (request) => {
    const browser = newBrowser(server.issuer);
    await clickThrough(browser, ask(), { username: 'clerk' });
    now += 2000;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await browser.open(ask(request))).text).toContain('name="password"');
  });
});

function fromBase32(text: string): Buffer {
  const bits = [...text.replaceAll(' ', '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
