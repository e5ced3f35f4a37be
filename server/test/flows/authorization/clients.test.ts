/** Clients written by others, unmodified, complete their flows. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testCertificates } from '../../../../demo/src/start/test-ca.ts';
import { newBrowser } from './browser.ts';
import { freePort, type Issuer, type KeyPair, redirectUri, SECRET, startIssuer } from './harness.ts';
import { clickThrough } from './launch.ts';

const stay = { consent: { duration: 'stay' } };
const scope = 'openid fhirUser launch/patient offline_access patient/*.rs';

async function cryptoKey({ privateJwk }: KeyPair): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', privateJwk as JsonWebKey, { name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign']);
}

describe('openid-client', () => {
  let server: Issuer;
  beforeAll(async () => {
    server = await startIssuer();
  });
  afterAll(() => server?.close());

  test.each([
    ['public', 'growth-chart', async () => openid.None()],
    ['symmetric', 'portal', async () => openid.ClientSecretBasic(SECRET)],
    ['asymmetric', 'registry', async () => openid.PrivateKeyJwt({ key: await cryptoKey(server.appKey), kid: 'app-1' })],
  ])('R-094 %s app: code, refresh, revocation', async (_kind, id, authentication) => {
    const config = await openid.discovery(new URL(server.issuer), id, undefined, await authentication(), {
      execute: [openid.allowInsecureRequests],
    });
    const verifier = openid.randomPKCECodeVerifier();
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      state,
      nonce,
      aud: server.fhirBase,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const page = await clickThrough(newBrowser(server.issuer), url.href, stay);
    const tokens = await openid.authorizationCodeGrant(config, new URL(page.url), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    expect(tokens['patient']).toBe('haruka');
    expect(tokens.claims()?.['fhirUser']).toBe(`${server.fhirBase}/Practitioner/okafor`);
    expect(await openid.fetchUserInfo(config, tokens.access_token, 'person-okafor')).toMatchObject({ sub: 'person-okafor' });
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed['patient']).toBe('haruka');
    if (id !== 'growth-chart')
      expect(await openid.tokenIntrospection(config, refreshed.access_token)).toMatchObject({
        active: true,
        patient: 'haruka',
      });
    await openid.tokenRevocation(config, refreshed.access_token);
    expect(await server.tokens.resolve(refreshed.access_token)).toBeUndefined();
  });

  test('R-106 backend service: client_credentials with private_key_jwt', async () => {
    const key = await cryptoKey(server.backendKey);
    const config = await openid.discovery(
      new URL(server.issuer),
      'nightly',
      undefined,
      openid.PrivateKeyJwt({ key, kid: 'backend-1' }),
      { execute: [openid.allowInsecureRequests] },
    );
    const tokens = await openid.clientCredentialsGrant(config, { scope: 'system/*.rs __introspect' });
    expect(tokens.expires_in).toBe(300);
    // a bearer token with the scope for it may introspect any token, its own too.
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const answer = await fetch(`${server.issuer}/introspect`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ token: tokens.access_token }),
    });
    expect(await answer.json()).toMatchObject({ active: true, client_id: 'nightly', scope: 'system/*.rs __introspect' });
  });
});

describe('oauth4webapi over TLS', () => {
  let server: Issuer;
  let send: typeof fetch;
  const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-tls-'));
  beforeAll(async () => {
    const files = await testCertificates(folder, Date.now());
    server = await startIssuer({
      tls: { key: readFileSync(files.keyFile, 'utf8'), cert: readFileSync(files.certificateFile, 'utf8') },
    });
    const dispatcher = new Agent({ connect: { ca: files.ca } });
    send = ((input: string | URL, init?: object) => undiciFetch(input, { ...init, dispatcher })) as unknown as typeof fetch;
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  test('R-094 public app, strict on issuer, state, nonce and id_token', async () => {
    const options = { [oauth.customFetch]: send as never };
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
    const client: oauth.Client = { client_id: 'growth-chart' };
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const url = new URL(as.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state,
      nonce,
      aud: server.fhirBase,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const browser = newBrowser(server.issuer, send);
    const page = await clickThrough(browser, url.href, stay);
    expect(as.authorization_response_iss_parameter_supported).toBe(true);
    const answer = oauth.validateAuthResponse(as, client, new URL(page.url), state);
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      answer,
      redirectUri,
      verifier,
      options,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    expect(tokens['patient']).toBe('haruka');
    const refreshed = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, oauth.None(), tokens.refresh_token ?? '', options),
    );
    expect(refreshed.scope).toBe(tokens.scope);
    // Under TLS the session's cookie never leaves it.
    const session = browser.cookies.get('__Secure-fireguard-session');
    expect(session?.attributes).toMatch(/secure/i);
    const signIn = await send(`${server.issuer}/sign-out`);
    expect(signIn.headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
  });

  test('R-106 backend service', async () => {
    const options = { [oauth.customFetch]: send as never };
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
    const client: oauth.Client = { client_id: 'nightly' };
    const key = { key: await cryptoKey(server.backendKey), kid: 'backend-1' };
    const response = await oauth.clientCredentialsGrantRequest(
      as,
      client,
      oauth.PrivateKeyJwt(key),
      { scope: 'system/*.rs' },
      options,
    );
    expect((await oauth.processClientCredentialsResponse(as, client, response)).scope).toBe('system/*.rs');
  });
});

describe('fhirclient in Node', () => {
  let server: Issuer;
  beforeAll(async () => {
    server = await startIssuer();
  });
  afterAll(() => server?.close());

  test('R-094 authorize, ready, refresh (without a client_id), with PKCE required', async () => {
    const smart = createRequire(import.meta.url)('fhirclient') as (
      request: IncomingMessage,
      response: ServerResponse,
      storage: object,
    ) => {
      authorize(options: object): Promise<unknown>;
      ready(): Promise<{
        patient: { id: string };
        state: { tokenResponse?: Record<string, unknown> };
        refresh(): Promise<{ tokenResponse?: Record<string, unknown> }>;
      }>;
    };
    const kept = new Map<string, unknown>();
    const storage = {
      get: async (key: string) => kept.get(key),
      set: async (key: string, value: unknown) => kept.set(key, value) && value,
      unset: async (key: string) => kept.delete(key),
    };
    const port = await freePort();
    const home = `http://127.0.0.1:${port}/callback`;
    await server.storage.db
      .updateTable('client')
      .set({ redirect_uris: [home] })
      .where('id', '=', 'growth-chart')
      .execute();
    let outcome: Promise<{ patient: string; tokens: Record<string, unknown>; refreshed: Record<string, unknown> }> | undefined;
    const app = createServer(async (request, response) => {
      if (request.url === '/launch')
        return void (await smart(request, response, storage).authorize({
          iss: server.fhirBase,
          clientId: 'growth-chart',
          scope,
          redirectUri: '/callback',
          pkceMode: 'required',
        }));
      outcome = smart(request, response, storage)
        .ready()
        .then(async (client) => {
          const tokens = { ...client.state.tokenResponse };
          const state = await client.refresh();
          return { patient: client.patient.id, tokens, refreshed: { ...state.tokenResponse } };
        });
      await outcome.catch(() => undefined);
      response.end('done');
    });
    await new Promise<void>((resolve) => app.listen(port, '127.0.0.1', resolve));
    try {
      const start = await fetch(`http://127.0.0.1:${port}/launch`, { redirect: 'manual' });
      const page = await clickThrough(newBrowser(server.issuer), start.headers.get('location') ?? '', stay);
      await fetch(page.url);
      const result = await outcome;
      expect(result?.patient).toBe('haruka');
      expect(result?.tokens['scope']).toContain('offline_access');
      expect(result?.refreshed['access_token']).not.toBe(result?.tokens['access_token']);
      expect(await server.tokens.resolve(String(result?.refreshed['access_token']))).toMatchObject({ patient: 'haruka' });
    } finally {
      app.close();
    }
  });
});
