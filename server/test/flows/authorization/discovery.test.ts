/** What the server says of itself, and to which origins. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Issuer, startIssuer } from './harness.ts';
import { token } from './launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

const json = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(server.issuer + path, { headers });
  return { response, body: (await response.json()) as Record<string, unknown> };
};

test('R-096 the SMART configuration names what is served, all of it absolute', async () => {
  const smart = server.server.smartConfiguration();
  expect(smart['code_challenge_methods_supported']).toEqual(['S256']);
  expect(smart['grant_types_supported']).toEqual(expect.arrayContaining(['authorization_code', 'client_credentials']));
  expect(smart['capabilities']).toEqual(
    expect.arrayContaining([
      'launch-standalone',
      'authorize-post',
      'client-public',
      'client-confidential-symmetric',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-standalone-patient',
      'permission-patient',
      'permission-user',
      'permission-offline',
      'permission-v1',
      'permission-v2',
    ]),
  );
  expect(smart['capabilities']).not.toContain('smart-app-state');
  const { body: oidc } = await json('/.well-known/openid-configuration');
  expect(smart['issuer']).toBe(oidc['issuer']);
  for (const endpoint of [
    'authorization_endpoint',
    'token_endpoint',
    'introspection_endpoint',
    'revocation_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
  ])
    expect([endpoint, smart[endpoint]]).toEqual([endpoint, oidc[endpoint]]);
  expect(oidc).toMatchObject({
    id_token_signing_alg_values_supported: ['EdDSA', 'ES256', 'PS256', 'RS256'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
  });
  expect((await json('/.well-known/oauth-authorization-server')).body).toEqual(oidc);
});

test('RFC 9728 protected resource metadata names issuer and resource', () => {
  expect(server.server.protectedResourceMetadata()).toMatchObject({
    resource: server.fhirBase,
    authorization_servers: [server.issuer],
  });
});

test('R-036 addresses come from configuration, whatever Host and X-Forwarded-* say', async () => {
  const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' };
  const { body } = await json('/.well-known/openid-configuration', headers);
  expect(JSON.stringify(body)).not.toContain('evil.example');
  expect(body['token_endpoint']).toBe(`${server.issuer}/token`);
});

describe('cross-origin', () => {
  const origin = 'https://app.example';
  const preflight = (path: string, from: string) =>
    fetch(server.issuer + path, {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });

  test('R-041 discovery is for any origin', async () => {
    for (const path of ['/.well-known/openid-configuration', '/jwks']) {
      const { response } = await json(path, { origin: 'https://anybody.example' });
      expect(['*', 'https://anybody.example']).toContain(response.headers.get('access-control-allow-origin'));
    }
  });

  test.each(['/token', '/introspect', '/revoke', '/userinfo'])(
    'R-041 R-042 %s is for registered origins only, never null',
    async (path) => {
      expect((await preflight(path, origin)).headers.get('access-control-allow-origin')).toBe(origin);
      for (const stranger of [
        'https://evil.example',
        'null',
        'https://app.example.evil.example',
        'http://app.example',
        'https://APP.example:444',
      ]) {
        expect((await preflight(path, stranger)).headers.get('access-control-allow-origin'), stranger).toBeNull();
        const response = await fetch(server.issuer + path, {
          method: 'POST',
          headers: { origin: stranger },
          body: new URLSearchParams({ grant_type: 'x' }),
        });
        expect(response.headers.get('access-control-allow-origin'), stranger).toBeNull();
      }
      expect((await preflight(path, origin)).headers.get('access-control-allow-credentials')).toBeNull();
    },
  );

  test('errors of the token endpoint can be read by a registered page, before and after the client is known', async () => {
    for (const params of [
      { grant_type: 'nonsense' },
      {
        grant_type: 'authorization_code',
        code: 'x',
        client_id: 'growth-chart',
        redirect_uri: 'https://app.example/cb',
        code_verifier: 'v'.repeat(43),
      },
    ] as Record<string, string>[]) {
      const { status, headers } = await token(server, params, { origin });
      expect(status).toBe(400);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
    }
    const other = await token(server, { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'narrow' }, { origin });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('pages forbid scripts, frames and caches, and know no other origin', async () => {
  const response = await fetch(`${server.issuer}/sign-out`);
  expect(response.headers.get('content-security-policy')).toBe(
    "default-src 'none'; style-src 'self'; script-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  );
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('x-powered-by')).toBeNull();
});

test('the stylesheet is ours and small', async () => {
  const response = await fetch(`${server.issuer}/fireguard.css`);
  const css = await response.text();
  expect(response.headers.get('content-type')).toContain('text/css');
  expect(css.length).toBeLessThan(32_000);
  expect(css).not.toMatch(/url\(|@import|https?:/);
});

test.each(['/reg', '/device', '/request', '/challenge', '/me'])('what is not served is not there: %s', async (path) => {
  for (const method of ['GET', 'POST']) expect((await fetch(server.issuer + path, { method })).status).toBe(404);
});
