/** Public suite group 3.2 and SMART App Launch 2.2 §Backend Services. */
import { mending } from '../../mutants/mend-requests.ts';
import { answering, anythingGoes, withField, withHeader, withoutField } from '../../mutants/spoil-answers.ts';
import { equal, hold, type Row } from '../row.ts';
import { ASSERTION_TYPE, basic, bodyOf, grantedBy, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

const grant = { grant_type: 'client_credentials', scope: 'system/*.rs' };

function theAnswer(site: Site) {
  return site.once('backend', () => site.token('backend', grant));
}

function field(id: string, says: string, holds: (body: Record<string, unknown>) => boolean, mutant: Row['mutant']): Row {
  return {
    id,
    says,
    async run(site) {
      const answer = await theAnswer(site);
      hold(holds(bodyOf(answer)), `${answer.status} ${Object.keys(bodyOf(answer)).join(' ')}`);
    },
    mutant,
  };
}

export const backend: readonly Row[] = [
  {
    id: 'smart-3.2.01',
    says: 'an unknown grant type with a good assertion is exactly 400',
    run: async (site) =>
      isRefused(await site.token('backend', { ...grant, grant_type: 'not_a_grant_type' }), [400], ['unsupported_grant_type']),
    mutant: answering('/token', 401),
  },
  {
    id: 'smart-3.2.02',
    says: 'an unknown client_assertion_type is 400 or 401',
    run: async (site) =>
      isRefused(await site.token('backend', { ...grant, client_assertion_type: 'not_an_assertion_type' }), [400, 401]),
    mutant: mending('client_assertion_type not read', '/token', (params) =>
      params.set('client_assertion_type', ASSERTION_TYPE),
    ),
  },
  {
    id: 'smart-3.2.03',
    says: 'an assertion that is no JWT is 400 or 401',
    run: async (site) => isRefused(await site.token('backend', { ...grant, client_assertion: 'not.a.jwt' }), [400, 401]),
    mutant: anythingGoes('assertions'),
  },
  {
    id: 'smart-3.2.04',
    says: 'a good request is 200',
    run: async (site) => equal((await theAnswer(site)).status, 200, 'status'),
    mutant: answering('/token', 400),
  },
  field(
    'smart-3.2.05',
    'access_token is there',
    (body) => typeof body['access_token'] === 'string',
    withoutField('/token', 'access_token'),
  ),
  field(
    'smart-3.2.06',
    'token_type is bearer',
    (body) => String(body['token_type']).toLowerCase() === 'bearer',
    withField('/token', 'token_type', 'MAC'),
  ),
  field(
    'smart-3.2.07',
    'expires_in is a number, of at most 300 seconds',
    (body) => typeof body['expires_in'] === 'number' && body['expires_in'] <= 300 && body['expires_in'] > 60,
    withField('/token', 'expires_in', 3600),
  ),
  field(
    'smart-3.2.08',
    'scope is what was granted',
    (body) => body['scope'] === 'system/*.rs',
    withoutField('/token', 'scope'),
  ),
  field(
    'smart-3.2.09',
    'there is no refresh token and no id_token',
    (body) => 'access_token' in body && !('refresh_token' in body) && !('id_token' in body),
    withField('/token', 'refresh_token', 'given-anyway'),
  ),
  {
    id: 'smart-3.2.10',
    says: 'caches are told to keep nothing',
    async run(site) {
      const { headers } = await theAnswer(site);
      hold((headers.get('cache-control') ?? '').includes('no-store'), 'Cache-Control');
      hold((headers.get('pragma') ?? '').includes('no-cache'), 'Pragma');
    },
    mutant: withHeader('/token', 'pragma', undefined),
  },
  {
    id: 'smart-3.2.11',
    says: 'the token reads what it is for',
    async run(site) {
      const answer = await site.read('Patient?_count=1', grantedBy(await theAnswer(site)).access);
      equal([answer.status, bodyOf(answer)['resourceType']], [200, 'Bundle'], 'answer');
    },
    mutant: answering('/Patient', 403),
  },
  {
    id: 'smart-3.2.12',
    says: 'RS384 works as well as ES384',
    async run(site) {
      for (const key of site.subject.clients.backend.keys)
        equal((await site.token('backend', grant, { proof: { key } })).status, 200, key.alg);
    },
    mutant: answering('/token', 401),
  },
  {
    id: 'smart-3.2.13',
    says: 'of the scopes asked, those of its registration are granted, and said',
    async run(site) {
      const answer = await site.token('backend', { ...grant, scope: 'system/Patient.cruds system/Observation.rs' });
      equal(answer.status, 200, 'status');
      hold(!/Patient\.cruds|c?u?ds/.test(String(bodyOf(answer)['scope'])), String(bodyOf(answer)['scope']));
    },
    mutant: withField('/token', 'scope', 'system/Patient.cruds system/Observation.rs'),
  },
  {
    id: 'smart-3.2.14',
    says: 'nothing grantable is invalid_scope',
    run: async (site) =>
      isRefused(await site.token('backend', { ...grant, scope: 'patient/*.rs openid' }), [400], ['invalid_scope']),
    mutant: anythingGoes('scopes'),
  },
  {
    id: 'smart-3.2.15',
    says: 'a secret is no proof of a backend service',
    async run(site) {
      const { id } = site.subject.clients.backend;
      const answer = await site.send(`${site.issuer}/token`, { form: grant, headers: basic(id, 'a-secret') });
      isRefused(answer, [400, 401]);
    },
    mutant: anythingGoes('the way of authentication'),
  },
  ...(['public', 'symmetric', 'asymmetric'] as const).map(
    (kind): Row => ({
      id: `smart-3.2.16-${kind}`,
      says: `an app gets no token of its own by client_credentials (${kind})`,
      run: async (site) => isRefused(await site.token(kind, grant), [400, 401]),
      mutant: anythingGoes('grant types'),
    }),
  ),
  {
    id: 'smart-3.2.17',
    says: 'a backend service cannot ask people to sign in',
    async run(site) {
      const { url, answer } = await site.launch('backend');
      hold(url.startsWith(`${site.issuer}/authorize`) && !answer.has('code'), url);
    },
    mutant: mending('grant types of clients not compared', '/authorize', (params) => {
      if (params.has('client_id')) params.set('client_id', 'conformance-public');
    }),
  },
];
