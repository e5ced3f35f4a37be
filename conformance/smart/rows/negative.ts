/** (g)(10) 1.9.10, 9.3, 9.4, 9.17, 9.18 and RFC 6749 §4.1.2.1, §4.1.3: launches and exchanges that must not work, for each kind of app. Over 400 lines: one list of rows, read top to bottom. */
import { createHash } from 'node:crypto';
import { mending, openRedirect, withoutPkce } from '../../mutants/mend-requests.ts';
import { answering, anythingGoes, redirectWith } from '../../mutants/spoil-answers.ts';
import { type Kind, OTHER_REDIRECT, REDIRECT } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { ASSERTION_TYPE, basic, grantedBy, type Launched, type Site } from '../site.ts';
import { apps, forEach } from './launch.ts';
import { isRefused } from './refused.ts';

/** Sent back to the app, with the error, the state and without a code. */
function isSentBack({ answer, state, url }: Launched, errors: readonly string[]): void {
  hold(!answer.has('code'), 'a code');
  hold(errors.includes(answer.get('error') ?? ''), `${answer.get('error')} at ${url}`);
  equal(answer.get('state'), state, 'state');
}

/** Not sent anywhere: the address itself is in doubt. */
function isToldHere(site: Site, { url, status }: Launched): void {
  hold(url.startsWith(`${site.issuer}/`) && status >= 400 && status < 500, `${status} ${url}`);
}

const verifiers: readonly (readonly [string, (launched: Launched) => string | undefined])[] = [
  ['missing', () => undefined],
  ['blank', () => ''],
  ['wrong', () => 'A'.repeat(64)],
  ['equal to the challenge', ({ verifier }) => createHash('sha256').update(verifier).digest('base64url')],
];

/** Changes of the authorization request, and what must come of it. */
const requests: readonly (readonly [
  id: string,
  says: string,
  change: Readonly<Record<string, string | undefined>>,
  errors: readonly string[],
  mutant: Row['mutant'],
])[] = [
  [
    'g10-9.4',
    'aud is another server',
    { aud: 'https://inferno.healthit.gov/invalid_aud' },
    ['invalid_request', 'invalid_target'],
    mendAuthorize('aud not compared', (params, site) => params.set('aud', site.fhir)),
  ],
  [
    'smart-2.01',
    'aud is missing',
    { aud: undefined },
    ['invalid_request', 'invalid_target'],
    mendAuthorize('aud not demanded', (params, site) => params.set('aud', site.fhir)),
  ],
  [
    'smart-2.02',
    'aud is a prefix of the base',
    { aud: 'https://127.0.0.1' },
    ['invalid_request', 'invalid_target'],
    mendAuthorize('aud not compared', (params, site) => params.set('aud', site.fhir)),
  ],
  [
    'smart-2.03',
    'code_challenge is missing',
    { code_challenge: undefined, code_challenge_method: undefined },
    ['invalid_request'],
    withoutPkce,
  ],
  ['smart-2.04', 'code_challenge_method is plain', { code_challenge_method: 'plain' }, ['invalid_request'], withoutPkce],
  ['smart-2.05', 'code_challenge_method is missing', { code_challenge_method: undefined }, ['invalid_request'], withoutPkce],
  ['smart-2.06', 'code_challenge is too short', { code_challenge: 'short' }, ['invalid_request'], withoutPkce],
  [
    'smart-2.07',
    'response_type is token',
    { response_type: 'token' },
    ['unsupported_response_type', 'unauthorized_client', 'invalid_request'],
    mendAuthorize('response_type not read', (params) => params.set('response_type', 'code')),
  ],
  [
    'smart-2.08',
    'response_type is missing',
    { response_type: undefined },
    ['invalid_request'],
    mendAuthorize('response_type not demanded', (params) => params.set('response_type', 'code')),
  ],
  [
    'smart-2.09',
    'no scope can be granted',
    { scope: 'system/*.rs' },
    ['invalid_scope'],
    mendAuthorize('scope not looked at', (params) => params.set('scope', 'openid')),
  ],
  [
    'smart-2.10',
    'launch is a handle that nobody gave out',
    { launch: 'invented', scope: 'launch patient/*.rs' },
    ['invalid_request'],
    mendAuthorize('launch not looked up', (params) => {
      params.delete('launch');
      params.set('scope', 'launch/patient patient/*.rs');
    }),
  ],
  [
    'smart-2.11',
    'prompt=none and nobody is signed in',
    { prompt: 'none' },
    ['login_required', 'interaction_required'],
    mendAuthorize('prompt ignored', (params) => params.delete('prompt')),
  ],
];

