/**
 * Clients written by others, unmodified: fhirclient in Node and in a real browser, openid-client, @medplum/core, fhir-kit-client; each does all that
 * its API offers: launch, read, search, refresh, revoke, log out, backend services. What they write is in writes.test.ts.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ClientStorage, MedplumClient, MemoryStorage } from '@medplum/core';
import { Client } from 'fhir-kit-client';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { signedJwt } from '../../../../conformance/smart/jwt.ts';
import { startBrowser } from '../../start-browser.ts';
import { newBrowser } from '../authorization/browser.ts';
import { type Place, scope, serveApp, startPlace } from './place.ts';

let place: Place;
beforeAll(async () => {
  place = await startPlace();
});
afterAll(() => place?.stop());

const callback = 'http://localhost:9/callback';
const onlineScope = scope.replace('offline', 'online');

/** A launch with openid-client, to its tokens. */
async function launched(
  kind: 'public' | 'symmetric',
  more: { readonly scope?: string; readonly protocol?: object } = {},
  browser = newBrowser(place.issuer),
) {
  const { id, secret } = await place.app(kind, callback, more);
  const authentication = kind === 'public' ? openid.None() : openid.ClientSecretBasic(secret);
  const config = await openid.discovery(new URL(place.issuer), id, undefined, authentication);
  const verifier = openid.randomPKCECodeVerifier();
  const [state, nonce] = [openid.randomState(), openid.randomNonce()];
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: callback,
    scope: more.scope ?? scope,
    state,
    nonce,
    aud: place.fhir,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const tokens = await openid.authorizationCodeGrant(config, new URL((await place.approve(url.href, undefined, browser)).url), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  return { config, tokens, id };
}

test('R-094 fhir-kit-client finds the endpoints, reads and searches, and is refused after the revocation', async () => {
  const kit = new Client({ baseUrl: place.fhir });
  const endpoints = await kit.smartAuthMetadata();
  expect(String(endpoints.authorizeUrl)).toBe(`${place.issuer}/authorize`);
  expect(String(endpoints.tokenUrl)).toBe(`${place.issuer}/token`);
  const capability = (await kit.capabilityStatement()) as { resourceType?: string };
  expect(capability.resourceType).toBe('CapabilityStatement');

  const { config, tokens } = await launched('symmetric');
  kit.bearerToken = tokens.access_token;
  const id = String(tokens['patient']);
  expect(await kit.read({ resourceType: 'Patient', id })).toMatchObject({ resourceType: 'Patient', id });
  const bundle = (await kit.search({ resourceType: 'Observation', searchParams: { patient: id, _count: 2 } })) as unknown as {
    readonly entry: readonly unknown[];
    readonly link: readonly { readonly relation: string }[];
  };
  expect(bundle.entry).toHaveLength(2);
  const next = (await kit.nextPage({ bundle: bundle as never })) as unknown as { readonly entry: readonly unknown[] };
  expect(next.entry.length).toBeGreaterThan(0);

  await openid.tokenRevocation(config, tokens.access_token);
  await expect(kit.read({ resourceType: 'Patient', id })).rejects.toMatchObject({ response: { status: 401 } });
});

test.each(['public', 'symmetric'] as const)(
  'R-094 openid-client over TLS: launch, userinfo, refresh, revocation (%s)',
  async (kind) => {
    const { config, tokens } = await launched(kind);
    const claims = tokens.claims();
    expect(claims?.['fhirUser']).toBe(`${place.fhir}/${place.person('family-physician').fhirUser}`);
    expect(await openid.fetchUserInfo(config, tokens.access_token, String(claims?.sub))).toMatchObject({ sub: claims?.sub });
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed['patient']).toBe(tokens['patient']);
    expect(refreshed.scope).toBe(tokens.scope);
    const read = (token: string) =>
      fetch(`${place.fhir}/Patient/${String(tokens['patient'])}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await read(refreshed.access_token)).status).toBe(200);
    await openid.tokenRevocation(config, refreshed.refresh_token ?? '');
    expect((await read(refreshed.access_token)).status).toBe(401);
    await expect(openid.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  },
);

test('R-094 openid-client logs out: the session is over, the app is told, the person is back at the app', async () => {
  const told: string[] = [];
  const app = await serveApp((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      told.push(`${request.method} ${request.url} ${body}`);
      response.end();
    });
  });
  try {
    const protocol = { backChannelLogoutUri: `${app.origin}/told`, postLogoutRedirectUris: [`${app.origin}/bye`] };
    const browser = newBrowser(place.issuer);
    const { config, tokens, id } = await launched('public', { protocol, scope: onlineScope }, browser);
    const url = openid.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: `${app.origin}/bye`,
      state: 'as-it-was',
    });
    const page = await browser.open(url.href);
    const done = await browser.submit(page, '/session/end/confirm', { logout: 'yes' });

    expect(done.url).toBe(`${app.origin}/bye?state=as-it-was`);
    // Back-Channel Logout 1.0 §2.5: told by then, in a token that the published keys verify.
    expect(told).toEqual([expect.stringMatching(/^POST \/told logout_token=/)]);
    const logout = String(new URLSearchParams(told[0]?.split(' ')[2]).get('logout_token'));
    const { payload } = await jwtVerify(logout, createRemoteJWKSet(new URL(`${place.issuer}/jwks`)), {
      issuer: place.issuer,
      audience: id,
      typ: 'logout+jwt',
    });
    expect(payload.sub).toBe(tokens.claims()?.sub);
    // The session ended, here and for what was to last as long as it.
    const again = await browser.open(`${place.issuer}/my-apps`);
    expect(again.text).toContain('name="password"');
    const read = await fetch(`${place.fhir}/Patient/${String(tokens['patient'])}`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(read.status).toBe(401);
    await expect(openid.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  } finally {
    app.close();
  }
});

function medplum(clientId: string): MedplumClient {
  return new MedplumClient({
    baseUrl: `${place.issuer}/`,
    fhirUrlPath: place.fhir,
    authorizeUrl: `${place.issuer}/authorize`,
    tokenUrl: `${place.issuer}/token`,
    logoutUrl: `${place.issuer}/session/end`,
    clientId,
    storage: new ClientStorage(new MemoryStorage()),
    extendedMode: false,
  } as ConstructorParameters<typeof MedplumClient>[0]);
}

// In a page of another origin it cannot be used here: it asks with cookies (`credentials: 'include'`), to which no API of ours says yes.
test('R-094 @medplum/core: launch with PKCE, read, search, refresh, sign out', async () => {
  const { id } = await place.app('public', callback);
  // It looks for WebCrypto in `window`, and would fall back to the plain method, which SMART forbids.
  vi.stubGlobal('window', globalThis);
  try {
    const client = medplum(id);
    const pkce = await client.startPkce();
    const asked = client.getExternalAuthRedirectUri(
      `${place.issuer}/authorize?${new URLSearchParams({ aud: place.fhir })}`,
      id,
      callback,
      { scope, ...pkce } as never,
    );
    const page = await place.approve(asked);
    await client.processCode(String(new URL(page.url).searchParams.get('code')), { clientId: id, redirectUri: callback });
    const before = client.getAccessToken();
    const [patient] = await client.searchResources('Patient');
    expect(await client.readResource('Patient', String(patient?.id))).toMatchObject({
      resourceType: 'Patient',
      id: patient?.id,
    });
    // As it does by itself when a token is about to end; its types call that private.
    await (client as unknown as { refresh(): Promise<unknown> }).refresh();
    expect(client.getAccessToken()).not.toBe(before);
    client.invalidateAll();
    expect((await client.searchResources('Observation', '_count=1')).length).toBe(1);
    const held = client.getAccessToken();
    const read = () => fetch(`${place.fhir}/Patient/${patient?.id}`, { headers: { authorization: `Bearer ${held}` } });
    expect((await read()).status).toBe(200);
    await client.signOut();
    expect(client.getAccessToken()).toBeUndefined();
    expect((await read()).status).toBe(401);
    // Neither again, nor by who has no token: only a token that lives ends what it came from.
    for (const authorization of [`Bearer ${held}`, 'Bearer nobodys', 'Basic YTpi'])
      expect((await fetch(`${place.issuer}/session/end`, { method: 'POST', headers: { authorization } })).status).toBe(401);
  } finally {
    vi.unstubAllGlobals();
  }
});

test('R-106 @medplum/core as a backend service proves itself by its own assertion login, and reads', async () => {
  const { id, keys } = place.clients.backend;
  const key = keys[0]!;
  const claims = {
    iss: id,
    sub: id,
    aud: `${place.issuer}/token`,
    exp: Math.floor(Date.now() / 1000) + 120,
    jti: randomUUID(),
  };
  const client = medplum(id);
  // Its login has no parameter for the scope: what it gets is what it is registered for (RFC 6749 §3.3).
  await client.startJwtAssertionLogin(signedJwt({ alg: key.alg, kid: key.kid, typ: 'JWT' }, claims, key));
  const [patient] = await client.searchResources('Patient', '_count=1');
  expect(await client.readResource('Patient', String(patient?.id))).toMatchObject({ id: patient?.id });
});

test('R-094 @medplum/core signs out: it forgets its tokens, and its page of ours asks the person', async () => {
  const { id } = await place.app('public', callback);
  const left: string[] = [];
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('location', { assign: (url: string) => left.push(url) });
  try {
    const client = medplum(id);
    client.signOutWithRedirect();
    expect(left).toEqual([`${place.issuer}/session/end`]);
    client.clear();
    expect(client.getAccessToken()).toBeUndefined();
  } finally {
    vi.unstubAllGlobals();
  }
  const browser = newBrowser(place.issuer);
  const { username, password } = place.person('family-physician');
  await browser.submit(await browser.open(`${place.issuer}/my-apps`), '/sign-in', { username, password });
  const done = await browser.submit(await browser.open(left[0] ?? ''), '/session/end/confirm', { logout: 'yes' });
  expect(done.text).toContain('You are signed out');
  expect((await browser.open(`${place.issuer}/my-apps`)).text).toContain('name="password"');
});

test('R-094 fhirclient in Node: authorize, ready, read, refresh', async () => {
  type Ready = {
    patient: { id: string; read(): Promise<{ id: string }> };
    state: { tokenResponse?: Record<string, unknown> };
    request(path: string): Promise<{ entry?: readonly unknown[] }>;
    refresh(): Promise<{ tokenResponse?: Record<string, unknown> }>;
  };
  const smart = createRequire(import.meta.url)('fhirclient') as (
    request: IncomingMessage,
    response: ServerResponse,
    storage: object,
  ) => { authorize(options: object): Promise<unknown>; ready(): Promise<Ready> };
  const kept = new Map<string, unknown>();
  const storage = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: unknown) => kept.set(key, value) && value,
    unset: async (key: string) => kept.delete(key),
  };
  let id = '';
  let outcome: Promise<readonly unknown[]> | undefined;
  const app = await serveApp((request, response) => {
    const tool = smart(request, response, storage);
    if (request.url === '/launch')
      return void tool.authorize({ iss: place.fhir, clientId: id, scope, redirectUri: '/callback', pkceMode: 'required' });
    outcome = tool.ready().then(async (client) => {
      const patient = await client.patient.read();
      const found = await client.request(`Observation?patient=${patient.id}&_count=1`);
      const before = client.state.tokenResponse?.['access_token'];
      const after = (await client.refresh()).tokenResponse?.['access_token'];
      return [
        patient.id === client.patient.id,
        found.entry?.length,
        before !== after,
        (await client.patient.read()).id === patient.id,
      ];
    });
    void outcome.catch(() => undefined).then(() => response.end('done'));
  });
  try {
    id = (await place.app('public', `${app.origin}/callback`)).id;
    const start = await fetch(`${app.origin}/launch`, { redirect: 'manual' });
    await fetch((await place.approve(start.headers.get('location') ?? '')).url);
    expect(await outcome).toEqual([true, 1, true, true]);
  } finally {
    app.close();
  }
});

const library = readFileSync(
  path.join(path.dirname(createRequire(import.meta.url).resolve('fhirclient/package.json')), 'build/fhir-client.min.js'),
);

/** What an app's developer writes, and no more. */
const appPage = (clientId: string) => `<!doctype html><meta charset="utf-8"><title>app</title><h1>app</h1><pre id="out"></pre>
<script src="/fhir-client.js"></script>
<script>
  const say = (value) => { document.getElementById('out').textContent = JSON.stringify(value); };
  FHIR.oauth2.init({ iss: ${JSON.stringify(place.fhir)}, clientId: ${JSON.stringify(clientId)}, scope: ${JSON.stringify(scope)},
    redirectUri: '/app', pkceMode: 'required' })
    .then(async (client) => {
      const patient = await client.patient.read();
      const found = await client.request('Observation?patient=' + patient.id + '&_count=1');
      const user = await client.user.read();
      const before = client.state.tokenResponse.access_token;
      await client.refresh();
      const again = await client.patient.read();
      const refused = await client.request('Patient/nobody-has-this-id').catch((error) => String(error.message));
      say({ patient: patient.id === client.patient.id && again.id === patient.id, found: found.entry.length, user: user.resourceType,
        renewed: before !== client.state.tokenResponse.access_token, refused });
    })
    .catch((error) => say({ error: String(error) }));
</script>`;

test('R-094 R-041 fhirclient in Chromium: launch, read, search, own user, refresh, a readable refusal', async (context) => {
  const browser = await startBrowser();
  if (browser === undefined) return context.skip('no Chromium starts here');
  const app = await serveApp((request, response) => {
    const isLibrary = request.url === '/fhir-client.js';
    response
      .setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html')
      .end(isLibrary ? library : appPage(clientId));
  });
  const clientId = (await place.app('public', `${app.origin}/app`)).id;
  try {
    await inTheBrowser(browser, app.origin);
  } finally {
    app.close();
    await browser.close();
  }
});

async function inTheBrowser(browser: Browser, origin: string): Promise<void> {
  const tab = await browser.newPage({ ignoreHTTPSErrors: true });
  await tab.goto(`${origin}/app`);
  const { username, password } = place.person('family-physician');
  await tab.fill('input[name=username]', username);
  await tab.fill('input[name=password]', password);
  await tab.click('form[action$="/sign-in"] button');
  await tab.locator('button[name=patient]').first().click();
  await tab.locator('input[name=duration][value=stay]').check({ force: true });
  await tab.click('button[name=decision][value=allow]');
  await tab.waitForFunction(() => (document.getElementById('out')?.textContent ?? '') !== '', undefined, { timeout: 20_000 });
  const said = JSON.parse((await tab.textContent('#out')) ?? '{}') as Record<string, unknown>;
  expect(said).toMatchObject({ patient: true, found: 1, user: 'Practitioner', renewed: true });
  expect(said['refused']).toMatch(/404|not found/i);
}
