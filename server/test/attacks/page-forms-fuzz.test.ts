/** OWASP ASVS 5.0 §2.2, §16.5: whatever is sent to the pages of signing in and of one's own account, nothing breaks, and nothing is told that a page should not tell. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newBrowser } from '../flows/authorization/browser.ts';
import { type Issuer, PASSWORD, startIssuer } from '../flows/authorization/harness.ts';
import { authorizeUrl } from '../flows/authorization/launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer({
    signIn: {
      secondFactorRoles: ['physician'],
      providers: [{ id: 'other', name: 'Other', issuer: 'http://localhost:9', clientId: 'x' }],
    },
  });
});
afterAll(() => server?.close());

const fields = [
  'csrf',
  'username',
  'password',
  'code',
  'sealed',
  'answer',
  'alone',
  'scope',
  'only patient/*.rs',
  'decision',
  'factor',
  'grant',
  'old',
  'new',
  'again',
  'q',
];
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '\0',
    '%00',
    '__proto__',
    '{"id":"x","response":{}}',
    'null',
    '000000',
    '🔥'.repeat(50),
    '../../x',
    "' OR 1=1 --",
    '\ud800',
  ),
);
const body = fc.array(fc.tuple(fc.constantFrom(...fields), odd), { maxLength: 6 });
const query = fc.oneof(
  fc.constantFrom(
    '',
    '?way=app',
    '?way=passkey',
    '?way=recovery',
    '?way=other',
    '?way[]=x&way=y',
    '?done=__proto__',
    '?code=1',
    '?error=x',
    '?%00',
  ),
  fc.webQueryParameters().map((text) => `?${text}`),
);
const kinds = ['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'multipart/form-data; boundary=x'];

test('a thousand odd requests: no failure inside, no stack, no answer that could be kept', { timeout: 120_000 }, async () => {
  const stranger = newBrowser(server.issuer);
  const signingIn = await stranger.open(authorizeUrl(server, { scope: 'openid user/*.rs' }, 'v'.repeat(43), 's'));
  const person = newBrowser(server.issuer);
  await person.submit(await person.open(`${server.issuer}/account`), '/sign-in', { username: 'clerk', password: PASSWORD });
  const step = new URL(signingIn.url).pathname;
  const paths = [
    ...[
      '',
      '/sign-in',
      '/code',
      '/recovery-code',
      '/passkey',
      '/enrol-app',
      '/enrol-passkey',
      '/enrolled',
      '/patient',
      '/consent',
      '/external/other',
      '/external/none',
      '/external/other/back',
    ].map((end) => step + end),
    ...['', '/password', '/app', '/passkey', '/remove', '/recovery-codes'].map((end) => `/account${end}`),
    '/my-apps',
    '/my-apps/stop',
    '/sign-in/external/other',
    '/sign-out',
  ];
  const csrf = /name="csrf" value="([^"]+)"/.exec(signingIn.text)?.[1] ?? '';
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom('GET', 'POST'),
      query,
      body,
      fc.constantFrom(...kinds),
      fc.boolean(),
      async (path, method, search, given, kind, token) => {
        const form = new URLSearchParams([...given, ...(token ? [['csrf', csrf] as [string, string]] : [])]);
        const browser = path.startsWith(step) ? stranger : person;
        const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
        const answer = await fetch(`${server.issuer}${path}${search}`, {
          method,
          redirect: 'manual',
          headers: {
            cookie: `${cookie}; fireguard-external=${given.length}`,
            ...(method === 'POST' ? { 'content-type': kind } : {}),
          },
          ...(method === 'POST' ? { body: form.toString() } : {}),
        });
        const text = await answer.text();
        expect(answer.status, `${method} ${path}${search} ${form}`).toBeLessThan(500);
        expect(text).not.toMatch(/\bat .+\.ts:|node_modules|argon2|select /i);
        expect(answer.headers.get('cache-control') ?? 'no-store').toContain('no-store');
      },
    ),
    { numRuns: 1000 },
  );
  expect(server.reports).toEqual([]);
});
