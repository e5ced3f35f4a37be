/** RFC 9068, RFC 8707: JWT access tokens for a FHIR server beside, which checks them by the published keys alone (the example resource server does). */
import type { JsonWebKey } from 'node:crypto';
import { withField } from '../../mutants/spoil-answers.ts';
import type { ClientName } from '../client.ts';
import { claimsOf, headerOf, isRs256By, part } from '../jwt.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, grantedBy, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

const service = { grant_type: 'client_credentials', scope: 'system/*.rs' };

/** An app's token for the FHIR server beside, which runs then with the record of that app's patient. */
function app(site: Site) {
  return site.once('beside', async () => {
    const granted = await site.granted('lab-app', {
      scope: 'openid launch/patient patient/*.rs',
      request: { aud: site.subject.beside },
    });
    const patient = String(granted.body['patient']);
    await site.subject.openBeside(patient);
    return { ...granted, patient };
  });
}

const ask = (site: Site, name: ClientName, resource: string) => site.token(name, { ...service, resource });

async function read(site: Site, path: string, token: string | undefined): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (await site.send(`${site.subject.beside}/${path}`, { headers })).status;
}

const open: Row['mutant'] = ({ beside, fhir }) => ({
  name: 'a FHIR server that checks no token',
  answer: (answer, asked) =>
    [beside, fhir].some((base) => asked.url.href.startsWith(`${base}/`)) && [401, 404].includes(answer.status)
      ? { ...answer, status: 200 }
      : answer,
});

/** Ways in which a JWT is none, made from one that is. */
const spoilt: readonly (readonly [says: string, spoil: (token: string, site: Site) => string])[] = [
  ['claims changed', (token) => token.replace(/\.[^.]*\./, `.${part({ ...claimsOf(token), patient: 'other' })}.`)],
  ['alg none', (token) => `${part({ ...headerOf(token), alg: 'none' })}.${token.split('.')[1]}.`],
  ['signature cut off', (token) => token.replace(/[^.]*$/, '')],
  ['HS256 keyed by the public key', (token) => token.replace(/^[^.]*/, part({ ...headerOf(token), alg: 'HS256' }))],
];

export const besideRows: readonly Row[] = [
  {
    id: 'smart-rs.01',
    says: 'a JWT access token: typ at+jwt, RS256 under a published key, iss, aud, sub, client_id, scope, jti, of five minutes',
    async run(site) {
      const { access } = grantedBy(await ask(site, 'lab', site.subject.beside));
      const { typ, alg, kid } = headerOf(access);
      equal([typ, alg], ['at+jwt', 'RS256'], 'header');
      const { keys } = bodyOf(await site.send(`${site.issuer}/jwks`)) as {
        readonly keys?: readonly ({ kid?: string } & JsonWebKey)[];
      };
      const key = keys?.find((one) => one.kid === kid);
      hold(key !== undefined && isRs256By(access, key), 'it does not verify');
      const { iss, aud, sub, client_id, scope, jti, exp, iat } = claimsOf(access);
      const { id } = site.subject.clients.lab;
      equal(
        [iss, aud, sub, client_id, scope, typeof jti],
        [site.issuer, site.subject.beside, id, id, 'system/*.rs', 'string'],
        'claims',
      );
      equal(Number(exp) - Number(iat), 300, 'life');
    },
    mutant: withField('/token', 'access_token', 'opaque-as-always'),
  },
  {
    id: 'smart-rs.02',
    says: 'it opens the FHIR server that it is for: a service’s, and an app’s for its patient',
    async run(site) {
      const { access, patient } = await app(site);
      equal(await read(site, `Patient/${patient}`, access), 200, 'the app');
      const { access: ours } = grantedBy(await ask(site, 'lab', site.subject.beside));
      equal(await read(site, 'Observation/pulse', ours), 200, 'the service');
    },
    mutant: ({ beside }) => ({
      name: 'tokens for it refused',
      answer: (answer, asked) => (asked.url.href.startsWith(beside) ? { ...answer, status: 401 } : answer),
    }),
  },
  {
    id: 'smart-rs.03',
    says: 'a token for one FHIR server is none at another: neither way round, nor an id_token',
    async run(site) {
      const { access, patient, body } = await app(site);
      equal((await site.read(`Patient/${patient}`, access)).status, 401, 'for the one beside, here');
      const here = await site.granted('public', { scope: 'launch/patient patient/*.rs' });
      equal(await read(site, `Patient/${patient}`, here.access), 401, 'for here, beside');
      equal(await read(site, `Patient/${patient}`, String(body['id_token'])), 401, 'an id_token');
    },
    mutant: open,
  },
  ...spoilt.map(
    ([says, spoil], at): Row => ({
      id: `smart-rs.1${at + 1}`,
      says: `a JWT access token with ${says} is 401`,
      async run(site) {
        const { access, patient } = await app(site);
        equal(await read(site, `Patient/${patient}`, spoil(access, site)), 401, 'status');
      },
      mutant: open,
    }),
  ),
  {
    id: 'smart-rs.04',
    says: 'it says whose record is open and who signed in, and another record stays closed',
    async run(site) {
      const { access, patient, body } = await app(site);
      const claims = claimsOf(access);
      equal([claims['patient'], claims['sub']], [patient, claimsOf(String(body['id_token']))['sub']], 'claims');
      equal(await read(site, 'Patient/somebody-else', access), 404, 'status');
    },
    mutant: open,
  },
  {
    id: 'smart-rs.05',
    says: 'a client that is not registered for another FHIR server gets no token for it: invalid_target',
    async run(site) {
      for (const [name, resource] of [
        ['backend', site.subject.beside],
        ['lab', 'https://elsewhere.example.test/fhir'],
      ] as const)
        isRefused(await ask(site, name, resource), [400], ['invalid_target']);
    },
    mutant: () => ({
      name: 'audiences not compared',
      ask: (asked) =>
        asked.url.pathname === '/token' ? { ...asked, body: (asked.body ?? '').replace(/&?resource=[^&]*/, '') } : asked,
    }),
  },
];
