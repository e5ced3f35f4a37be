/** RFC 8693: a client exchanges a token of its own for a narrower one, and never for anything more. */
import { isAt } from '../../mutants/mutant.ts';
import { anythingGoes, withField } from '../../mutants/spoil-answers.ts';
import { dpop } from '../dpop.ts';
import { claimsOf } from '../jwt.ts';
import { equal, hold, type Row } from '../row.ts';
import { basicOf, bodyOf, grantedBy, type Site } from '../site.ts';
import { isRefused } from './refused.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;
const scope = 'openid launch/patient offline_access patient/Observation.rs patient/Patient.rs';

const source = (site: Site) => site.once('exchange', () => site.granted('exchanger', { scope }));

async function exchange(site: Site, change: Readonly<Record<string, string | undefined>> = {}) {
  const { access } = await source(site);
  return site.token('exchanger', {
    grant_type: GRANT,
    subject_token: access,
    subject_token_type: type('access_token'),
    ...change,
  });
}

/** What no token may be exchanged with, or for. */
const refused: readonly (readonly [says: string, change: (site: Site) => Promise<Readonly<Record<string, string>>>])[] = [
  ['a token that nobody gave', async () => ({ subject_token: 'x'.repeat(43) })],
  ['another client’s token', async (site) => ({ subject_token: (await site.granted('public')).access })],
  [
    'a refresh token',
    async (site) => ({ subject_token: (await source(site)).refresh, subject_token_type: type('refresh_token') }),
  ],
  [
    'an id_token',
    async (site) => ({ subject_token: String((await source(site)).body['id_token']), subject_token_type: type('id_token') }),
  ],
  ['an actor', async (site) => ({ actor_token: (await source(site)).access, actor_token_type: type('access_token') })],
  ['a refresh token for an answer', async () => ({ requested_token_type: type('refresh_token') })],
];

export const exchangeRows: readonly Row[] = [
  {
    id: 'smart-tx.02',
    says: 'exchanged for less: what was asked, for the same patient, five minutes at most; it reads that and no more',
    async run(site) {
      const answer = await exchange(site, { scope: 'patient/Observation.rs' });
      const { access, body } = grantedBy(answer);
      const patient = (await source(site)).body['patient'];
      equal(
        [body['scope'], body['issued_token_type'], body['patient'], body['token_type']],
        ['patient/Observation.rs', type('access_token'), patient, 'Bearer'],
        'answer',
      );
      hold(Number(body['expires_in']) <= 300, String(body['expires_in']));
      equal((await site.read(`Observation?patient=${String(patient)}&_count=1`, access)).status, 200, 'Observation');
      equal((await site.read(`Patient/${String(patient)}`, access)).status, 403, 'Patient');
    },
    mutant: () => ({
      name: 'the scope of an exchange not narrowed',
      ask: (asked) =>
        isAt(asked, '/token') && (asked.body ?? '').includes('token-exchange')
          ? { ...asked, body: (asked.body ?? '').replace(/&scope=[^&]*/, '') }
          : asked,
    }),
  },
  {
    id: 'smart-tx.03',
    says: 'what is wider than the exchanged token is left out, and alone is invalid_scope',
    async run(site) {
      const { body } = grantedBy(await exchange(site, { scope: 'patient/Observation.cruds user/*.rs system/*.rs openid' }));
      equal(body['scope'], 'patient/Observation.rs', 'scope');
      for (const wider of ['user/*.rs', 'system/*.rs', 'patient/Condition.rs', 'patient/*.cud', 'openid', '__introspect'])
        isRefused(await exchange(site, { scope: wider }), [400], ['invalid_scope']);
    },
    mutant: withField('/token', 'scope', 'patient/Observation.cruds user/*.rs'),
  },
  {
    id: 'smart-tx.04',
    says: 'it ends with the grant of the token that was exchanged',
    async run(site) {
      const { access, refresh, body } = await site.granted('exchanger', { scope });
      const made = grantedBy(await exchange(site, { subject_token: access, scope: 'patient/Patient.rs' }));
      const path = `Patient/${String(body['patient'])}`;
      equal((await site.read(path, made.access)).status, 200, 'before');
      await site.send(`${site.issuer}/revoke`, { form: { token: refresh }, headers: basicOf(site.subject.clients.exchanger) });
      equal((await site.read(path, made.access)).status, 401, 'after');
      isRefused(await exchange(site, { subject_token: access }), [400]);
    },
    mutant: () => ({
      name: 'exchanged tokens outlive their grant',
      answer: (answer, asked) => (asked.url.pathname.includes('/Patient/') ? { ...answer, status: 200 } : answer),
    }),
  },
  {
    id: 'smart-tx.05',
    says: 'exchanged for a JWT of a FHIR server that the client is registered for, and no other',
    async run(site) {
      const { body } = grantedBy(await exchange(site, { resource: site.subject.beside, scope: 'patient/Patient.rs' }));
      const { aud, scope: said, patient } = claimsOf(String(body['access_token']));
      equal([aud, said, patient], [site.subject.beside, 'patient/Patient.rs', (await source(site)).body['patient']], 'claims');
      isRefused(await exchange(site, { resource: 'https://elsewhere.example.test/fhir' }), [400], ['invalid_target']);
    },
    mutant: anythingGoes('the audience of an exchange'),
  },
  ...refused.map(
    ([says, change], at): Row => ({
      id: `smart-tx.1${at + 1}`,
      says: `exchange refused: ${says}`,
      run: async (site) => isRefused(await exchange(site, await change(site)), [400]),
      mutant: anythingGoes('what is exchanged'),
    }),
  ),
  {
    id: 'smart-tx.17',
    says: 'exchange refused: a token that is bound to a key',
    async run(site) {
      const launched = await site.launch('exchanger', { scope });
      const headers = { dpop: dpop()('POST', `${site.issuer}/token`) };
      const bound = bodyOf(await site.exchange('exchanger', launched, {}, { headers }));
      equal(bound['token_type'], 'DPoP', 'token_type');
      isRefused(await exchange(site, { subject_token: String(bound['access_token']) }), [400]);
    },
    mutant: anythingGoes('bindings'),
  },
  {
    id: 'smart-tx.19',
    says: 'exchange refused: with a DPoP proof, since what is exchanged is not bound: it is not ignored',
    async run(site) {
      const form = { grant_type: GRANT, subject_token: (await source(site)).access, subject_token_type: type('access_token') };
      const headers = { dpop: dpop()('POST', `${site.issuer}/token`) };
      isRefused(await site.token('exchanger', form, { headers }), [400], ['invalid_request']);
    },
    mutant: anythingGoes('proofs'),
  },
  {
    id: 'smart-tx.18',
    says: 'discovery names the grant',
    async run(site) {
      const { grant_types_supported: named } = bodyOf(await site.send(`${site.fhir}/.well-known/smart-configuration`));
      hold(Array.isArray(named) && named.includes(GRANT), JSON.stringify(named));
    },
    mutant: withField('/.well-known/smart-configuration', 'grant_types_supported', ['authorization_code']),
  },
];
