/** OWASP ASVS V7.2.4, RFC 9700 §4.7: a session that somebody chose for somebody else; and one person's login step in another's browser. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newBrowser } from '../../flows/authorization/browser.ts';
import { type Issuer, PASSWORD, startIssuer } from '../../flows/authorization/harness.ts';
import { authorizeUrl, clickThrough, launch } from '../../flows/authorization/launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

const url = () => authorizeUrl(server, {}, 'v'.repeat(43), 's'.repeat(22));
const session = 'fireguard-session';

test('R-095 signing in gives the browser a session that it did not have before', async () => {
  const browser = newBrowser(server.issuer);
  await browser.open(url());
  const before = browser.cookies.get(session)?.value;
  await clickThrough(browser, url());
  const after = browser.cookies.get(session)?.value;
  expect(after).toBeDefined();
  expect(after).not.toBe(before);
});

test('R-095 a session planted by an attacker is not the one that the victim gets', async () => {
  const attacker = newBrowser(server.issuer);
  await attacker.open(url());
  const planted = new Map(attacker.cookies);
  const victim = newBrowser(server.issuer);
  for (const [name, value] of planted) victim.cookies.set(name, value);
  await clickThrough(victim, url(), { username: 'okafor' });
  expect(victim.cookies.get(session)?.value).not.toBe(planted.get(session)?.value);
  // What the attacker still holds opens nothing of the victim's.
  const page = await attacker.open(url());
  expect(page.text).toContain('name="password"');
});

test('R-095 a session that nobody issued is nobody’s', async () => {
  const browser = newBrowser(server.issuer);
  for (const name of [session, `${session}.sig`])
    browser.cookies.set(name, { value: 'A'.repeat(43), path: '/', attributes: '' });
  expect((await browser.open(url())).text).toContain('name="password"');
});

test('R-095 signing in as the attacker (login CSRF): a form of another browser’s step is refused', async () => {
  const attacker = newBrowser(server.issuer);
  const page = await attacker.open(url());
  const action = /action="(\/interaction\/[^"]+\/sign-in)"/.exec(page.text)?.[1] ?? '';
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const victim = newBrowser(server.issuer);
  await victim.open(url());
  const body = new URLSearchParams({ csrf, username: 'okafor', password: PASSWORD });
  const answer = await victim.open(`${server.issuer}${action}`, { method: 'POST', body });
  expect(answer.status).toBe(400);
  expect((await victim.open(url())).text).toContain('name="password"');
});

test('R-095 consent cannot be sent from elsewhere: no token, another step’s token, a cross-site form', async () => {
  const { browser, page } = await (async () => {
    const browser = newBrowser(server.issuer);
    let page = await browser.open(url());
    page = await browser.submit(page, '/sign-in', { username: 'okafor', password: PASSWORD });
    return { browser, page: await browser.submit(page, '/patient', { patient: 'haruka' }) };
  })();
  const action = `${server.issuer}${/action="(\/interaction\/[^"]+\/consent)"/.exec(page.text)?.[1]}`;
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const send = (body: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.open(action, {
      method: 'POST',
      body: new URLSearchParams({ decision: 'allow', scope: 'patient/*.rs', ...body }),
      headers,
    });
  expect((await send({})).url).not.toContain('code=');
  expect((await send({ csrf: `${csrf.slice(0, -1)}x` })).url).not.toContain('code=');
  expect((await send({ csrf }, { 'sec-fetch-site': 'cross-site' })).url).not.toContain('code=');
  expect((await browser.open(`${action}?csrf=${csrf}&decision=allow`)).url).not.toContain('code=');
});

test('R-095 a code stolen from one browser is no use with another’s verifier (code injection)', async () => {
  const victim = await launch(server);
  const attacker = await launch(server);
  const answer = await fetch(`${server.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: victim.answer.get('code') ?? '',
      redirect_uri: 'http://127.0.0.1:9/callback',
      client_id: 'growth-chart',
      code_verifier: attacker.verifier,
    }),
  });
  expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([400, 'invalid_grant']);
});
