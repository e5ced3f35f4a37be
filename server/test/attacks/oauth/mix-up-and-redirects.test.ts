/** RFC 9700 §4.4 (mix-up), §4.11 (open redirection), §4.1 (redirect address), RFC 9207, RFC 6749 §3.1 (a parameter once): where answers go, and what they name. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newBrowser } from '../../flows/authorization/browser.ts';
import { type Issuer, redirectUri, startIssuer } from '../../flows/authorization/harness.ts';
import { authorizeUrl, launch } from '../../flows/authorization/launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

describe('R-095 every answer to the app names its issuer, errors too', () => {
  test.each([
    ['a code', {}],
    ['a refusal by the person', { consent: { decision: 'deny' } }],
    ['a bad request', { request: { code_challenge_method: 'plain' } }],
    ['a bad scope', { scope: 'system/*.rs' }],
    ['nobody is signed in', { request: { prompt: 'none' } }],
    ['another audience', { request: { aud: 'https://elsewhere.example' } }],
  ])('%s', async (_says, asked) => {
    const { answer, state } = await launch(server, asked);
    expect([answer.get('iss'), answer.get('state')]).toEqual([server.issuer, state]);
  });
});

/** The first answer, unfollowed. */
const first = (query: string, init: RequestInit = {}) =>
  fetch(`${server.issuer}/authorize?${query}`, { redirect: 'manual', ...init });
const good = () => new URL(authorizeUrl(server, {}, 'v'.repeat(43), 's'.repeat(22))).searchParams;

describe('R-095 no address that was not registered is ever a target', () => {
  test.each([
    ['given twice, the good one first', (query: URLSearchParams) => query.append('redirect_uri', 'https://evil.example/')],
    [
      'given twice, the bad one first',
      (query: URLSearchParams) => {
        const kept = [...query].filter(([name]) => name !== 'redirect_uri');
        for (const name of [...query.keys()]) query.delete(name);
        query.append('redirect_uri', 'https://evil.example/');
        query.append('redirect_uri', redirectUri);
        for (const [name, value] of kept) query.append(name, value);
      },
    ],
    ['as an array', (query: URLSearchParams) => query.append('redirect_uri[]', 'https://evil.example/')],
    [
      'in a request object',
      (query: URLSearchParams) =>
        query.set(
          'request',
          `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ redirect_uri: 'https://evil.example/' })).toString('base64url')}.`,
        ),
    ],
    ['in a request_uri', (query: URLSearchParams) => query.set('request_uri', 'https://evil.example/request.jwt')],
    [
      'with CR and LF',
      (query: URLSearchParams) => query.set('redirect_uri', `${redirectUri}\r\nLocation: https://evil.example/`),
    ],
    ['with an @', (query: URLSearchParams) => query.set('redirect_uri', 'http://127.0.0.1:9@evil.example/callback')],
    ['as a relative one', (query: URLSearchParams) => query.set('redirect_uri', '//evil.example/callback')],
    ['on another loopback port', (query: URLSearchParams) => query.set('redirect_uri', 'http://127.0.0.1:10/callback')],
    ['by a name of loopback', (query: URLSearchParams) => query.set('redirect_uri', 'http://localhost:9/callback')],
  ])('%s', async (_says, bend) => {
    const query = good();
    bend(query);
    const answer = await first(query.toString());
    const location = answer.headers.get('location') ?? '';
    expect(location).not.toMatch(/^(https?:)?\/\/[^/]*evil|evil\.example\/?$/);
    if (location !== '')
      expect(location).toMatch(new RegExp(`^(/interaction/|${server.issuer}/|${redirectUri.replaceAll('.', '\\.')}\\?)`));
    // A page that refuses does not lead there by a link either.
    expect(await answer.text()).not.toMatch(/href="[^"]*evil\.example/);
  });

  test.each(['next', 'returnTo', 'return_to', 'url', 'redirect', 'post_logout_redirect_uri', 'continue', 'target_link_uri'])(
    'pages of ours know no parameter that says where to go: %s',
    async (name) => {
      for (const path of ['/sign-out', '/interaction/x', '/', '/session/end', '/console', '/apps', '/account']) {
        const answer = await fetch(`${server.issuer}${path}?${name}=${encodeURIComponent('https://evil.example/')}`, {
          redirect: 'manual',
        });
        expect(answer.headers.get('location') ?? '').not.toContain('evil.example');
        expect(answer.headers.get('refresh')).toBeNull();
        expect(await answer.text()).not.toMatch(/(href|action|content)="[^"]*evil\.example/);
      }
    },
  );
});

test.each([
  'client_id',
  'response_type',
  'scope',
  'state',
  'aud',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'prompt',
])('RFC 6749 §3.1: %s given twice begins nothing', async (name) => {
  const query = good();
  query.append(name, query.get(name) ?? 'login');
  query.append(name, 'another');
  const { url, text } = await newBrowser(server.issuer).open(`${server.issuer}/authorize?${query}`);
  expect(text).not.toContain('name="password"');
  expect(url).not.toContain('code=');
});

test('RFC 9700 §4.12: a form is never answered by 307 or 308, which would send it on', async () => {
  const { browser, page } = await (async () => {
    const browser = newBrowser(server.issuer);
    return { browser, page: await browser.open(authorizeUrl(server, {}, 'v'.repeat(43), 's'.repeat(22))) };
  })();
  const action = /action="(\/interaction\/[^"]+\/sign-in)"/.exec(page.text)?.[1] ?? '';
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  const body = new URLSearchParams({ csrf, username: 'okafor', password: 'correct horse battery staple' });
  const answers = [
    await fetch(server.issuer + action, { method: 'POST', body, headers: { cookie }, redirect: 'manual' }),
    await fetch(`${server.issuer}/authorize`, { method: 'POST', body: good(), redirect: 'manual' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
});
