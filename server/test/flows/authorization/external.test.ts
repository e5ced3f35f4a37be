/** Signing in by another provider: a second oidc-provider, with its own browser pages. What it says is checked; who it is, only a link decides. */
import { createServer, type Server } from 'node:http';
import { decodeJwt } from 'jose';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mappedRoles } from '../../../src/authorization-server/external/person-of.ts';
import { signInSection } from '../../../src/authorization-server/sign-in-settings.ts';
import { linkExternal } from '../../../src/storage/external-identities.ts';
import { type Browser, newBrowser, type Page } from './browser.ts';
import { freePort, type Issuer, redirectUri, startIssuer } from './harness.ts';
import { authorizeUrl, token } from './launch.ts';

const VERIFIER = 'v'.repeat(43);
const SECRET = 'a secret of the other provider';
let other: { readonly issuer: string; readonly server: Server };
let server: Issuer;

beforeAll(async () => {
  const port = await freePort();
  server = await startIssuer({
    signIn: {
      providers: (['hospital-id', 'closed'] as const).map((id) => ({
        id,
        name: id === 'closed' ? 'Closed Login' : 'Hospital Login',
        issuer: `http://localhost:${port}`,
        clientId: id,
        clientSecret: SECRET,
        createPeople: id === 'hospital-id',
        roleClaim: 'groups',
        roles: { 'ward-7-doctors': ['physician'], admins: ['security-administrator'] },
      })),
    },
  });
  other = await startOther(port);
});
afterAll(async () => {
  await server?.close();
  other?.server.close();
});

test('who is linked signs in as that person, with the roles given here', async () => {
  await linkExternal(server.storage.db, other.issuer, 'ines', 'person-okafor');
  expect(await subject(await through('closed', 'ines'))).toEqual({ sub: 'person-okafor', acr: 'aal1', amr: ['ext'] });
});

test('who is not linked does not come in, whatever name or mail address the provider tells', async () => {
  const { page } = await through('closed', 'okafor');
  expect(page.status).toBe(422);
  expect(page.text).toContain('no account here belongs to you');
  expect(server.records.at(-1)).toMatchObject({ action: 'external:closed', outcome: 'deny', reason: 'not linked' });
});

test('a provider that may make people makes one, with mapped roles only, and the same one again', async () => {
  const first = await subject(await through('hospital-id', 'new-doctor'));
  const again = await subject(await through('hospital-id', 'new-doctor'));
  expect(again['sub']).toBe(first['sub']);
  const person = await server.storage.db
    .selectFrom('person')
    .selectAll()
    .where('id', '=', String(first['sub']))
    .executeTakeFirst();
  expect([person?.name, person?.roles]).toEqual(['Person new-doctor', ['physician']]);
});

test('a disabled person stays outside', async () => {
  await linkExternal(server.storage.db, other.issuer, 'former', 'person-gone');
  expect((await through('closed', 'former')).page.status).toBe(422);
});

test('an answer for another browser, another login step or another state is refused', async () => {
  const [mine, theirs] = [newBrowser(server.issuer), newBrowser(server.issuer)];
  await linkExternal(server.storage.db, other.issuer, 'victim', 'person-lindqvist');
  const back = await atOther(await leave(mine, 'closed'), 'victim');
  // Login CSRF: an answer that was not asked for in this browser.
  await theirs.open(ask());
  expect((await theirs.open(back)).status).toBe(400);
  const forged = new URL(back);
  forged.searchParams.set('state', 'x'.repeat(43));
  expect((await mine.open(forged.href)).text).toContain('did not confirm who you are');
  // The journey was used up by the failure.
  expect((await mine.open(back)).status).toBe(400);
});

test('an id_token for somebody else’s nonce is refused', async () => {
  const browser = newBrowser(server.issuer);
  const away = new URL(await leave(browser, 'closed'));
  away.searchParams.set('nonce', 'n'.repeat(43));
  const page = await browser.open(await atOther(away.href, 'ines'));
  expect(page.text).toContain('did not confirm who you are');
});

