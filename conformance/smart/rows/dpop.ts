/** RFC 9449: tokens that are bound to a key, where they are asked for and where they are used. */
import type { Answer, Ask, Mutant } from '../../mutants/mutant.ts';
import { anythingGoes, withField, withoutField } from '../../mutants/spoil-answers.ts';
import type { Kind } from '../client.ts';
import { ath, type DpopProof, dpop } from '../dpop.ts';
import { equal, hold, type Row } from '../row.ts';
import { basic, bodyOf, type Sent, type Site } from '../site.ts';
import { apps, forEach } from './launch.ts';
import { isRefused } from './refused.ts';

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
type Bend = (proof: DpopProof, url: string, token: string) => Sent['headers'];

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

export const dpopRows: readonly Row[] = [
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
];
