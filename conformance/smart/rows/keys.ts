/** SMART App Launch 2.2 §Registering a client (communicating public keys), §Signature verification, §Response: keys that a client publishes, and those that it registered. */
import { randomUUID } from 'node:crypto';
import { anythingGoes } from '../../mutants/spoil-answers.ts';
import { type ClientName, publicPart, type SigningKey, signingKey } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, type Proof, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

const grant = { grant_type: 'client_credentials', scope: 'system/*.rs' };
const ask = (site: Site, name: ClientName, proof: Proof) => site.token(name, grant, { proof });

/** The keys of a service of its own, published with these words to caches; how many fetches its assertions cost. */
async function publisher(site: Site, keys: readonly SigningKey[], cacheControl: string) {
  const id = `conformance-${randomUUID()}`;
  const { outside } = site.subject;
  outside.publish(id, keys.map(publicPart), cacheControl);
  await site.subject.admin('POST', '/clients', {
    id,
    name: 'Conformance (keys)',
    kind: 'backend',
    roles: ['backend-service'],
    scope: 'system/*.rs',
    jwksUri: `${outside.url}/jwks/${id}`,
  });
  return {
    id,
    publish: (now: readonly SigningKey[], words = cacheControl) => outside.publish(id, now.map(publicPart), words),
    fetched: () => outside.fetched(id),
    prove: (key: SigningKey, header: Proof['header'] = {}) =>
      ask(site, 'published', { key, header, claims: { iss: id, sub: id } }),
  };
}

const es = (kid: string) => signingKey('ES384', kid);

