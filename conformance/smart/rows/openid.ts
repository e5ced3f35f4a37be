/** Public suite group 1.3 (OpenID Connect); SMART App Launch 2.2 §Scopes for requesting identity data, OpenID Connect Core §2, §3.1.3.7. */
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import type { Mutant } from '../../mutants/mutant.ts';
import { answering, withField, withHeader, withoutField } from '../../mutants/spoil-answers.ts';
import { type Kind, ORIGIN } from '../client.ts';
import { claimsOf, headerOf, isRs256By, part } from '../jwt.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, grantedBy, type Site } from '../site.ts';
import { apps, forEach } from './launch.ts';

const place = '/.well-known/openid-configuration';

async function idToken(site: Site, kind: Kind): Promise<string> {
  const token = bodyOf(await site.theAnswer(kind))['id_token'];
  hold(typeof token === 'string', 'no id_token');
  return token;
}

/** The id_token says something else (its signature is then no matter for the row). */
function otherClaim(name: string, value: unknown): () => Mutant {
  return withField('/token', 'id_token', (token: unknown) => {
    const [head = '', , signature = ''] = String(token).split('.');
    return `${head}.${part({ ...claimsOf(String(token)), [name]: value })}.${signature}`;
  });
}

const otherAlgorithm = withField('/token', 'id_token', (token: unknown) => {
  const [, body = '', signature = ''] = String(token).split('.');
  return `${part({ alg: 'ES256', kid: 'x' })}.${body}.${signature}`;
});

function claim(
  id: string,
  says: string,
  mutant: Row['mutant'],
  holds: (all: Readonly<Record<string, unknown>>, site: Site, kind: Kind) => unknown,
) {
  return forEach(
    apps,
    id,
    `id_token: ${says}`,
    async (site, kind) => {
      const all = claimsOf(await idToken(site, kind));
      hold((await holds(all, site, kind)) === true, JSON.stringify(all));
    },
    mutant,
  );
}

async function keys(site: Site): Promise<readonly JsonWebKey[]> {
  const { keys: found } = bodyOf(await site.send(`${site.issuer}/jwks`)) as { keys?: readonly JsonWebKey[] };
  return found ?? [];
}

const fields = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'response_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
];

