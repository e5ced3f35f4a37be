/** What SMART leaves open and this server offers, held to its RFC: pushed requests (9126), tokens bound to a key (9449), registration (7591, 7592), sign-out. Over 400 lines: one list of rows. */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mending } from '../../mutants/mend-requests.ts';
import { type Answer, type Ask, isAt, type Mutant } from '../../mutants/mutant.ts';
import { answering, anythingGoes, withField, withoutField } from '../../mutants/spoil-answers.ts';
import { part } from '../jwt.ts';
import { equal, hold, type Row } from '../row.ts';
import { APP_SCOPE, basic, bodyOf, type Sent, type Site } from '../site.ts';
import { type Kind, ORIGIN, REDIRECT } from '../subject.ts';
import { apps, forEach } from './launch.ts';
import { isRefused } from './refused.ts';

const VERIFIER = 'v'.repeat(64);

/** Pushed as this kind of client proves itself; the answer of the endpoint. */
function push(
  site: Site,
  kind: (typeof apps)[number],
  change: Readonly<Record<string, string | undefined>> = {},
): Promise<Answer> {
  const { id, secret } = site.subject.clients[kind];
  const form = {
    response_type: 'code',
    client_id: id,
    redirect_uri: REDIRECT,
    scope: APP_SCOPE,
    state: randomUUID(),
    aud: site.fhir,
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...(kind === 'asymmetric'
      ? {
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: site.assertion(kind, { claims: { aud: site.issuer } }),
        }
      : {}),
    ...change,
  };
  return site.send(`${site.issuer}/par`, { form, headers: kind === 'symmetric' ? basic(id, secret ?? '') : {} });
}

/** Only the reference is left of the authorization request. */
async function pushed(site: Site, kind: (typeof apps)[number]) {
  const request_uri = String(bodyOf(await push(site, kind))['request_uri']);
  const nothing = { response_type: undefined, redirect_uri: undefined, scope: undefined, state: undefined, nonce: undefined };
  const request = { ...nothing, aud: undefined, code_challenge: undefined, code_challenge_method: undefined, request_uri };
  return { request };
}

