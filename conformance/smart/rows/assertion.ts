/** SMART App Launch 2.2 §Asymmetric authentication, RFC 7523 §3: what is wrong with an assertion is found. For backend services and apps alike. */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { anythingGoes } from '../../mutants/spoil-answers.ts';
import { claimsOf, headerOf, part, signedJwt } from '../jwt.ts';
import { equal, hold, type Row } from '../row.ts';
import { ASSERTION_TYPE, bodyOf, type Proof, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

const kinds = ['backend', 'asymmetric'] as const;
type Keyed = (typeof kinds)[number];

const now = () => Math.floor(Date.now() / 1000);

/** A request in which nothing but the assertion could be wrong. */
async function ask(site: Site, kind: Keyed, proof: Proof) {
  if (kind === 'backend') return site.token('backend', { grant_type: 'client_credentials', scope: 'system/*.rs' }, { proof });
  return site.exchange('asymmetric', await site.launch('asymmetric'), {}, { proof });
}

type Bad = readonly [says: string, proof: (site: Site, kind: Keyed) => Proof | Promise<Proof>];

const stranger = {
  alg: 'ES384',
  kid: 'conformance-ES384',
  jwk: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' }),
} as const;

/** In the order of their ids: a new one goes to the end. */
const bad: readonly Bad[] = [
  ['signed by somebody else’s key', () => ({ key: stranger })],
  ['aud is another server', () => ({ claims: { aud: 'https://elsewhere.example.test/token' } })],
  [
    'aud names this server and another',
    (site) => ({ claims: { aud: [`${site.issuer}/token`, 'https://elsewhere.example.test'] } }),
  ],
  ['aud is missing', () => ({ claims: { aud: undefined } })],
  ['exp is more than five minutes ahead', () => ({ claims: { exp: now() + 900 } })],
  ['exp is past', () => ({ claims: { exp: now() - 120 } })],
  ['exp is missing', () => ({ claims: { exp: undefined } })],
  ['exp is a string', () => ({ claims: { exp: String(now() + 60) } })],
  ['jti is missing', () => ({ claims: { jti: undefined } })],
  ['iss is not the client', () => ({ claims: { iss: 'somebody-else' } })],
  ['sub is not iss', () => ({ claims: { sub: 'somebody-else' } })],
  ['nbf is far ahead', () => ({ claims: { nbf: now() + 600 } })],
  ['kid is unknown', () => ({ header: { kid: 'nobody-knows' } })],
  ['kid is missing', () => ({ header: { kid: undefined } })],
  ['kid is of the other key', () => ({ header: { kid: 'conformance-RS384' } })],
  ['jku was never registered', () => ({ header: { jku: 'https://elsewhere.example.test/jwks' } })],
  ['alg says RS384, the key is elliptic', () => ({ header: { alg: 'RS384' } })],
  ['typ is at+jwt', () => ({ header: { typ: 'at+jwt' } })],
  ['crit names what nobody understands', () => ({ header: { crit: ['x-unknown'], 'x-unknown': true } })],
];

const forged: readonly (readonly [says: string, forge: (good: string, site: Site) => string])[] = [
  ['alg none, no signature', (good) => `${part({ ...headerOf(good), alg: 'none' })}.${good.split('.')[1]}.`],
  ['alg none in other letters', (good) => `${part({ ...headerOf(good), alg: 'nOnE' })}.${good.split('.')[1]}.`],
  ['claims changed after signing', (good) => good.replace(/\..*\./, `.${part({ ...claimsOf(good), jti: 'changed' })}.`)],
  ['signature cut off', (good) => good.split('.').slice(0, 2).join('.')],
  ['signature empty', (good) => `${good.split('.').slice(0, 2).join('.')}.`],
  ['two assertions joined', (good) => `${good}.${good}`],
  [
    'a key of its own in the header (jwk)',
    (good) => signedJwt({ ...headerOf(good), jwk: { ...stranger.jwk, d: undefined } }, claimsOf(good), stranger),
  ],
  ['HS384 keyed with the public key', (good) => good.replace(/^[^.]*/, part({ ...headerOf(good), alg: 'HS384' }))],
];

export const assertion: readonly Row[] = kinds.flatMap((kind): readonly Row[] => [
  ...bad.map(
    ([says, proof], at): Row => ({
      id: `smart-jwt.${String(at + 1).padStart(2, '0')}-${kind}`,
      says: `assertion refused: ${says} (${kind})`,
      run: async (site) =>
        isRefused(await ask(site, kind, await proof(site, kind)), [400, 401], ['invalid_client', 'invalid_request']),
      mutant: anythingGoes('assertions'),
    }),
  ),
  ...forged.map(
    ([says, forge], at): Row => ({
      id: `smart-jwt.${String(at + 41).padStart(2, '0')}-${kind}`,
      says: `assertion refused: ${says} (${kind})`,
      async run(site) {
        const form =
          kind === 'backend'
            ? { grant_type: 'client_credentials', scope: 'system/*.rs' }
            : { grant_type: 'refresh_token', refresh_token: (await site.granted('asymmetric')).refresh };
        const client_assertion = forge(site.assertion(kind), site);
        isRefused(
          await site.token(kind, { ...form, client_assertion, client_assertion_type: ASSERTION_TYPE }),
          [400, 401],
          ['invalid_client', 'invalid_request'],
        );
      },
      mutant: anythingGoes('assertions'),
    }),
  ),
  {
    id: `smart-jwt.71-${kind}`,
    says: `an assertion used twice is refused the second time (${kind})`,
    async run(site) {
      const client_assertion = site.assertion(kind, { claims: { jti: randomUUID() } });
      const send = async () =>
        site.token(kind, {
          ...(kind === 'backend'
            ? { grant_type: 'client_credentials', scope: 'system/*.rs' }
            : { grant_type: 'refresh_token', refresh_token: (await site.granted('asymmetric')).refresh }),
          client_assertion,
        });
      equal((await send()).status, 200, 'first');
      isRefused(await send(), [400, 401], ['invalid_client']);
    },
    mutant: anythingGoes('jti'),
  },
  {
    id: `smart-jwt.72-${kind}`,
    says: `the issuer is taken as audience too, as openid-client sends it, with iat and nbf (${kind})`,
    async run(site) {
      const answer = await ask(site, kind, { claims: { aud: site.issuer, iat: now(), nbf: now() } });
      equal([answer.status, typeof bodyOf(answer)['access_token']], [200, 'string'], 'answer');
    },
    mutant: () => ({
      name: 'only the token endpoint is taken as audience',
      answer: (answer, asked) => (asked.url.pathname === '/token' ? { ...answer, status: 401, text: '{}' } : answer),
    }),
  },
  {
    id: `smart-jwt.73-${kind}`,
    says: `a refusal does not say which part was wrong to whom is nobody (${kind})`,
    async run(site) {
      const answer = await ask(site, kind, { key: stranger });
      hold(!/signature|kid|jwks|stack|at file:/i.test(answer.text), answer.text.slice(0, 200));
    },
    mutant: () => ({
      name: 'refusals quote the reason',
      answer: (answer) => (answer.status >= 400 ? { ...answer, text: `${answer.text} signature verification failed` } : answer),
    }),
  },
]);
