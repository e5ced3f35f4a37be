/** FAPI 2.0 Security Profile §5.3.2: what a client of that profile must do, and what the server then demands. Beside it, clients registered for bound tokens or for a secret in the body. */
import { createHash, randomUUID } from 'node:crypto';
import { mending } from '../../mutants/mend-requests.ts';
import { anythingGoes, withField } from '../../mutants/spoil-answers.ts';
import { REDIRECT } from '../client.ts';
import { ath, type DpopProof, dpop } from '../dpop.ts';
import { headerOf } from '../jwt.ts';
import { equal, hold, type Row } from '../row.ts';
import { APP_SCOPE, ASSERTION_TYPE, bodyOf, type Launched, type Proof, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

const VERIFIER = 'f'.repeat(64);

function push(site: Site, proof: Proof = { claims: { aud: site.issuer } }) {
  const { id } = site.subject.clients.fapi;
  return site.send(`${site.issuer}/par`, {
    form: {
      response_type: 'code',
      client_id: id,
      redirect_uri: REDIRECT,
      scope: APP_SCOPE,
      state: randomUUID(),
      aud: site.fhir,
      code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
      code_challenge_method: 'S256',
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: site.assertion('fapi', proof),
    },
  });
}

async function launched(site: Site): Promise<Launched> {
  const request_uri = String(bodyOf(await push(site))['request_uri']);
  const gone = ['response_type', 'redirect_uri', 'scope', 'state', 'nonce', 'aud', 'code_challenge', 'code_challenge_method'];
  const request = { ...Object.fromEntries(gone.map((name) => [name, undefined])), request_uri };
  return { ...(await site.launch('fapi', { request })), verifier: VERIFIER, redirectUri: REDIRECT };
}

function exchange(site: Site, launch: Launched, key: DpopProof | undefined, aud = site.issuer) {
  const headers = key === undefined ? {} : { dpop: key('POST', `${site.issuer}/token`) };
  return site.exchange('fapi', launch, {}, { headers, proof: { claims: { aud } } });
}

function granted(site: Site) {
  return site.once('fapi', async () => {
    const key = dpop();
    const answer = await exchange(site, await launched(site), key);
    return { key, answer, body: bodyOf(answer) };
  });
}

export const fapi: readonly Row[] = [
  {
    id: 'smart-fapi.01',
    says: 'a FAPI client that does not push its request is refused, without a code',
    async run(site) {
      const { answer, url } = await site.launch('fapi');
      hold(!answer.has('code') && answer.get('error') === 'invalid_request', url);
    },
    mutant: mending('pushing not demanded', '/authorize', (params) => {
      if (params.has('client_id')) params.set('client_id', 'conformance-public');
    }),
  },
  {
    id: 'smart-fapi.02',
    says: 'pushed, approved, proved by a key: a token bound to it, an id_token in an algorithm of the profile',
    async run(site) {
      const { answer, body } = await granted(site);
      equal([answer.status, body['token_type']], [200, 'DPoP'], `answer ${answer.text.slice(0, 100)}`);
      hold(/^(PS256|ES256|EdDSA)$/.test(String(headerOf(String(body['id_token'])).alg)), 'alg');
    },
    mutant: withField('/token', 'token_type', 'Bearer'),
  },
  {
    id: 'smart-fapi.03',
    says: 'the issuer alone is the audience of its assertions: the token endpoint is not, nor a list',
    async run(site) {
      equal((await push(site)).status, 201, 'the issuer');
      for (const aud of [`${site.issuer}/token`, `${site.issuer}/par`, [site.issuer]])
        isRefused(await push(site, { claims: { aud } }), [400, 401], ['invalid_client']);
    },
    mutant: () => ({
      name: 'any audience taken',
      answer: (answer, asked) => (asked.url.pathname === '/par' ? { ...answer, status: 201 } : answer),
    }),
  },
  {
    id: 'smart-fapi.04',
    says: 'it gets no token without proof of a key',
    run: async (site) => isRefused(await exchange(site, await launched(site), undefined), [400]),
    mutant: anythingGoes('keys'),
  },
  {
    id: 'smart-fapi.05',
    says: 'its token reads with a proof, and not as a bearer token',
    async run(site) {
      const { key, body } = await granted(site);
      const [token, path] = [String(body['access_token']), `Patient/${String(body['patient'])}`];
      const proof = key('GET', `${site.fhir}/${path}`, { ath: ath(token) });
      equal((await site.read(path, undefined, { authorization: `DPoP ${token}`, dpop: proof })).status, 200, 'with proof');
      equal((await site.read(path, token)).status, 401, 'as bearer');
    },
    mutant: ({ fhir }) => ({
      name: 'bindings not looked at',
      answer: (answer, asked) => (asked.url.href.startsWith(`${fhir}/Patient/`) ? { ...answer, status: 200 } : answer),
    }),
  },
  {
    id: 'smart-fapi.06',
    says: 'its refresh needs its assertion and a proof',
    async run(site) {
      const key = dpop();
      const form = {
        grant_type: 'refresh_token',
        refresh_token: String(bodyOf(await exchange(site, await launched(site), key))['refresh_token']),
      };
      const proof = { claims: { aud: site.issuer } };
      isRefused(await site.token('fapi', form, { proof }), [400]);
      const headers = { dpop: key('POST', `${site.issuer}/token`) };
      isRefused(
        await site.send(`${site.issuer}/token`, { form: { ...form, client_id: site.subject.clients.fapi.id }, headers }),
        [400, 401],
      );
      const again = await site.token('fapi', form, { proof, headers: { dpop: key('POST', `${site.issuer}/token`) } });
      equal([again.status, bodyOf(again)['token_type']], [200, 'DPoP'], 'answer');
    },
    mutant: anythingGoes('proofs'),
  },
  {
    id: 'smart-dpop.05',
    says: 'a client that is registered for bound tokens gets no other',
    async run(site) {
      isRefused(await site.exchange('bound', await site.launch('bound')), [400]);
      const headers = { dpop: dpop()('POST', `${site.issuer}/token`) };
      const answer = await site.exchange('bound', await site.launch('bound'), {}, { headers });
      equal([answer.status, bodyOf(answer)['token_type']], [200, 'DPoP'], 'answer');
    },
    mutant: anythingGoes('bindings'),
  },
  {
    id: 'smart-2.27',
    says: 'a secret in the body is taken from the client that is registered so; a wrong one is not',
    async run(site) {
      const { body } = await site.granted('poster', { scope: 'launch/patient offline_access patient/*.rs' });
      const form = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) };
      isRefused(await site.token('poster', { ...form, client_secret: 'wrong' }), [400, 401], ['invalid_client']);
      equal((await site.token('poster', form)).status, 200, 'status');
    },
    mutant: anythingGoes('the way of authentication'),
  },
];