test('who must show themselves anew does so over there too: a remembered session does not count', async () => {
  const browser = newBrowser(server.issuer);
  const page = await browser.open(
    authorizeUrl(server, { scope: 'openid user/*.rs', request: { prompt: 'login' } }, VERIFIER, 's'),
  );
  const link = /href="(\/interaction\/[^"]+\/external\/closed)"/.exec(page.text)?.[1] ?? '';
  const away = new URL((await browser.open(server.issuer + link)).url);
  expect([away.searchParams.get('prompt'), away.searchParams.get('max_age')]).toEqual(['login', '300']);
  const back = await browser.open(await atOther(away.href, 'ines'));
  expect(await subject({ browser, page: back })).toMatchObject({ sub: 'person-okafor' });
  // Somebody who takes these words out of the address gets no further.
  const again = newBrowser(server.issuer);
  const first = await again.open(
    authorizeUrl(server, { scope: 'openid user/*.rs', request: { prompt: 'login' } }, VERIFIER, 's'),
  );
  const other = new URL(
    (await again.open(server.issuer + (/href="(\/interaction\/[^"]+\/external\/closed)"/.exec(first.text)?.[1] ?? ''))).url,
  );
  other.searchParams.delete('prompt');
  other.searchParams.delete('max_age');
  expect((await again.open(await atOther(other.href, 'ines'))).text).toContain('did not confirm who you are');
});

test('what the cookie holds cannot be read or made', async () => {
  const browser = newBrowser(server.issuer);
  await leave(browser, 'closed');
  const cookie = browser.cookies.get('fireguard-external');
  expect(cookie?.attributes).toMatch(/httponly/i);
  expect(Buffer.from(cookie?.value ?? '', 'base64url').toString('latin1')).not.toContain('verifier');
});

test('only the table gives roles', () => {
  const settings = signInSection.parse({
    providers: [
      { id: 'x', name: 'X', issuer: 'https://x.example', clientId: 'x', roleClaim: 'groups', roles: { a: ['nurse'] } },
    ],
  }).providers[0]!;
  expect(mappedRoles({ groups: ['a', 'security-administrator', '__proto__', 'constructor', 7] }, settings)).toEqual(['nurse']);
  expect(mappedRoles({ groups: 'a', roles: ['physician'] }, settings)).toEqual(['nurse']);
  expect(mappedRoles({}, settings)).toEqual([]);
});

const ask = () => authorizeUrl(server, { scope: 'openid user/*.rs' }, VERIFIER, 's');

/** Presses the button; the address at the other provider. */
async function leave(browser: Browser, id: string): Promise<string> {
  const page = await browser.open(ask());
  const link = new RegExp(`href="(/interaction/[^"]+/external/${id})"`).exec(page.text)?.[1] ?? '';
  return (await browser.open(server.issuer + link)).url;
}

/** Signs in over there; the address back here. */
async function atOther(away: string, login: string): Promise<string> {
  const browser = newBrowser(other.issuer);
  let page = await browser.open(away);
  for (let at = 0; at < 4 && page.url.startsWith(other.issuer); at++)
    page = await browser.submit(page, '/interaction/', page.text.includes('name="login"') ? { login, password: 'x' } : {});
  return page.url;
}

async function through(id: string, login: string): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const browser = newBrowser(server.issuer);
  return { browser, page: await browser.open(await atOther(await leave(browser, id), login)) };
}

async function subject({
  browser,
  page,
}: {
  readonly browser: Browser;
  readonly page: Page;
}): Promise<Record<string, unknown>> {
  expect(page.text).toContain('/consent"');
  const done = await browser.submit(page, '/consent', { decision: 'allow' });
  const params = new URL(done.url).searchParams;
  const answer = await token(server, {
    grant_type: 'authorization_code',
    code: params.get('code') ?? '',
    redirect_uri: redirectUri,
    code_verifier: VERIFIER,
    client_id: 'growth-chart',
  });
  const { sub, acr, amr } = decodeJwt(String(answer.body['id_token']));
  return { sub, acr, amr };
}

/** Another organisation's provider, with its own development pages: whoever types a login is that subject. */
async function startOther(port: number): Promise<{ readonly issuer: string; readonly server: Server }> {
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: ['hospital-id', 'closed'].map((id) => ({
      client_id: id,
      client_secret: SECRET,
      redirect_uris: [`${server.issuer}/sign-in/external/${id}`],
    })),
    claims: { openid: ['sub', 'name', 'groups', 'email'] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        name: `Person ${sub}`,
        email: 'okafor@aldervale.example',
        groups: ['ward-7-doctors', 'physician', 'security-administrator'],
      }),
    }),
    cookies: { keys: ['a key of the other provider'] },
  });
  const listening = createServer(provider.callback());
  await new Promise<void>((resolve) => listening.listen(port, 'localhost', resolve));
  return { issuer, server: listening };
}
