/**
 * RFC 9470 from one end to the other: policy asks for a surer sign-in, the API says so, the app asks the person again with what it was told, the
 * person proves themselves twice, and the same request is answered.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { totpCode } from '../../../src/authorization-server/factors/totp.ts';
import { type House, house } from '../admin/house.ts';
import { type Browser, newBrowser, type Page } from '../authorization/browser.ts';

const back = 'https://app.example/back';
const password = 'correct horse battery';
const verifier = 'v'.repeat(43);
const scope = 'openid user/*.rs offline_access';
const policies = {
  policySet: 'sure',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'physicians-who-are-sure',
      description: 'Physicians who signed in with a second factor within five minutes read everything.',
      effect: 'permit',
      caller: { roles: ['physician'] },
      environment: { assurance: { acr: ['aal2'], maxAge: 300 } },
      interactions: ['read', 'search'],
      resources: { categories: ['patient'] },
    },
  ],
};

let it: House;
let browser: Browser;
beforeAll(async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-house-'));
  const file = path.join(home, 'policies.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(policies));
  it = await house(home, { policies: { files: [file] } });
  const client = { id: 'ward-app', name: 'Ward app', kind: 'public', redirectUris: [back], scope };
  expect((await it.call('POST', '/admin/clients', client)).status).toBe(201);
  const doctor = { username: 'doc', name: 'Dr Adebayo', roles: ['physician'], fhirUser: 'Practitioner/doc', password };
  expect((await it.call('POST', '/admin/people', doctor)).status).toBe(201);
  browser = newBrowser(it.issuer);
}, 120_000);
afterAll(() => it?.close());

function authorize(more: Readonly<Record<string, string>>): string {
  return `${it.issuer}/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'ward-app',
    redirect_uri: back,
    scope,
    state: 's',
    aud: it.fhir,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })}`;
}

async function tokens(page: Page): Promise<{ readonly access_token: string; readonly refresh_token: string }> {
  const done = await browser.submit(page, '/consent', { decision: 'allow', duration: 'stay' });
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: new URL(done.url).searchParams.get('code') ?? '',
    redirect_uri: back,
    code_verifier: verifier,
    client_id: 'ward-app',
  });
  return (await (await fetch(`${it.issuer}/token`, { method: 'POST', body })).json()) as never;
}

const read = (token: string) => fetch(`${it.fhir}/Patient/mine`, { headers: { authorization: `Bearer ${token}` } });

/** What an app makes of the challenge: the parameters of its next authorization request. */
function asked(challenge: string): Readonly<Record<string, string>> {
  const value = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  expect(value('error')).toBe('insufficient_user_authentication');
  return { acr_values: value('acr_values'), max_age: value('max_age') };
}

function secretOf(page: Page): Buffer {
  const text = (/class="mono secret">([A-Z2-7 ]+)</.exec(page.text)?.[1] ?? '').replaceAll(' ', '');
  const bits = [...text].map((one) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

test('R-049 the second factor is asked for when policy needs it, and what was refused is answered', async () => {
  const first = await browser.submit(await browser.open(authorize({})), '/sign-in', { username: 'doc', password });
  const weak = await tokens(first);
  const refused = await read(weak.access_token);
  expect(refused.status).toBe(401);
  const wanted = asked(refused.headers.get('www-authenticate') ?? '');
  expect(wanted).toEqual({ acr_values: 'aal2', max_age: '300' });
  const denied = (await it.records()).find(({ outcome, action }) => outcome === 'deny' && action === 'read');
  expect(denied).toMatchObject({ rules: ['physicians-who-are-sure'] });

  // Signed in by password alone, a session sets up nothing: the password comes first, then the second step.
  let page = await browser.open(authorize(wanted));
  expect(page.text).toContain('name="password"');
  page = await browser.submit(page, '/sign-in', { username: 'doc', password });
  expect(page.text).toContain('Set up a second step');
  const app = await browser.open(`${page.url}?way=app`);
  const secret = secretOf(app);
  const codes = await browser.submit(app, '/enrol-app', { code: totpCode(secret, Math.floor(Date.now() / 30_000)) });
  const strong = await tokens(await browser.submit(codes, '/enrolled'));
  expect((await read(strong.access_token)).status).toBe(200);

  // A refresh renews the token, not the sign-in, and the weak token stays weak.
  const body = { grant_type: 'refresh_token', refresh_token: weak.refresh_token, client_id: 'ward-app' };
  const renewed = (await (await fetch(`${it.issuer}/token`, { method: 'POST', body: new URLSearchParams(body) })).json()) as {
    readonly access_token: string;
  };
  expect([(await read(renewed.access_token)).status, (await read(weak.access_token)).status]).toEqual([401, 401]);

  // In the session that is sure by now the person is asked for nothing but consent.
  const again = await browser.open(authorize(wanted));
  expect(again.text).toContain('/consent"');
  expect((await read((await tokens(again)).access_token)).status).toBe(200);
}, 60_000);

test('R-049 an app that may not ask is told so, and gets no token that would be too weak', async () => {
  const other = newBrowser(it.issuer);
  const silent = await other.open(authorize({ acr_values: 'aal2', prompt: 'none' }));
  expect(new URL(silent.url).searchParams.get('error')).toBe('login_required');
});