/** A key of an app, and proofs by it (RFC 9449 §4.2); every member can be bent. */
function dpop() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  return (method: string, url: string, claims: object = {}, header: object = {}): string => {
    const body = { htm: method, htu: url, jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...claims };
    const input = `${part({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })}.${part(body)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
}

type Proof = ReturnType<typeof dpop>;

const ath = (token: string) => createHash('sha256').update(token).digest('base64url');

async function bound(site: Site, kind: Kind) {
  const proof = dpop();
  const launched = await site.launch(kind);
  const answer = await site.exchange(kind, launched, {}, { headers: { dpop: proof('POST', `${site.issuer}/token`) } });
  const body = bodyOf(answer);
  return { proof, body, token: String(body['access_token']), patient: `Patient/${String(body['patient'])}` };
}

function boundOnce(site: Site) {
  return site.once('bound', () => bound(site, 'public'));
}

/** A read with a bound token, its proof bent. */
type Bend = (proof: Proof, url: string, token: string) => Sent['headers'];

const bends: readonly (readonly [says: string, bend: Bend])[] = [
  ['as a bearer token', (_proof, _url, token) => ({ authorization: `Bearer ${token}` })],
  ['without proof', (_proof, _url, token) => ({ authorization: `DPoP ${token}` })],
  [
    'with a proof by another key',
    (_proof, url, token) => ({ authorization: `DPoP ${token}`, dpop: dpop()('GET', url, { ath: ath(token) }) }),
  ],
  [
    'with a proof for another method',
    (proof, url, token) => ({ authorization: `DPoP ${token}`, dpop: proof('POST', url, { ath: ath(token) }) }),
  ],
  [
    'with a proof for another address',
    (proof, url, token) => ({ authorization: `DPoP ${token}`, dpop: proof('GET', `${url}x`, { ath: ath(token) }) }),
  ],
  [
    'with a proof for another token',
    (proof, url, token) => ({ authorization: `DPoP ${token}`, dpop: proof('GET', url, { ath: ath('x') }) }),
  ],
  ['with a proof for no token', (proof, url, token) => ({ authorization: `DPoP ${token}`, dpop: proof('GET', url) })],
  [
    'with a proof of an hour ago',
    (proof, url, token) => ({
      authorization: `DPoP ${token}`,
      dpop: proof('GET', url, { ath: ath(token), iat: Math.floor(Date.now() / 1000) - 3600 }),
    }),
  ],
  [
    'with a proof of another type',
    (proof, url, token) => ({ authorization: `DPoP ${token}`, dpop: proof('GET', url, { ath: ath(token) }, { typ: 'JWT' }) }),
  ],
  [
    'with a proof that is not signed',
    (proof, url, token) => ({
      authorization: `DPoP ${token}`,
      dpop: proof('GET', url, { ath: ath(token) }).replace(/[^.]*$/, ''),
    }),
  ],
];

const fhirOpen: Row['mutant'] = ({ fhir }): Mutant => ({
  name: 'proofs not looked at by the FHIR server',
  answer: (answer: Answer, ask: Ask) => (ask.url.href.startsWith(`${fhir}/Patient/`) ? { ...answer, status: 200 } : answer),
});

async function initialToken(site: Site): Promise<string> {
  const made = await site.subject.admin('POST', '/registration-tokens', {
    note: 'conformance',
    scope: 'openid launch/patient patient/*.rs',
    uses: 20,
  });
  return String(made['token']);
}

async function register(site: Site, change: object = {}, bearer?: string): Promise<Answer> {
  const token = bearer ?? (await initialToken(site));
  const body = { client_name: 'New App', redirect_uris: [REDIRECT], scope: 'openid launch/patient patient/*.rs', ...change };
  return site.send(`${site.issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
}

const badMetadata: readonly (readonly [says: string, change: object])[] = [
  ['no redirect_uris', { redirect_uris: [] }],
  ['javascript: as redirect address', { redirect_uris: ['javascript:alert(1)'] }],
  ['a redirect address with a fragment', { redirect_uris: [`${REDIRECT}#x`] }],
  ['a wildcard', { redirect_uris: ['https://*.example.test/cb'] }],
  ['plain http to another host', { redirect_uris: ['http://app.example.test/callback'] }],
  ['the implicit flow', { grant_types: ['implicit'], response_types: ['token'] }],
  ['the password grant', { grant_types: ['password'] }],
  ['a jwks_uri inside our network', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://169.254.169.254/jwks' }],
  [
    'a private key',
    {
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ kty: 'EC', crv: 'P-384', x: 'A', y: 'B', d: 'C', kid: 'k' }] },
    },
  ],
];

const registerAnything: Row['mutant'] = () => ({
  name: 'registration without checks',
  answer: (answer, ask) =>
    isAt(ask, '/register') && answer.status >= 400
      ? { ...answer, status: 201, text: '{"client_id":"x","client_secret":"y"}' }
      : answer,
});