export const openid: readonly Row[] = [
  ...forEach(
    apps,
    'smart-1.3.01',
    'the id_token is a JWT signed RS256',
    async (site, kind) => equal(headerOf(await idToken(site, kind)).alg, 'RS256', 'alg'),
    otherAlgorithm,
  ),
  {
    id: 'smart-1.3.02',
    says: 'openid-configuration: 200, application/json',
    async run(site) {
      const answer = await site.send(`${site.issuer}${place}`);
      equal(answer.status, 200, 'status');
      hold((answer.headers.get('content-type') ?? '').startsWith('application/json'), 'Content-Type');
    },
    mutant: withHeader(place, 'content-type', 'text/html'),
  },
  ...fields.map(
    (field, index): Row => ({
      id: `smart-1.3.03.${index + 1}`,
      says: `openid-configuration has ${field}`,
      run: async (site) => hold(field in bodyOf(await site.send(`${site.issuer}${place}`)), 'it has not'),
      mutant: withoutField(place, field),
    }),
  ),
  {
    id: 'smart-1.3.04',
    says: 'openid-configuration: id_token_signing_alg_values_supported has RS256, not none',
    async run(site) {
      const values = bodyOf(await site.send(`${site.issuer}${place}`))['id_token_signing_alg_values_supported'];
      hold(Array.isArray(values) && values.includes('RS256') && !values.includes('none'), JSON.stringify(values));
    },
    mutant: withField(place, 'id_token_signing_alg_values_supported', ['RS256', 'none']),
  },
  {
    id: 'smart-1.3.05',
    says: 'jwks_uri holds keys, each importable, at least one RSA',
    async run(site) {
      const found = await keys(site);
      hold(
        found.some(({ kty }) => kty === 'RSA'),
        'no RSA key',
      );
      for (const key of found) createPublicKey({ key, format: 'jwk' });
    },
    mutant: withField('/jwks', 'keys', []),
  },
  {
    id: 'smart-1.3.06',
    says: 'jwks_uri holds no private part',
    async run(site) {
      for (const key of await keys(site))
        equal(
          ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].filter((part) => part in key),
          [],
          'private parts',
        );
      hold((await keys(site)).length > 0, 'no key');
    },
    mutant: withField('/jwks', 'keys', (old: unknown) => [{ ...(old as readonly object[])[0], d: 'AQAB' }]),
  },
  ...forEach(
    apps,
    'smart-1.3.07',
    'the id_token verifies under the key that its kid names',
    async (site, kind) => {
      const token = await idToken(site, kind);
      const { kid } = headerOf(token);
      const named = (await keys(site)).filter((key) => (key as { kid?: string }).kid === kid);
      equal(named.length, 1, 'keys of that kid');
      hold(isRs256By(token, named[0]!), 'its signature is not valid');
    },
    otherClaim('sub', 'somebody-else'),
  ),
  ...claim(
    'smart-1.3.08',
    'iss is the issuer',
    otherClaim('iss', 'https://elsewhere.example.test'),
    ({ iss }, site) => iss === site.issuer,
  ),
  ...claim('smart-1.3.09', 'aud contains the client', otherClaim('aud', 'another-app'), ({ aud }, site, kind) =>
    ([aud].flat() as readonly unknown[]).includes(site.subject.clients[kind].id),
  ),
  ...claim(
    'smart-1.3.10',
    'sub is a non-blank string of at most 255 characters',
    otherClaim('sub', ''),
    ({ sub }) => typeof sub === 'string' && sub.trim() !== '' && sub.length < 256,
  ),
  ...claim(
    'smart-1.3.11',
    'exp and iat are numbers, of now',
    otherClaim('exp', 1),
    ({ exp, iat }) =>
      typeof exp === 'number' && typeof iat === 'number' && exp > Date.now() / 1000 && iat <= Date.now() / 1000 + 60,
  ),
  ...claim(
    'smart-1.3.12',
    'nonce is the one that was sent',
    otherClaim('nonce', 'another'),
    async ({ nonce }, site, kind) => nonce === (await site.theLaunch(kind)).nonce,
  ),
  ...claim(
    'smart-1.3.13',
    'fhirUser is an absolute URL of a person under the FHIR base',
    otherClaim('fhirUser', 'Location/1'),
    ({ fhirUser }, site) =>
      typeof fhirUser === 'string' &&
      fhirUser.startsWith(`${site.fhir}/`) &&
      /\/(Patient|Practitioner|PractitionerRole|RelatedPerson|Person)\/[A-Za-z0-9.-]{1,64}$/.test(fhirUser),
  ),
  ...forEach(
    apps,
    'smart-1.3.14',
    'fhirUser can be read with the token, although its scopes are the patient’s',
    async (site, kind) => {
      const { access, body } = grantedBy(await site.theAnswer(kind));
      const { fhirUser } = claimsOf(String(body['id_token'])) as { fhirUser: string };
      const answer = await site.send(fhirUser, { headers: { authorization: `Bearer ${access}` } });
      equal([answer.status, bodyOf(answer)['resourceType']], [200, 'Practitioner'], 'answer');
    },
    ({ fhir }) => ({
      name: 'own Practitioner refused',
      answer: (answer, ask) => (ask.url.href.startsWith(`${fhir}/Practitioner`) ? { ...answer, status: 404 } : answer),
    }),
  ),
  {
    id: 'smart-1.3.15-public',
    says: 'the read of fhirUser by a page carries the CORS header, its preflight too (public)',
    async run(site) {
      const { access, body } = grantedBy(await site.theAnswer('public'));
      const { fhirUser } = claimsOf(String(body['id_token'])) as { fhirUser: string };
      const read = await site.send(fhirUser, { headers: { authorization: `Bearer ${access}`, origin: ORIGIN } });
      const preflight = await site.send(fhirUser, {
        method: 'OPTIONS',
        headers: {
          origin: ORIGIN,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
      for (const answer of [read, preflight])
        equal(answer.headers.get('access-control-allow-origin'), ORIGIN, 'Access-Control-Allow-Origin');
      hold(/authorization/i.test(preflight.headers.get('access-control-allow-headers') ?? ''), 'Authorization not allowed');
    },
    mutant: ({ fhir }) => ({
      name: 'no CORS on FHIR',
      answer(answer, ask) {
        if (!ask.url.href.startsWith(`${fhir}/Practitioner`)) return answer;
        const headers = new Headers(answer.headers);
        headers.delete('access-control-allow-origin');
        return { ...answer, headers };
      },
    }),
  },
  ...claim(
    'smart-1.3.19',
    'at_hash is that of the access token beside it',
    otherClaim('at_hash', 'another'),
    async ({ at_hash }, site, kind) => {
      const { access } = grantedBy(await site.theAnswer(kind));
      return at_hash === createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url');
    },
  ),
  {
    id: 'smart-1.3.16',
    says: 'no id_token without openid',
    async run(site) {
      const { body } = await site.granted('public', { scope: 'launch/patient patient/*.rs' });
      equal('id_token' in body, false, 'id_token');
    },
    mutant: withField('/token', 'id_token', 'a.b.c'),
  },
  {
    id: 'smart-1.3.17',
    says: 'userinfo has the same sub and fhirUser',
    async run(site) {
      const { access, body } = grantedBy(await site.theAnswer('public'));
      const told = bodyOf(await site.send(`${site.issuer}/userinfo`, { headers: { authorization: `Bearer ${access}` } }));
      const { sub, fhirUser } = claimsOf(String(body['id_token']));
      equal([told['sub'], told['fhirUser']], [sub, fhirUser], 'userinfo');
    },
    mutant: withField('/userinfo', 'sub', 'somebody-else'),
  },
  {
    id: 'smart-1.3.18',
    says: 'userinfo without a token is 401 with a challenge',
    async run(site) {
      const answer = await site.send(`${site.issuer}/userinfo`);
      equal(answer.status, 401, 'status');
      hold(/^Bearer/i.test(answer.headers.get('www-authenticate') ?? ''), 'no challenge');
    },
    mutant: answering('/userinfo', 200, '{"sub":"anybody"}'),
  },
];
