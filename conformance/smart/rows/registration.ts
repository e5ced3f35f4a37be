/** RFC 7591 and 7592: apps that register themselves, and what of it is refused. */

import type { Answer } from '../../mutants/mutant.ts';
import { isAt } from '../../mutants/mutant.ts';
import { answering, withField, withoutField } from '../../mutants/spoil-answers.ts';
import { ORIGIN, REDIRECT } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, type Site } from '../site.ts';

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
  ['an address with one slash', { redirect_uris: ['https:/app.example.test/callback'] }],
  ['backslashes in its address', { redirect_uris: ['https:\\\\app.example.test/callback'] }],
  ['a line end in its address', { redirect_uris: [`${REDIRECT}\n`] }],
];

const registerAnything: Row['mutant'] = () => ({
  name: 'registration without checks',
  answer: (answer, ask) =>
    isAt(ask, '/register') && answer.status >= 400
      ? { ...answer, status: 201, text: '{"client_id":"x","client_secret":"y"}' }
      : answer,
});

export const registration: readonly Row[] = [
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
    id: 'smart-dcr.06',
    says: 'an app cannot choose its client_id: not a person’s name, nor another app’s (RFC 9700 §4.15)',
    async run(site) {
      for (const client_id of [site.subject.person('family-physician').username, site.subject.clients.public.id]) {
        const body = bodyOf(await register(site, { client_id }));
        hold(typeof body['client_id'] === 'string' && body['client_id'] !== client_id, String(body['client_id']));
      }
    },
    mutant: withField('/register', 'client_id', 'conformance-public'),
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
