/** RFC 9126: authorization requests that the app pushes first. */
import { createHash, randomUUID } from 'node:crypto';
import { mending } from '../../mutants/mend-requests.ts';
import type { Answer } from '../../mutants/mutant.ts';
import { answering, withField } from '../../mutants/spoil-answers.ts';
import { REDIRECT } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { APP_SCOPE, basic, bodyOf, type Site } from '../site.ts';
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

export const par: readonly Row[] = [
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
];