function mendAuthorize(name: string, mend: (params: URLSearchParams, site: { readonly fhir: string }) => void): Row['mutant'] {
  return (site) =>
    mending(name, '/authorize', (params) => {
      if (params.has('client_id')) mend(params, site);
    })();
}

const addresses: readonly (readonly [says: string, address: string | undefined])[] = [
  ['another host', 'https://evil.example.test/callback'],
  ['a path below', `${REDIRECT}/more`],
  ['a longer name', `${REDIRECT}2`],
  ['another query', `${REDIRECT}?x=1`],
  ['a fragment', `${REDIRECT}#x`],
  ['another port', REDIRECT.replace('.test', '.test:8443')],
  ['plain http', REDIRECT.replace('https:', 'http:')],
  ['user information', REDIRECT.replace('https://', 'https://evil.example.test@')],
  ['other letters', REDIRECT.replace('/callback', '/CALLBACK')],
  ['an encoded letter', REDIRECT.replace('/callback', '/%63allback')],
  ['a dot segment', REDIRECT.replace('/callback', '/x/../callback')],
  ['a backslash', REDIRECT.replace('.test/', '.test\\@evil.example.test/')],
  ['javascript:', 'javascript:alert(1)'],
  ['nothing', undefined],
];

export const negative: readonly Row[] = [
  ...requests.flatMap(([id, says, request, errors, mutant]) =>
    forEach(
      apps,
      id,
      `authorize refused, sent back with state: ${says}`,
      async (site, kind) => isSentBack(await site.launch(kind, { request }), errors),
      mutant,
    ),
  ),
  ...addresses.map(
    ([says, redirect_uri], at): Row => ({
      id: `smart-2.${at + 30}`,
      says: `redirect_uri is not the registered one (${says}): a page, no redirect`,
      run: async (site) => isToldHere(site, await site.launch('public', { request: { redirect_uri } })),
      mutant: openRedirect(REDIRECT),
    }),
  ),
  {
    id: 'smart-2.12',
    says: 'an unknown client is told on a page, no redirect',
    run: async (site) => isToldHere(site, await site.launch('public', { request: { client_id: 'nobody' } })),
    mutant: mending('unknown clients taken', '/authorize', (params) => {
      if (params.has('client_id')) params.set('client_id', 'conformance-public');
    }),
  },
  ...forEach(
    apps,
    'smart-2.13',
    'the person says no: access_denied, with state',
    async (site, kind) => isSentBack(await site.launch(kind, { consent: { decision: 'deny' } }), ['access_denied']),
    redirectWith('code', 'given-anyway'),
  ),
  ...verifiers.flatMap(([says, verifier], at) =>
    forEach(
      apps,
      `g10-9.18.${at + 1}`,
      `code_verifier ${says}: 400 or 401`,
      async (site, kind) => {
        const launched = await site.launch(kind);
        isRefused(
          await site.exchange(kind, launched, { code_verifier: verifier(launched) }),
          [400, 401],
          ['invalid_grant', 'invalid_request'],
        );
      },
      withoutPkce,
    ),
  ),
  ...forEach(
    apps,
    'g10-9.17.1',
    'an unknown code is exactly 400',
    async (site, kind) =>
      isRefused(
        await site.token(kind, {
          grant_type: 'authorization_code',
          code: 'BAD_CODE',
          redirect_uri: REDIRECT,
          code_verifier: 'A'.repeat(64),
        }),
        [400],
        ['invalid_grant'],
      ),
    answering('/token', 401),
  ),
  {
    id: 'g10-9.17.2',
    says: 'the right code by an unknown client is 400 or 401',
    async run(site) {
      const { answer, verifier } = await site.launch('symmetric');
      const form = {
        grant_type: 'authorization_code',
        code: answer.get('code') ?? '',
        redirect_uri: REDIRECT,
        code_verifier: verifier,
      };
      isRefused(
        await site.send(`${site.issuer}/token`, { form, headers: basic('BAD_CLIENT_ID', 'x') }),
        [400, 401],
        ['invalid_client'],
      );
    },
    mutant: anythingGoes('clients'),
  },
  ...forEach(
    apps,
    'smart-2.14',
    'a code used twice is refused, and the token of the first use is dead',
    async (site, kind) => {
      const launched = await site.launch(kind);
      const { access, body } = grantedBy(await site.exchange(kind, launched));
      isRefused(await site.exchange(kind, launched), [400], ['invalid_grant']);
      equal((await site.read(`Patient/${String(body['patient'])}`, access)).status, 401, 'status with the first token');
    },
    anythingGoes('reuse of codes'),
  ),
  ...forEach(
    apps,
    'smart-2.15',
    'a code of one client is nothing to another',
    async (site, kind) => {
      const other: Kind = kind === 'symmetric' ? 'asymmetric' : 'symmetric';
      isRefused(await site.exchange(other, await site.launch(kind)), [400], ['invalid_grant']);
    },
    anythingGoes('the client of a code'),
  ),
  ...forEach(
    apps,
    'smart-2.16',
    'another redirect_uri at the token endpoint is refused',
    async (site, kind) => {
      for (const redirect_uri of [OTHER_REDIRECT, `${REDIRECT}/`, undefined])
        isRefused(
          await site.exchange(kind, await site.launch(kind), { redirect_uri }),
          [400],
          ['invalid_grant', 'invalid_request'],
        );
    },
    mending('redirect_uri not compared', '/token', (params) => {
      if (params.get('grant_type') === 'authorization_code') params.set('redirect_uri', REDIRECT);
    }),
  ),
  ...forEach(
    ['symmetric', 'asymmetric'],
    'smart-2.17',
    'a confidential client without proof, or by client_id alone, is refused',
    async (site, kind) => {
      const { answer, verifier } = await site.launch(kind);
      for (const client_id of [undefined, site.subject.clients[kind].id]) {
        const form = {
          grant_type: 'authorization_code',
          code: answer.get('code') ?? '',
          redirect_uri: REDIRECT,
          code_verifier: verifier,
          client_id,
        };
        isRefused(await site.send(`${site.issuer}/token`, { form }), [400, 401]);
      }
    },
    anythingGoes('client authentication'),
  ),
  {
    id: 'smart-2.18',
    says: 'a wrong secret is 401, and Basic is asked for',
    async run(site) {
      const { id } = site.subject.clients.symmetric;
      const answer = await site.send(`${site.issuer}/token`, {
        form: { grant_type: 'refresh_token', refresh_token: 'x' },
        headers: basic(id, 'wrong'),
      });
      isRefused(answer, [401], ['invalid_client']);
      hold(/^Basic/i.test(answer.headers.get('www-authenticate') ?? ''), 'no challenge');
    },
    mutant: answering('/token', 400),
  },
  {
    id: 'smart-2.19',
    says: 'two ways of authentication at once are refused',
    async run(site) {
      const { id, secret } = site.subject.clients.symmetric;
      const form = {
        grant_type: 'refresh_token',
        refresh_token: 'x',
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: site.assertion('asymmetric'),
      };
      isRefused(await site.send(`${site.issuer}/token`, { form, headers: basic(id, secret ?? '') }), [400, 401]);
    },
    mutant: anythingGoes('clients'),
  },
  {
    id: 'smart-2.20',
    says: 'the password grant and the implicit flow do not exist',
    async run(site) {
      const { username, password } = site.subject.person('family-physician');
      isRefused(
        await site.token('symmetric', { grant_type: 'password', username, password, scope: 'openid' }),
        [400],
        ['unsupported_grant_type', 'unauthorized_client'],
      );
    },
    mutant: anythingGoes('grant types'),
  },
  {
    id: 'g10-1.9.10',
    says: 'a read without a token is exactly 401, with a challenge',
    async run(site) {
      const answer = await site.read('Patient/anybody');
      equal(answer.status, 401, 'status');
      hold(/^Bearer/i.test(answer.headers.get('www-authenticate') ?? ''), 'no challenge');
    },
    mutant: (site) => ({
      name: 'FHIR open to all',
      answer: (answer, ask) => (ask.url.href.startsWith(`${site.fhir}/Patient`) ? { ...answer, status: 200 } : answer),
    }),
  },
  ...['nonsense', 'eyJhbGciOiJub25lIn0.e30.'].map(
    (token, at): Row => ({
      id: `smart-2.2${at + 1}`,
      says: `a read with a token that is none (${token.slice(0, 8)}) is 401`,
      run: async (site) => equal((await site.read('Patient/anybody', token)).status, 401, 'status'),
      mutant: answering('/Patient/anybody', 200),
    }),
  ),
  {
    id: 'smart-2.23',
    says: 'a token in the query is not taken',
    async run(site) {
      const { access, body } = grantedBy(await site.theAnswer('public'));
      const { status } = await site.read(`Patient/${String(body['patient'])}?access_token=${access}`);
      hold(status === 401 || status === 400, `status ${status}`);
    },
    mutant: (site) => ({
      name: 'tokens taken from the query',
      ask(ask) {
        const token = ask.url.searchParams.get('access_token');
        if (token === null || !ask.url.href.startsWith(site.fhir)) return ask;
        const url = new URL(ask.url);
        url.searchParams.delete('access_token');
        return { ...ask, url, headers: { ...ask.headers, authorization: `Bearer ${token}` } };
      },
    }),
  },
  ...forEach(
    apps,
    'g10-9.3.1',
    'a revoked token reads nothing, at once',
    async (site, kind) => {
      const { access, body } = await site.granted(kind);
      equal((await site.read(`Patient/${String(body['patient'])}`, access)).status, 200, 'status before');
      equal((await revoke(site, kind, access)).status, 200, 'status of the revocation');
      equal((await site.read(`Patient/${String(body['patient'])}`, access)).status, 401, 'status after');
    },
    mending('revocation does nothing', '/revoke', (params) => params.set('token', 'another')),
  ),
  ...forEach(
    apps,
    'g10-9.3.2',
    'a revoked refresh token gives nothing, and takes its access tokens along',
    async (site, kind) => {
      const { access, refresh, body } = await site.granted(kind);
      await revoke(site, kind, refresh);
      isRefused(await site.token(kind, { grant_type: 'refresh_token', refresh_token: refresh }), [400, 401]);
      equal((await site.read(`Patient/${String(body['patient'])}`, access)).status, 401, 'status');
    },
    mending('revocation does nothing', '/revoke', (params) => params.set('token', 'another')),
  ),
  {
    id: 'smart-2.24',
    says: 'an id_token or refresh token opens no FHIR',
    async run(site) {
      const { refresh, body } = grantedBy(await site.theAnswer('symmetric'));
      for (const token of [refresh, String(body['id_token'])])
        equal((await site.read(`Patient/${String(body['patient'])}`, token)).status, 401, 'status');
    },
    mutant: (site) => ({
      name: 'any token opens FHIR',
      answer: (answer, ask) => (ask.url.href.startsWith(`${site.fhir}/Patient`) ? { ...answer, status: 200 } : answer),
    }),
  },
];

function revoke(site: Site, kind: (typeof apps)[number], token: string) {
  const url = `${site.issuer}/revoke`;
  const { id, secret } = site.subject.clients[kind];
  switch (kind) {
    case 'public':
      return site.send(url, { form: { token, client_id: id } });
    case 'symmetric':
      return site.send(url, { form: { token }, headers: basic(id, secret ?? '') });
    case 'asymmetric':
      return site.send(url, {
        form: {
          token,
          client_assertion_type: ASSERTION_TYPE,
          client_assertion: site.assertion(kind, { claims: { aud: site.issuer } }),
        },
      });
  }
}
