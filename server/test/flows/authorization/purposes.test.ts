/** purposes of use at token time: asked for, allowed by roles, agreed to; on the token, in introspection and in the audit. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newBrowser } from './browser.ts';
import { type Issuer, startIssuer } from './harness.ts';
import { authorizeUrl, basic, clickThrough, launch, post, token, tokensFor } from './launch.ts';
import { withAssertion } from './service-token.ts';

const AR = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

const ask = (purpose_of_use: string) => ({
  request: { purpose_of_use },
  scope: 'openid launch/patient offline_access patient/*.rs',
});
const introspected = async (access: unknown) =>
  (await post(`${server.issuer}/introspect`, { token: String(access) }, basic())).body;

test.each([['TREAT'], [`${AR}|TREAT`], [`${AR}#TREAT`], ['urn:oid:2.16.840.1.113883.5.8#TREAT']])(
  'asked for as %s it is on the token, in every answer about it, and with the gateway',
  async (written) => {
    const { body } = await tokensFor(server, { ...ask(written), consent: { duration: 'stay' } });
    expect(body['purpose_of_use']).toEqual([`${AR}#TREAT`]);
    expect(await introspected(body['access_token'])).toMatchObject({ purpose_of_use: [`${AR}#TREAT`], roles: ['physician'] });
    expect(await server.tokens.resolve(String(body['access_token']))).toMatchObject({
      purposes: [{ system: AR, code: 'TREAT' }],
    });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']), client_id: 'growth-chart' };
    const refreshed = await token(server, refresh);
    expect(refreshed.body['purpose_of_use']).toEqual([`${AR}#TREAT`]);
    expect(server.records.at(-1)?.caller?.purposes).toEqual([{ system: AR, code: 'TREAT' }]);
  },
);

test('who asks for none has none', async () => {
  const { body } = await tokensFor(server);
  expect(body).not.toHaveProperty('purpose_of_use');
  expect(await introspected(body['access_token'])).not.toHaveProperty('purpose_of_use');
});

test.each(['CURIOSITY', 'http://elsewhere.example|TREAT', 'TREAT ETREAT HPAYMT HRESCH HOPERAT COC'])(
  'R-051 %j is refused with invalid_request',
  async (purpose) => {
    const { answer } = await launch(server, ask(purpose));
    expect([answer.get('error'), answer.get('code')]).toEqual(['invalid_request', null]);
  },
);

test.each(['BTG', `${AR}#BTG`, 'TREAT BTG'])(
  'an emergency is declared by breaking the glass, and by no role: %s',
  async (purpose) => {
    const { answer } = await launch(server, ask(purpose));
    expect([answer.get('error'), answer.get('code')]).toEqual(['access_denied', null]);
  },
);

test('only what the person’s roles allow can be agreed to, and nothing can be added by a form', async () => {
  const url = authorizeUrl(server, ask('TREAT HRESCH'), 'v'.repeat(43), 's');
  const browser = newBrowser(server.issuer);
  const offered = await (async () => {
    let page = await browser.open(url);
    page = await browser.submit(page, '/sign-in', { username: 'okafor', password: 'correct horse battery staple' });
    return browser.submit(page, '/patient', { patient: 'haruka' });
  })();
  expect(offered.text).toContain('What it may be used for');
  expect([...offered.text.matchAll(/name="purpose" type="checkbox" value="([A-Z]+)"/g)].map(([, code]) => code)).toEqual([
    'TREAT',
  ]);
  const { body } = await tokensFor(server, {
    ...ask('TREAT HRESCH'),
    consent: { purpose: ['TREAT', 'HRESCH', 'BTG', 'ETREAT'] },
  });
  expect(body['purpose_of_use']).toEqual([`${AR}#TREAT`]);
  // Unticked: none.
  const none = await tokensFor(server, { ...ask('TREAT'), consent: { purpose: undefined } });
  expect(none.body).not.toHaveProperty('purpose_of_use');
});

test('an app that names only what the person may not name is sent back', async () => {
  const { answer } = await launch(server, ask('HRESCH'));
  expect([answer.get('error'), answer.get('error_description')]).toEqual([
    'access_denied',
    'the person may not name any of these purposes of use',
  ]);
  expect(server.records.at(-1)).toMatchObject({ action: 'consent-refused', outcome: 'deny' });
});

test('what an EHR opens a record for counts as asked for, where the app says nothing', async () => {
  const prepare = await token(server, {
    grant_type: 'client_credentials',
    scope: '__launch',
    ...(await withAssertion('ehr', server.backendKey, server)),
  });
  const opened = await fetch(`${server.issuer}/launch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(prepare.body['access_token'])}`, 'content-type': 'application/json' },
    body: JSON.stringify({ client: 'growth-chart', user: 'okafor', patient: 'haruka', purposes: ['ETREAT', 'HRESCH'] }),
  });
  const { launch: handle } = (await opened.json()) as { readonly launch: string };
  const { body } = await tokensFor(server, { scope: 'launch patient/*.rs', request: { launch: handle } });
  expect(body['purpose_of_use']).toEqual([`${AR}#ETREAT`]);
});

test('a service names its purposes within its roles', async () => {
  const grant = async (purpose_of_use: string) =>
    token(server, {
      grant_type: 'client_credentials',
      scope: 'system/*.rs',
      purpose_of_use,
      ...(await withAssertion('nightly', server.backendKey, server)),
    });
  const { body } = await grant('HOPERAT');
  expect(body['purpose_of_use']).toEqual([`${AR}#HOPERAT`]);
  expect(await introspected(body['access_token'])).toMatchObject({
    purpose_of_use: [`${AR}#HOPERAT`],
    roles: ['backend-service'],
  });
  for (const wrong of ['TREAT', 'HOPERAT TREAT', 'CURIOSITY', 'BTG'])
    expect([wrong, (await grant(wrong)).body['error']]).toEqual([wrong, 'invalid_request']);
});

test('a person who has one purpose by role may name it, and no other', async () => {
  const own = { username: 'lindqvist' };
  expect((await tokensFor(server, { ...ask('PATRQT'), ...own })).body['purpose_of_use']).toEqual([`${AR}#PATRQT`]);
  const page = await clickThrough(newBrowser(server.issuer), authorizeUrl(server, ask('TREAT'), 'v'.repeat(43), 's'), own);
  expect(new URL(page.url).searchParams.get('error')).toBe('access_denied');
});
