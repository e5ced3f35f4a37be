/** A person's own pages: what they show, what they change, and that they change nothing of anybody else. Tokens end before it is told (RFC 9700 §4.14). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { passwordRules } from '../../../src/authorization-server/password-rules.ts';
import { type Browser, newBrowser, type Page } from './browser.ts';
import { type Issuer, PASSWORD, startIssuer } from './harness.ts';
import { authorizeUrl, launch, token, tokensFor } from './launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer({
    rules: passwordRules({ has: (password) => Promise.resolve(password === 'hunter2 hunter2') }),
    signIn: { idleMinutes: 5 },
  });
});
afterAll(() => server?.close());
beforeEach(() => server.storage.db.deleteFrom('sign_in_count').execute());

const scope = 'openid launch/patient patient/*.rs offline_access';
const stay = { duration: 'stay' };
const laboratory = 'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory';

async function signedIn(username: string, page = '/account', password = PASSWORD, browser = newBrowser(server.issuer)) {
  const first = await browser.open(server.issuer + page);
  const own = await browser.submit(first, '/sign-in', { username, password });
  expect(new URL(own.url).pathname + new URL(own.url).search, own.text).toBe(page);
  return { browser, page: own };
}

describe('getting there', () => {
  test('own pages need a session, leave no code in the address, and give no token', async () => {
    const { page } = await signedIn('lindqvist', '/my-apps');
    expect(page.text).toContain('No app can use anything here in your name.');
    const held = await server.storage.db
      .selectFrom('oidc_payload')
      .select('kind')
      .where('kind', 'in', ['AccessToken', 'RefreshToken'])
      .execute();
    expect(held).toEqual([]);
    for (const path of ['/account', '/account/password', '/account/app', '/my-apps'])
      expect((await newBrowser(server.issuer).open(server.issuer + path)).text, path).toContain('name="password"');
  });

  test('how one signs in is shown only to who signed in lately', async () => {
    const { browser } = await signedIn('clerk');
    expect((await browser.open(`${server.issuer}/account`)).text).toContain('Your account</h1>');
    await server.storage.db
      .updateTable('oidc_payload')
      .set((build) => ({ payload: build.fn<string>('jsonb_set', ['payload', build.val('{loginTs}'), build.val('1000')]) }))
      .where('kind', '=', 'Session')
      .execute();
    expect((await browser.open(`${server.issuer}/account`)).text).toContain('name="password"');
  });

  test.each([
    '/account/password',
    '/account/remove',
    '/account/recovery-codes',
    '/account/sign-out-everywhere',
    '/my-apps/stop',
    '/my-apps/narrow',
  ])('a form of somebody else’s page changes nothing: %s', async (path) => {
    const { browser } = await signedIn('clerk');
    const { page: others } = await signedIn('parent');
    const csrf = /name="csrf" value="([^"]+)"/.exec(others.text)?.[1] ?? '';
    for (const body of [new URLSearchParams(), new URLSearchParams({ csrf })])
      expect((await browser.open(server.issuer + path, { method: 'POST', body })).status).toBe(400);
  });
});

describe('my apps', () => {
  test('R-048 stopping an app ends its tokens at once; those of other people and launches live on', async () => {
    const mine = await tokensFor(server, { username: 'lindqvist', scope, consent: stay });
    const others = await tokensFor(server, { username: 'okafor', scope, consent: stay });
    const { browser, page } = await signedIn('lindqvist', '/my-apps');
    expect(page.text).toContain('<h2>Growth Chart</h2>');
    expect(page.text).toMatch(/Until <time>\d+ \w+ \d{4}/);
    expect(page.text).not.toContain(String(mine.body['access_token']));
    const foreign = await server.storage.db
      .selectFrom('launch_context')
      .select('grant_id')
      .where('person_id', '=', 'person-okafor')
      .executeTakeFirstOrThrow();

    await browser.submit(page, '/my-apps/stop', { grant: foreign.grant_id });
    expect(await server.tokens.resolve(String(others.body['access_token']))).toBeDefined();

    const [grant = ''] = [...page.text.matchAll(/name="grant" value="([^"]+)"/g)].map((match) => match[1] ?? '');
    const after = await browser.submit(page, '/my-apps/stop', { grant });
    expect(after.text).toContain('The app is stopped.');
    expect(await server.tokens.resolve(String(mine.body['access_token']))).toBeUndefined();
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: String(mine.body['refresh_token']),
      client_id: 'growth-chart',
    };
    expect((await token(server, refresh)).body['error']).toBe('invalid_grant');
    expect(await server.tokens.resolve(String(others.body['access_token']))).toBeDefined();
    expect(server.records.at(-2)).toMatchObject({ action: 'app-stopped', outcome: 'permit' });
  });
});

describe('changing what an app sees', () => {
  const refresh = (answer: { body: Record<string, unknown> }) =>
    token(server, {
      grant_type: 'refresh_token',
      refresh_token: String(answer.body['refresh_token']),
      client_id: 'growth-chart',
    });
  const asked = 'openid launch/patient patient/Observation.rs patient/Condition.rs offline_access';
  const change = async (username: string, form: Record<string, string | readonly string[]>) => {
    const { browser, page } = await signedIn(username, '/my-apps');
    const grant = /\/my-apps\/change"[\s\S]*?name="grant" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const shown = await browser.submit(page, '/my-apps/change', { grant });
    expect(shown.text).toContain('What may Growth Chart use?');
    return browser.submit(shown, '/my-apps/narrow', { grant, ...form });
  };

  test('R-102 the old token is dead, the next one holds exactly what was kept, in the same context', async () => {
    const before = await tokensFor(server, { username: 'lindqvist', scope: asked, consent: stay });
    const after = await change('lindqvist', { scope: 'patient/Observation.rs', 'only patient/Observation.rs': laboratory });
    expect(after.text).toContain('It is changed.');
    expect(after.text).toContain('some of: Test results');
    expect(await server.tokens.resolve(String(before.body['access_token']))).toBeUndefined();
    const next = await refresh(before);
    expect(String(next.body['scope']).split(' ').sort()).toEqual(
      ['launch/patient', 'offline_access', 'openid', laboratory].sort(),
    );
    expect(next.body['patient']).toBe('mara');
    expect((await server.tokens.resolve(String(next.body['access_token'])))?.scope).not.toContain('Condition');
    // And once more by rotation; nothing widens again.
    expect(String((await refresh(next)).body['scope'])).not.toContain('Condition');
    expect(
      String(
        (
          await token(server, {
            grant_type: 'refresh_token',
            refresh_token: String(next.body['refresh_token']),
            client_id: 'growth-chart',
            scope: asked,
          })
        ).body['error'],
      ),
    ).toMatch(/invalid/);
  });

  test('R-102 it cannot widen, and not what is somebody else’s', async () => {
    await server.revocation.byPerson('person-lindqvist');
    const before = await tokensFor(server, { username: 'lindqvist', scope: asked, consent: stay });
    await change('lindqvist', {
      scope: ['patient/Observation.rs', 'patient/Observation.cruds', 'user/*.cruds', 'patient/Condition.rs'],
      'only patient/Condition.rs': ['patient/*.cruds', 'patient/Condition.cruds'],
    });
    expect(
      String((await refresh(before)).body['scope'])
        .split(' ')
        .sort(),
    ).toEqual(['launch/patient', 'offline_access', 'openid', 'patient/Observation.rs'].sort());
    const others = await tokensFor(server, { username: 'okafor', scope: asked, consent: stay });
    const foreign = await server.storage.db
      .selectFrom('launch_context')
      .select('grant_id')
      .where('person_id', '=', 'person-okafor')
      .orderBy('created_at', 'desc')
      .executeTakeFirstOrThrow();
    await change('lindqvist', { grant: foreign.grant_id, scope: [] });
    expect(String((await refresh(others)).body['scope'])).toContain('patient/Condition.rs');
  });

  test('of a change and many refreshes at once, no token with the old scope lives', async () => {
    await server.revocation.byPerson('person-parent');
    const before = await tokensFor(server, { username: 'parent', scope: asked, consent: stay });
    const { browser, page } = await signedIn('parent', '/my-apps');
    const grant = /name="grant" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const shown = await browser.submit(page, '/my-apps/change', { grant });
    const answers = await Promise.all([
      refresh(before),
      browser.submit(shown, '/my-apps/narrow', { grant, scope: 'patient/Observation.rs' }),
      refresh(before),
    ]);
    for (const answer of [answers[0], answers[2]]) {
      const live = await server.tokens.resolve(String(answer.body['access_token'] ?? 'none'));
      expect(live?.scope ?? '').not.toContain('Condition');
      if (answer.body['refresh_token'] !== undefined)
        expect(String((await refresh(answer)).body['scope'] ?? '')).not.toContain('Condition');
    }
  });
});

describe('password', () => {
  const change = (browser: Browser, page: Page, old: string, fresh: string, again = fresh) =>
    browser.submit(page, '/account/password', { old, new: fresh, again });
  const form = (browser: Browser) => browser.open(`${server.issuer}/account/password`);

  test('R-048 wrong, short, stolen, own name and unlike are refused, nothing typed comes back', async () => {
    const { browser } = await signedIn('parent');
    const refusals = [
      ['wrong one', 'a quiet lake', 'a quiet lake', 'does not match'],
      [PASSWORD, 'short', 'short', 'too short'],
      [PASSWORD, 'hunter2 hunter2', 'hunter2 hunter2', 'Attackers know'],
      [PASSWORD, 'the parent 2026', 'the parent 2026', 'holds your username'],
      [PASSWORD, 'a quiet lake', 'a loud lake', 'differ'],
    ] as const;
    for (const [old, fresh, again, text] of refusals) {
      const answer = await change(browser, await form(browser), old, fresh, again);
      expect([answer.status, answer.text.includes(text)], text).toEqual([422, true]);
      expect(answer.text).not.toContain(fresh === 'short' ? 'value="short"' : fresh);
    }
    expect(JSON.stringify(server.records)).not.toContain('quiet lake');
  });

  test('a new one ends all other sessions and tokens, on every node, and works at once', async () => {
    const before = await tokensFor(server, { username: 'parent', scope, consent: stay });
    const elsewhere = await signedIn('parent');
    const { browser } = await signedIn('parent');
    const done = await change(browser, await form(browser), PASSWORD, 'seven quiet lakes');
    expect(done.text).toContain('Your password is changed.');
    expect(await server.tokens.resolve(String(before.body['access_token']))).toBeUndefined();
    expect((await elsewhere.browser.open(`${server.issuer}/account`)).text).toContain('name="password"');
    expect((await browser.open(`${server.issuer}/account`)).text).toContain('Your account</h1>');
    await signedIn('parent', '/account', 'seven quiet lakes');
  });

  test('guessing the old one at an unlocked computer is slowed down', async () => {
    const { browser } = await signedIn('clerk');
    const statuses: number[] = [];
    for (let at = 0; at < 6; at++)
      statuses.push((await change(browser, await form(browser), `guess ${at}`, 'a quiet lake')).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });

  test('signing out everywhere ends this session too', async () => {
    const before = await tokensFor(server, { username: 'lindqvist', scope, consent: stay });
    const { browser, page } = await signedIn('lindqvist');
    expect((await browser.submit(page, '/account/sign-out-everywhere')).text).toContain('You are signed out');
    expect((await browser.open(`${server.issuer}/account`)).text).toContain('name="password"');
    expect(await server.tokens.resolve(String(before.body['access_token']))).toBeUndefined();
  });
});

describe('sessions that end', () => {
  test('one that nobody uses ends; staying signed in is a choice', async () => {
    const seconds = async (remember: Record<string, string>) => {
      const browser = newBrowser(server.issuer);
      await browser.submit(await browser.open(`${server.issuer}/account`), '/sign-in', {
        username: 'clerk',
        password: PASSWORD,
        ...remember,
      });
      const row = await server.storage.db
        .selectFrom('oidc_payload')
        .select('expires_at')
        .where('kind', '=', 'Session')
        .orderBy('expires_at', 'desc')
        .executeTakeFirstOrThrow();
      await server.storage.db.deleteFrom('oidc_payload').where('kind', '=', 'Session').execute();
      return ((row.expires_at?.getTime() ?? 0) - Date.now()) / 1000;
    };
    await server.storage.db.deleteFrom('oidc_payload').where('kind', '=', 'Session').execute();
    const plain = await seconds({});
    expect(plain).toBeGreaterThan(250);
    expect(plain).toBeLessThanOrEqual(300);
    expect(await seconds({ remember: 'yes' })).toBeGreaterThan(7 * 3600);
  });
});

test('online_access: a refresh is a use of the session, which ends what it promised when it ends', async () => {
  const online = 'openid launch/patient patient/*.rs online_access';
  const sessions = server.storage.db.selectFrom('oidc_payload').where('kind', '=', 'Session');
  await server.storage.db.deleteFrom('oidc_payload').where('kind', '=', 'Session').execute();
  const answer = await tokensFor(server, { username: 'okafor', scope: online, consent: stay });
  const refresh = (one: { body: Record<string, unknown> }) =>
    token(server, { grant_type: 'refresh_token', refresh_token: String(one.body['refresh_token']), client_id: 'growth-chart' });
  const soon = new Date(Date.now() + 60_000);
  await server.storage.db.updateTable('oidc_payload').set({ expires_at: soon }).where('kind', '=', 'Session').execute();
  const next = await refresh(answer);
  expect(next.status).toBe(200);
  const { expires_at: until } = await sessions.select('expires_at').executeTakeFirstOrThrow();
  expect((until?.getTime() ?? 0) - Date.now()).toBeGreaterThan(250_000);
  await server.storage.db
    .updateTable('oidc_payload')
    .set({ expires_at: new Date(0) })
    .where('kind', '=', 'Session')
    .execute();
  expect((await refresh(next)).body['error']).toBe('invalid_grant');
});

test('session fixation: who signs in gets another cookie than the one that was there before', async () => {
  const browser = newBrowser(server.issuer);
  await browser.submit(await browser.open(`${server.issuer}/account`), '/sign-in', { username: 'clerk', password: PASSWORD });
  const before = browser.cookies.get('fireguard-session')?.value;
  const again = await browser.open(`${server.issuer}/authorize?${new URL(signInUrl()).searchParams}`);
  await browser.submit(again, '/sign-in', { username: 'clerk', password: PASSWORD });
  expect(browser.cookies.get('fireguard-session')?.value).not.toBe(before);
  const old = newBrowser(server.issuer);
  old.cookies.set('fireguard-session', { value: before ?? '', path: '/', attributes: '' });
  expect((await old.open(`${server.issuer}/account`)).text).toContain('name="password"');
});
const signInUrl = () => authorizeUrl(server, { scope: 'openid', request: { prompt: 'login' } }, 'v'.repeat(43), 's');

describe('the consent page narrows', () => {
  const granted = async (consent: Record<string, string | readonly string[]>, asked = scope) => {
    const launched = await launch(server, { username: 'okafor', scope: asked, consent });
    const code = launched.answer.get('code') ?? '';
    const body = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'http://127.0.0.1:9/callback',
      code_verifier: launched.verifier,
      client_id: 'growth-chart',
    };
    return String((await token(server, body)).body['scope'])
      .split(' ')
      .sort();
  };
  const category = (code: string) =>
    `patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|${code}`;

  test('R-102 to kinds: the answer lists exactly what was granted', async () => {
    const asked = 'launch/patient patient/Observation.rs patient/Condition.rs';
    const consent = {
      scope: ['patient/Observation.rs', 'patient/Condition.rs'],
      'only patient/Observation.rs': [category('laboratory'), category('vital-signs')],
    };
    expect(await granted(consent, asked)).toEqual(
      ['launch/patient', category('laboratory'), category('vital-signs'), 'patient/Condition.rs'].sort(),
    );
  });

  test('from everything to parts', async () => {
    const vaccinations = ['Immunization', 'ImmunizationRecommendation', 'ImmunizationEvaluation'].map(
      (type) => `patient/${type}.rs`,
    );
    const consent = {
      scope: 'patient/*.rs',
      'only patient/*.rs': vaccinations.join(' '),
    };
    expect(await granted(consent)).toEqual(['launch/patient', 'openid', ...vaccinations].sort());
  });

  test('R-102 a kind cannot widen: not beyond what was asked, and not without its part', async () => {
    const asked = 'launch/patient patient/Observation.rs patient/Condition.r';
    expect(
      await granted(
        {
          scope: 'patient/Condition.r',
          'only patient/Condition.r': 'patient/Condition.cruds user/*.cruds',
          'only patient/Observation.rs': category('laboratory'),
        },
        asked,
      ),
    ).toEqual(['launch/patient']);
  });
});