export const extensions: readonly Row[] = [
  ...forEach(
    apps,
    'smart-par.01',
    'a pushed request is 201 with request_uri and expires_in below 600',
    async (site, kind) => {
      const answer = await push(site, kind);
      const { request_uri: uri, expires_in: life } = bodyOf(answer);
      equal(answer.status, 201, 'status');
      hold(
        /^urn:ietf:params:oauth:request_uri:.{20,}/.test(String(uri)) && typeof life === 'number' && life < 600,
        answer.text,
      );
    },
    withField('/par', 'expires_in', 3600),
  ),
  ...forEach(
    apps,
    'smart-par.02',
    'a pushed request is authorised by its reference alone, once',
    async (site, kind) => {
      const how = await pushed(site, kind);
      hold((await site.launch(kind, how)).answer.has('code'), 'no code');
      hold(!(await site.launch(kind, how)).answer.has('code'), 'twice');
    },
    mending('pushed requests forgotten', '/authorize', (params) => {
      if (params.has('request_uri')) params.set('request_uri', 'urn:ietf:params:oauth:request_uri:gone');
    }),
  ),
  ...forEach(
    ['symmetric', 'asymmetric'],
    'smart-par.03',
    'a confidential client must prove itself to push',
    async (site, kind) => {
      const { id } = site.subject.clients[kind];
      const answer = await site.send(`${site.issuer}/par`, {
        form: { response_type: 'code', client_id: id, redirect_uri: REDIRECT, scope: 'openid' },
      });
      isRefused(answer, [400, 401]);
    },
    answering('/par', 201, '{"request_uri":"x","expires_in":60}'),
  ),
  ...(
    [
      ['another aud', { aud: 'https://elsewhere.example.test/fhir' }],
      ['an address that is not registered', { redirect_uri: 'https://evil.example.test/' }],
      ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
      ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }],
    ] as const
  ).map(
    ([says, change], at): Row => ({
      id: `smart-par.1${at + 1}`,
      says: `a pushed request with ${says} is refused at once`,
      run: async (site) => isRefused(await push(site, 'public', change), [400]),
      mutant: answering('/par', 201, '{"request_uri":"x","expires_in":60}'),
    }),
  ),
  {
    id: 'smart-par.15',
    says: 'a pushed request of one app is nothing to another',
    async run(site) {
      const how = await pushed(site, 'public');
      hold(!(await site.launch('symmetric', how)).answer.has('code'), 'a code');
    },
    mutant: mending('the client of a pushed request not compared', '/authorize', (params) => {
      if (params.has('request_uri')) params.set('client_id', 'conformance-public');
    }),
  },
  ...forEach(
    apps,
    'smart-dpop.01',
    'a token asked for with a proof is bound: token_type DPoP',
    async (site, kind) => equal((await bound(site, kind)).body['token_type'], 'DPoP', 'token_type'),
    withField('/token', 'token_type', 'Bearer'),
  ),
  {
    id: 'smart-dpop.02',
    says: 'a bound token reads with its proof, once for each proof',
    async run(site) {
      const { proof, token, patient } = await boundOnce(site);
      const headers = { authorization: `DPoP ${token}`, dpop: proof('GET', `${site.fhir}/${patient}`, { ath: ath(token) }) };
      equal((await site.read(patient, undefined, headers)).status, 200, 'first');
      equal((await site.read(patient, undefined, headers)).status, 401, 'again');
    },
    mutant: fhirOpen,
  },
  ...bends.map(
    ([says, bend], at): Row => ({
      id: `smart-dpop.${at + 11}`,
      says: `a bound token ${says} is 401`,
      async run(site) {
        const { proof, token, patient } = await boundOnce(site);
        const answer = await site.read(patient, undefined, bend(proof, `${site.fhir}/${patient}`, token));
        equal(answer.status, 401, 'status');
        hold((answer.headers.get('www-authenticate') ?? '') !== '', 'no challenge');
      },
      mutant: fhirOpen,
    }),
  ),
  {
    id: 'smart-dpop.03',
    says: 'a bound refresh token of a public app needs a proof by the same key',
    async run(site) {
      const { proof, body } = await bound(site, 'public');
      const form = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
      isRefused(await site.token('public', form), [400, 401]);
      isRefused(await site.token('public', form, { headers: { dpop: dpop()('POST', `${site.issuer}/token`) } }), [400, 401]);
      const answer = await site.token('public', form, { headers: { dpop: proof('POST', `${site.issuer}/token`) } });
      equal([answer.status, bodyOf(answer)['token_type']], [200, 'DPoP'], 'answer');
    },
    mutant: anythingGoes('the key of refresh tokens'),
  },
  {
    id: 'smart-dpop.04',
    says: 'introspection tells the key of a bound token (cnf.jkt), discovery the algorithms',
    async run(site) {
      const { token } = await boundOnce(site);
      const { id, secret } = site.subject.clients.symmetric;
      const told = bodyOf(await site.send(`${site.issuer}/introspect`, { form: { token }, headers: basic(id, secret ?? '') }));
      hold(typeof (told['cnf'] as { jkt?: unknown } | undefined)?.jkt === 'string', JSON.stringify(told));
    },
    mutant: withoutField('/introspect', 'cnf'),
  },
  {
    id: 'smart-dcr.01',
    says: 'an app registers with an initial access token: 201, client_id, a secret, its own address and token',
    async run(site) {
      const answer = await register(site);
      const body = bodyOf(answer);
      equal(answer.status, 201, 'status');
      for (const name of ['client_id', 'client_secret', 'registration_access_token', 'registration_client_uri'])
        hold(typeof body[name] === 'string', `no ${name}`);
    },
    mutant: withoutField('/register', 'registration_access_token'),
  },
  {
    id: 'smart-dcr.02',
    says: 'nobody registers without a token, or with one that is none',
    async run(site) {
      for (const bearer of ['nonsense', '']) {
        const { status, text } = await register(site, {}, bearer);
        hold(status === 401 && !text.includes('client_secret'), `status ${status}`);
      }
    },
    mutant: registerAnything,
  },
  {
    id: 'smart-dcr.03',
    says: 'a registration gets no scope beyond its initial access token',
    async run(site) {
      const { scope } = bodyOf(
        await register(site, { scope: 'patient/*.cruds system/*.rs __introspect patient/Observation.rs' }),
      );
      equal(scope, 'patient/*.rs patient/Observation.rs', 'scope');
    },
    mutant: withField('/register', 'scope', 'patient/*.cruds'),
  },
  ...badMetadata.map(
    ([says, change], at): Row => ({
      id: `smart-dcr.1${at + 1}`,
      says: `a registration with ${says} is refused`,
      async run(site) {
        const answer = await register(site, change);
        const { error } = bodyOf(answer);
        hold(answer.status === 400 && !answer.text.includes('client_secret'), `status ${answer.status}`);
        hold(['invalid_redirect_uri', 'invalid_client_metadata', 'invalid_request'].includes(String(error)), String(error));
      },
      mutant: registerAnything,
    }),
  ),
  {
    id: 'smart-dcr.04',
    says: 'an app reads and removes its registration with its own token, and nobody else’s',
    async run(site) {
      const [one, other] = [bodyOf(await register(site)), bodyOf(await register(site))];
      const call = (method: string, uri: unknown, token: unknown) =>
        site.send(String(uri), { method, headers: { authorization: `Bearer ${String(token)}` } });
      const uri = one['registration_client_uri'];
      equal((await call('GET', uri, other['registration_access_token'])).status, 401, 'read by another');
      const read = await call('GET', uri, one['registration_access_token']);
      equal([read.status, bodyOf(read)['client_id']], [200, one['client_id']], 'read');
      equal((await call('DELETE', uri, one['registration_access_token'])).status, 204, 'removed');
      equal((await call('GET', uri, one['registration_access_token'])).status, 401, 'read afterwards');
    },
    mutant: ({ issuer }) => ({
      name: 'registrations open to all',
      answer: (answer, ask) => (ask.url.href.startsWith(`${issuer}/register/`) ? { ...answer, status: 200 } : answer),
    }),
  },
  {
    id: 'smart-out.01',
    says: 'sign-out goes to no address that is not registered',
    async run(site) {
      const query = new URLSearchParams({
        client_id: site.subject.clients.public.id,
        post_logout_redirect_uri: 'https://evil.example.test/',
      });
      const answer = await site.send(`${site.issuer}/session/end?${query}`);
      hold(!(answer.headers.get('location') ?? '').includes('evil'), 'it goes there');
      hold(answer.status >= 400 && answer.status < 500, `status ${answer.status}`);
    },
    mutant: answering('/session/end', 303),
  },
  {
    id: 'smart-par.16',
    says: 'PKCE is checked for pushed requests too',
    async run(site) {
      const launched = await site.launch('public', await pushed(site, 'public'));
      isRefused(
        await site.exchange('public', { ...launched, redirectUri: REDIRECT }, { code_verifier: 'w'.repeat(64) }),
        [400],
        ['invalid_grant'],
      );
    },
    mutant: mending('PKCE not checked for pushed requests', '/token', (params) => params.set('code_verifier', VERIFIER)),
  },
  {
    id: 'smart-cors.23',
    says: '/par and /register answer pages of registered origins only',
    async run(site) {
      for (const path of ['/par', '/register']) {
        const answer = await site.send(`${site.issuer}${path}`, {
          form: { x: 'y' },
          headers: { origin: 'https://stranger.example.test' },
        });
        equal(answer.headers.get('access-control-allow-origin'), null, path);
      }
    },
    mutant: () => ({
      name: 'open to any origin',
      answer(answer, ask) {
        if (!isAt(ask, '/par')) return answer;
        const headers = new Headers(answer.headers);
        headers.set('access-control-allow-origin', ORIGIN);
        return { ...answer, headers };
      },
    }),
  },
];
