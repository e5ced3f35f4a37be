/** The authorization request: what is refused, where the refusal goes, and what no form can do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formsOf, newBrowser } from './browser.ts';
import { type Issuer, PASSWORD, redirectUri, startIssuer } from './harness.ts';
import { authorizeUrl, basic, launch, token, tokensFor } from './launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

describe('refusals go back to the app with state', () => {
  test.each([
    ['R-097 without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['R-097 with plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['R-097 with a challenge but no method', { code_challenge_method: undefined }, 'invalid_request'],
    ['R-098 without aud', { aud: undefined }, 'invalid_request'],
    ['R-098 with a foreign aud', { aud: 'https://inferno.healthit.gov/invalid_aud' }, 'invalid_request'],
    ['R-098 with an aud that only begins like ours', { aud: 'SELF/' }, 'invalid_request'],
    ['R-098 with a right aud and a foreign resource', { resource: 'https://elsewhere.example/fhir' }, 'invalid_target'],
    ['R-101 when no scope can be granted', { scope: 'patient/Observation.dus system/*.rs' }, 'invalid_scope'],
    ['without any scope', { scope: undefined }, 'invalid_scope'],
    ['R-095 with the implicit flow', { response_type: 'token' }, 'invalid_request'],
    ['with an unknown EHR launch', { launch: 'xyz' }, 'invalid_request'],
    ['when nobody may be asked', { prompt: 'none' }, 'login_required'],
  ])('%s', async (_name, change, error) => {
    const request = Object.fromEntries(
      Object.entries(change).map(([key, value]) => [key, value?.replace('SELF', server.fhirBase)]),
    );
    const { answer, state } = await launch(server, { request });
    expect(answer.get('error')).toBe(error);
    expect(answer.get('state')).toBe(state);
    expect(answer.get('code')).toBeNull();
  });
});

test('R-103 an app that asks only for what cannot be checked is told which constraint it is', async () => {
  const { answer } = await launch(server, {
    scope: 'openid launch/patient patient/Observation.rs?code:in=http://example.org/vs patient/Observation.rs?patient.name=x',
  });
  expect([answer.get('error'), answer.get('error_description')]).toEqual([
    'invalid_scope',
    'this constraint cannot be checked here: patient/Observation.rs?code:in=http://example.org/vs',
  ]);
});

describe('R-095 never a redirect to an address that is not registered', () => {
  test.each([
    'http://127.0.0.1:9/callback/',
    'http://127.0.0.1:9/callback?x=1',
    'http://127.0.0.1:9/callback/../evil',
    'http://127.0.0.1:10/callback',
    'http://127.0.0.1:9/CALLBACK',
    'http://127.0.0.1:9/callback#x',
    'http://127.0.0.1:9@evil.example/callback',
    'http://evil.example/http://127.0.0.1:9/callback',
    'https://app.example.evil.example/cb',
    'javascript:alert(1)//127.0.0.1:9/callback',
    'http://127.0.0.1:9/callback%00',
    '',
  ])('%j', async (uri) => {
    const { page } = await launch(server, { request: { redirect_uri: uri } });
    expect(page.url.startsWith(server.issuer)).toBe(true);
    expect(page.status).toBe(400);
    expect(page.text).toContain('We cannot send you on');
    expect(page.text).toMatch(/<dd class="mono">[2-9A-Z]{4}-[2-9A-Z]{4}<\/dd>/);
    expect(page.headers.get('location')).toBeNull();
  });

  test('the page names the app that it is about, and says the time to the minute', async () => {
    const { page } = await launch(server, { request: { redirect_uri: 'http://evil.example/' } });
    expect(page.text).toContain('<h1>We cannot send you on to Growth Chart</h1>');
    expect(page.text).toMatch(/<time>\d+ \w+ \d{4}, \d\d:\d\d UTC<\/time>/);
    expect(page.text).not.toContain('evil.example');
  });

  test('an unknown app is a page too, and is not repeated in it', async () => {
    const { page } = await launch(server, { client: '"><script>alert(1)</script>' });
    expect(page.status).toBe(400);
    expect(page.text).toContain('not known to us');
    expect(page.text).not.toContain('<script');
  });
});

test('R-098 the authorization endpoint takes POST', async () => {
  const [url, body] = authorizeUrl(server, {}, 'v'.repeat(43), 'state-1').split('?');
  const response = await fetch(url ?? '', { method: 'POST', body: new URLSearchParams(body), redirect: 'manual' });
  expect(response.status).toBe(303);
  const page = await newBrowser(server.issuer).open(url ?? '', { method: 'POST', body: new URLSearchParams(body) });
  expect(page.text).toContain('name="password"');
});

test('RFC 8707 resource alone names the FHIR server as well', async () => {
  const { answer } = await launch(server, { request: { resource: server.fhirBase } });
  expect(answer.get('code')).not.toBeNull();
});

describe('R-095 authorization codes', () => {
  const exchange = (code: string, verifier: string) => ({
    grant_type: 'authorization_code',
    client_id: 'growth-chart',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });

  test.each([
    ['missing', undefined],
    ['blank', ''],
    ['wrong', 'w'.repeat(43)],
    ['too short', 'short'],
  ])('R-097 a %s verifier is refused', async (_name, verifier) => {
    const { answer } = await launch(server);
    const { code_verifier: _, ...rest } = exchange(answer.get('code') ?? '', '');
    const { status, body } = await token(server, { ...rest, ...(verifier === undefined ? {} : { code_verifier: verifier }) });
    expect(status).toBe(400);
    expect(body['error']).toMatch(/^invalid_(grant|request)$/);
    expect(body).not.toHaveProperty('access_token');
  });

  test('a code used twice is refused, and what it gave is dead at once', async () => {
    const { body, launched } = await tokensFor(server);
    const access = String(body['access_token']);
    expect(await server.tokens.resolve(access)).toBeDefined();
    const again = await token(server, exchange(launched.answer.get('code') ?? '', launched.verifier));
    expect([again.status, again.body['error']]).toEqual([400, 'invalid_grant']);
    expect(await server.tokens.resolve(access)).toBeUndefined();
  });

  test('of many who use a code at once, at most one gets a token, and it does not live', async () => {
    const { answer, verifier } = await launch(server);
    const all = await Promise.all(
      Array.from({ length: 12 }, () => token(server, exchange(answer.get('code') ?? '', verifier))),
    );
    const got = all.filter(({ status }) => status === 200);
    expect(got.length).toBeLessThanOrEqual(1);
    expect(all.filter(({ status }) => status >= 500)).toEqual([]);
    for (const { body } of got) expect(await server.tokens.resolve(String(body['access_token']))).toBeUndefined();
  });

  test('a code of one client is nothing to another, or to another address', async () => {
    const { answer, verifier } = await launch(server);
    const code = answer.get('code') ?? '';
    const stolen = await token(
      server,
      { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier },
      basic(),
    );
    expect([stolen.status, stolen.body['error']]).toEqual([400, 'invalid_grant']);
    const elsewhere = await token(server, { ...exchange(code, verifier), redirect_uri: 'https://app.example/cb' });
    expect([elsewhere.status, elsewhere.body['error']]).toEqual([400, 'invalid_grant']);
  });

  test('an unknown code is 400, whoever asks', async () => {
    expect((await token(server, exchange('nonsense', 'v'.repeat(43)))).status).toBe(400);
    expect((await token(server, { ...exchange('nonsense', 'v'.repeat(43)), client_id: 'nobody' })).status).toBe(401);
  });
});

describe('signing in', () => {
  const answerTo = async (username: string, password: string) => {
    const { page } = await launch(server, { username, password });
    return page;
  };

  test('R-048 unknown name, wrong password and disabled person read alike', async () => {
    const pages = await Promise.all([answerTo('nobody', 'x'), answerTo('clerk', 'x'), answerTo('gone', PASSWORD)]);
    const plain = pages.map(({ status, text }) => `${status} ${text.replace(/value="[^"]*"|interaction\/[^/"]+/g, '')}`);
    expect([plain[1], plain[2]]).toEqual([plain[0], plain[0]]);
    expect(pages[0]?.status).toBe(422);
    expect(pages[0]?.text).toContain('The username and password do not match');
  });

  test('R-048 guessing slows down; the page says until when and the others can still sign in', async () => {
    const browser = newBrowser(server.issuer);
    let page = await browser.open(authorizeUrl(server, {}, 'v'.repeat(43), 's'));
    for (let at = 0; at < 4; at++) page = await browser.submit(page, '/sign-in', { username: 'guessed', password: 'wrong' });
    expect(page.status).toBe(429);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(page.text).toContain('You can try again at');
    expect((await launch(server, { username: 'okafor' })).answer.get('code')).not.toBeNull();
  });

  test('what was typed as a name is kept and escaped, the password never', async () => {
    const page = await answerTo('"><b>ada', 'my secret password');
    expect(page.text).toContain('value="&quot;&gt;&lt;b&gt;ada"');
    expect(page.text).not.toContain('my secret password');
  });

  test('a form without its own token, with another step’s, or from another browser changes nothing', async () => {
    const [one, other] = [newBrowser(server.issuer), newBrowser(server.issuer)];
    const page = await one.open(authorizeUrl(server, {}, 'v'.repeat(43), 's'));
    const foreign = await other.open(authorizeUrl(server, {}, 'v'.repeat(43), 's'));
    const fields = { username: 'okafor', password: PASSWORD };
    const csrf = formsOf(foreign)[0]?.fields.find(([name]) => name === 'csrf')?.[1] ?? '';
    for (const stolen of [undefined, '', 'x', csrf]) {
      const answer = await one.submit(page, '/sign-in', { ...fields, csrf: stolen });
      expect([answer.status, answer.text.includes('This page has expired')]).toEqual([400, true]);
    }
    // The victim's browser has no cookie for the attacker's step.
    const action = formsOf(page)[0]?.action ?? '';
    const crossed = await other.open(server.issuer + action, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, csrf }),
    });
    expect(crossed.status).toBe(400);
    const signed = await one.open(server.issuer + action, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, csrf }),
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(signed.status).toBe(400);
  });

  test('cookies are HttpOnly, SameSite=Lax and signed', async () => {
    const browser = newBrowser(server.issuer);
    await browser.open(authorizeUrl(server, {}, 'v'.repeat(43), 's'));
    const names = [...browser.cookies.keys()];
    expect(names.filter((name) => !name.endsWith('.sig')).sort()).toEqual(['fireguard-resume', 'fireguard-step']);
    for (const [name, { attributes }] of browser.cookies) {
      expect(attributes, name).toMatch(/httponly/i);
      expect(attributes, name).toMatch(/samesite=lax/i);
    }
    for (const name of names.filter((one) => !one.endsWith('.sig'))) expect(names).toContain(`${name}.sig`);
  });

  test('R-160 every sign-in is recorded, without password and without a typed name that is none', async () => {
    const before = server.records.length;
    await answerTo('typed-my-password-here', 'hunter2');
    await launch(server);
    const kinds = server.records.slice(before).map(({ kind, outcome, action }) => `${kind} ${outcome} ${action}`);
    expect(kinds).toEqual(['sign-in deny password', 'sign-in permit password', 'consent-page permit consent-given']);
    expect(JSON.stringify(server.records)).not.toMatch(/typed-my-password-here|hunter2|correct horse/);
  });
});

describe('choosing a patient and consenting', () => {
  test('only a patient that the source shows can be chosen', async () => {
    const { page, answer } = await launch(server, { patient: 'somebody-else' });
    expect(page.status).toBe(422);
    expect(answer.size).toBe(0);
  });

  test('searching puts no name into an address', async () => {
    const browser = newBrowser(server.issuer);
    let page = await browser.open(authorizeUrl(server, {}, 'v'.repeat(43), 's'));
    page = await browser.submit(page, '/sign-in', { username: 'okafor', password: PASSWORD });
    const csrf = formsOf(page)[0]?.fields.find(([name]) => name === 'csrf')?.[1] ?? '';
    page = await browser.open(`${page.url}/patient/search`, {
      method: 'POST',
      body: new URLSearchParams({ csrf, q: 'saito' }),
    });
    expect(page.text).toContain('SAITO, Mei');
    expect(page.text).not.toContain('ITO, Haruka');
    expect(page.url).not.toContain('saito');
    expect(/<title>([^<]*)/.exec(page.text)?.[1]).not.toMatch(/ito/i);
  });

  test('a patient is not asked whom they are; a parent of two is', async () => {
    expect((await tokensFor(server, { username: 'lindqvist', scope: 'patient/*.rs' })).body).toMatchObject({ patient: 'mara' });
    const { page } = await launch(server, { username: 'parent', patient: 'nobody' });
    expect(page.text).toContain('ITO, Haruki');
    expect(page.text).not.toContain('SAITO');
  });

  test('R-105 a patient scope without launch/patient still has a patient', async () => {
    expect((await tokensFor(server, { scope: 'patient/Observation.rs' })).body).toMatchObject({
      patient: 'haruka',
      scope: 'patient/Observation.rs',
    });
  });

  test('a user scope needs no patient', async () => {
    const { body } = await tokensFor(server, { scope: 'openid fhirUser user/*.rs' });
    expect(body).not.toHaveProperty('patient');
  });

  test('what is unticked is not granted, and the answer says so', async () => {
    const scope = 'openid launch/patient patient/Observation.cruds patient/Condition.rs patient/MedicationRequest.rs';
    const { body } = await tokensFor(server, {
      scope,
      consent: { scope: ['patient/Observation.rs', 'patient/MedicationRequest.rs'] },
    });
    expect(body['scope']).toBe('openid launch/patient patient/Observation.rs patient/MedicationRequest.rs');
  });

  test('R-102 a form cannot add to what was asked', async () => {
    const { body } = await tokensFor(server, {
      scope: 'launch/patient patient/Condition.rs',
      consent: {
        scope: ['patient/*.cruds', 'system/*.cruds', 'patient/Condition.cruds', 'patient/Condition.rs', 'offline_access'],
      },
    });
    expect(body['scope']).toBe('launch/patient patient/Condition.rs');
  });

  test('granted version 1 scopes are answered as version 1', async () => {
    expect((await tokensFor(server, { scope: 'launch/patient patient/*.read' })).body['scope']).toBe(
      'launch/patient patient/*.read',
    );
  });

  test('a client gets no more than it is registered for', async () => {
    const { body } = await tokensFor(server, {
      client: 'narrow',
      scope: 'openid fhirUser launch/patient offline_access patient/*.cruds',
      consent: { duration: 'stay' },
    });
    expect(body['scope']).toBe('openid launch/patient patient/Observation.rs');
    expect(body).not.toHaveProperty('refresh_token');
  });

  test('fhirUser is not promised for a person who is no FHIR resource', async () => {
    expect((await tokensFor(server, { username: 'clerk', scope: 'openid fhirUser user/*.rs' })).body['scope']).toBe(
      'openid user/*.rs',
    );
  });

  test.each([
    ['declining', { consent: { decision: 'deny' } }],
    ['going back from the picker', { patient: '', request: {} }],
  ])('%s goes back to the app with access_denied', async (_name, asked) => {
    if ('patient' in asked) {
      const browser = newBrowser(server.issuer);
      let page = await browser.open(authorizeUrl(server, {}, 'v'.repeat(43), 's-9'));
      page = await browser.submit(page, '/sign-in', { username: 'okafor', password: PASSWORD });
      page = await browser.submit(page, '/patient', { decision: 'deny' });
      expect(new URL(page.url).searchParams.get('error')).toBe('access_denied');
      expect(new URL(page.url).searchParams.get('state')).toBe('s-9');
    } else expect((await launch(server, asked)).answer.get('error')).toBe('access_denied');
  });

  test('a second launch in the same browser asks again, without a password, and the first token lives on', async () => {
    const first = await launch(server);
    const second = await launch(server, { patient: 'haruki' }, first.browser);
    const exchange = (one: typeof first) =>
      token(server, {
        grant_type: 'authorization_code',
        client_id: 'growth-chart',
        code: one.answer.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: one.verifier,
      });
    const [one, other] = [await exchange(first), await exchange(second)];
    expect([one.body['patient'], other.body['patient']]).toEqual(['haruka', 'haruki']);
    expect((await server.tokens.resolve(String(one.body['access_token'])))?.patient).toBe('haruka');
  });

  test('another person on the same computer gets their own session', async () => {
    const first = await launch(server, { scope: 'openid user/*.rs' });
    let page = await first.browser.open(
      authorizeUrl(server, { scope: 'openid user/*.rs', request: { prompt: 'login' } }, 'v'.repeat(43), 's'),
    );
    page = await first.browser.submit(page, '/sign-in', { username: 'clerk', password: PASSWORD });
    expect(page.text).toContain('Bo Clerk');
    expect(page.text).not.toContain('Okafor');
  });
});