export const keys: readonly Row[] = [
  {
    id: 'smart-jwks.01',
    says: 'keys at a registered address (jwks_uri) are fetched, and verify an assertion',
    async run(site) {
      equal((await ask(site, 'published', {})).status, 200, 'status');
      hold(site.subject.outside.fetched('published') > 0, 'never fetched');
    },
    mutant: () => ({
      name: 'jwks_uri not supported',
      answer: (answer, asked) => (asked.url.pathname === '/token' ? { ...answer, status: 401 } : answer),
    }),
  },
  {
    id: 'smart-jwks.02',
    says: 'jku that repeats the registered address is taken; any other is not, nor fetched',
    async run(site) {
      const { outside } = site.subject;
      equal((await ask(site, 'published', { header: { jku: `${outside.url}/jwks/published` } })).status, 200, 'its own');
      const stranger = es('conformance-ES384');
      outside.publish('evil', [publicPart(stranger)], 'max-age=60');
      const forged = await ask(site, 'published', { key: stranger, header: { jku: `${outside.url}/jwks/evil` } });
      isRefused(forged, [400, 401], ['invalid_client']);
      equal(outside.fetched('evil'), 0, 'fetches of the other');
    },
    mutant: anythingGoes('jku'),
  },
  {
    id: 'smart-jwks.03',
    says: 'a key that was withdrawn is none, where the set may not be kept (no-store)',
    async run(site) {
      const [old, next] = [es('old'), es('next')];
      const service = await publisher(site, [old], 'no-store');
      equal((await service.prove(old)).status, 200, 'before');
      service.publish([next]);
      isRefused(await service.prove(old), [400, 401], ['invalid_client']);
      equal((await service.prove(next)).status, 200, 'the new key');
    },
    mutant: anythingGoes('withdrawn keys'),
  },
  {
    id: 'smart-jwks.04',
    says: 'a set with max-age is fetched once for many assertions within it',
    async run(site) {
      const key = es('kept');
      const service = await publisher(site, [key], site.mutant === undefined ? 'max-age=300' : 'no-store');
      for (let times = 0; times < 4; times += 1) equal((await service.prove(key)).status, 200, 'status');
      equal(service.fetched(), 1, 'fetches');
    },
    mutant: () => ({ name: 'sets never kept' }),
  },
  {
    id: 'smart-jwks.05',
    says: 'two keys of one kid and kind: neither verifies',
    async run(site) {
      const [one, two] = [es('twin'), es('twin')];
      const service = await publisher(site, [one, two], 'no-store');
      isRefused(await service.prove(one), [400, 401], ['invalid_client']);
      service.publish([one]);
      equal((await service.prove(one)).status, 200, 'alone');
    },
    mutant: anythingGoes('the number of keys'),
  },
  {
    id: 'smart-jwks.06',
    says: 'of two keys of one kid, the one of the kind that alg names is taken (RSA, EC)',
    async run(site) {
      const pair = [es('both'), signingKey('RS384', 'both')];
      const service = await publisher(site, pair, 'no-store');
      for (const key of pair) equal((await service.prove(key)).status, 200, key.alg);
    },
    mutant: () => ({
      name: 'kty not compared',
      answer: (answer, asked) => (asked.url.pathname === '/token' ? { ...answer, status: 401 } : answer),
    }),
  },
  {
    id: 'smart-jwks.07',
    says: 'a new key is found without registering anew, although the set was kept',
    async run(site) {
      const [old, next] = [es('first'), es('second')];
      const service = await publisher(site, [old], 'max-age=300');
      equal((await service.prove(old)).status, 200, 'the first');
      service.publish([old, next]);
      // An unknown kid is looked for at most every ten seconds.
      await site.subject.clockAhead(11);
      const { status } = await service.prove(next, {}).finally(() => site.subject.clockAhead(0));
      equal(status, 200, 'the second');
    },
    mutant: refusing('second', 'unknown kids not looked for'),
  },
  {
    id: 'smart-dcr.05',
    says: 'a key set that was registered is changed by its own client alone',
    async run(site) {
      const made = await site.subject.admin('POST', '/registration-tokens', {
        note: 'keys',
        scope: 'openid patient/*.rs',
        uses: 5,
      });
      const [mine, other] = [es('mine'), es('other')];
      const body = (key: SigningKey) =>
        JSON.stringify({
          client_name: 'Keyed App',
          redirect_uris: ['https://app.example.test/callback'],
          token_endpoint_auth_method: 'private_key_jwt',
          jwks: { keys: [publicPart(key)] },
        });
      const send = (method: string, url: string, token: unknown, key: SigningKey) =>
        site.send(url, {
          method,
          headers: { authorization: `Bearer ${String(token)}`, 'content-type': 'application/json' },
          body: body(key),
        });
      const registered = bodyOf(await send('POST', `${site.issuer}/register`, made['token'], mine));
      const stranger = bodyOf(await send('POST', `${site.issuer}/register`, made['token'], other));
      const url = String(registered['registration_client_uri']);
      for (const token of [stranger['registration_access_token'], made['token'], 'nonsense'])
        equal((await send('PUT', url, token, other)).status, 401, 'by somebody else');
      const own = await send('PUT', url, registered['registration_access_token'], mine);
      const { jwks } = bodyOf(own) as { readonly jwks?: { readonly keys: readonly { readonly kid?: string }[] } };
      equal([own.status, jwks?.keys.map(({ kid }) => kid)], [200, ['mine']], 'by itself');
    },
    mutant: ({ issuer }) => ({
      name: 'registrations changed by anybody',
      answer: (answer, asked) => (asked.url.href.startsWith(`${issuer}/register/`) ? { ...answer, status: 200 } : answer),
    }),
  },
  {
    id: 'smart-3.2.20',
    says: 'two ES384 keys and an RS384 key of one client all verify, each by its kid',
    async run(site) {
      const all = [es('one'), es('two'), signingKey('RS384', 'three')];
      const service = await publisher(site, all, 'no-store');
      for (const key of all) equal((await service.prove(key)).status, 200, key.kid);
    },
    mutant: refusing('three', 'one key of a client is used'),
  },
];

/** Assertions under this kid are refused. */
function refusing(kid: string, name: string): Row['mutant'] {
  return () => ({
    name,
    answer: (answer, asked) => (kidOf(asked.body).includes(`"${kid}"`) ? { ...answer, status: 401 } : answer),
  });
}

/** Of the assertion in a form. */
function kidOf(form: string | undefined): string {
  const assertion = new URLSearchParams(form).get('client_assertion') ?? '';
  return Buffer.from(assertion.split('.')[0] ?? '', 'base64url').toString('utf8');
}
