/** Public suite group 1.2 (standalone launch), for each kind of app: redirect, token answer, headers, patient in context. */
import { isAt, type Mutant } from '../../mutants/mutant.ts';
import { answering, redirectWith, withField, withHeader, withoutField } from '../../mutants/spoil-answers.ts';
import { type Kind, ORIGIN } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { APP_SCOPE, bodyOf, grantedBy, type Site } from '../site.ts';

export const apps = ['public', 'symmetric', 'asymmetric'] as const;

/** A row for each kind of app that it concerns. */
export function forEach<K extends Kind>(
  kinds: readonly K[],
  id: string,
  says: string,
  run: (site: Site, kind: K) => Promise<void>,
  mutant: Row['mutant'],
): readonly Row[] {
  return kinds.map((kind) => ({ id: `${id}-${kind}`, says: `${says} (${kind})`, run: (site) => run(site, kind), mutant }));
}

function tokenField(id: string, says: string, holds: (body: Record<string, unknown>) => boolean, mutant: Row['mutant']) {
  return forEach(
    apps,
    id,
    says,
    async (site, kind) => {
      const answer = await site.theAnswer(kind);
      hold(holds(bodyOf(answer)), answer.text.replace(/"(access|refresh|id)_token":"[^"]*"/g, '"$1_token":"…"').slice(0, 300));
    },
    mutant,
  );
}

export const withoutPost: Row['mutant'] = () => ({
  name: 'POST to authorize refused',
  answer: (answer, ask) =>
    isAt(ask, '/authorize') && ask.method === 'POST' ? { status: 405, headers: new Headers(), text: '' } : answer,
});

/** The FHIR server does not let the token through. */
const closedFhir: Row['mutant'] = ({ fhir }): Mutant => ({
  name: 'FHIR reads refused',
  answer: (answer, ask) => (ask.url.href.startsWith(`${fhir}/Patient`) ? { ...answer, status: 403, text: '' } : answer),
});

export const launch: readonly Row[] = [
  ...forEach(
    apps,
    'smart-1.2.01',
    'the redirect carries a code and no error',
    async (site, kind) => {
      const { answer, url, text } = await site.theLaunch(kind);
      hold(answer.has('code') && !answer.has('error'), `${url} ${text.slice(0, 200)}`);
    },
    redirectWith('code', null),
  ),
  ...forEach(
    apps,
    'smart-1.2.02',
    'the redirect carries the state unchanged',
    async (site, kind) => {
      const { answer, state } = await site.theLaunch(kind);
      equal(answer.get('state'), state, 'state');
    },
    redirectWith('state', 'another'),
  ),
  ...forEach(
    apps,
    'smart-1.2.03',
    'the redirect names the issuer (RFC 9207)',
    async (site, kind) => equal((await site.theLaunch(kind)).answer.get('iss'), site.issuer, 'iss'),
    redirectWith('iss', 'https://elsewhere.example.test'),
  ),
  ...forEach(
    apps,
    'smart-1.2.04',
    'the authorization endpoint takes a POST form',
    async (site, kind) => {
      const { answer, url } = await site.launch(kind, { post: true });
      hold(answer.has('code'), url);
    },
    withoutPost,
  ),
  ...forEach(
    apps,
    'smart-1.2.05',
    'the token answer is exactly 200, JSON',
    async (site, kind) => {
      const answer = await site.theAnswer(kind);
      equal(answer.status, 200, 'status');
      hold((answer.headers.get('content-type') ?? '').startsWith('application/json'), 'Content-Type');
    },
    answering('/token', 201),
  ),
  ...tokenField(
    'smart-1.2.06',
    'access_token is a string',
    ({ access_token: token }) => typeof token === 'string' && token !== '',
    withoutField('/token', 'access_token'),
  ),
  ...tokenField(
    'smart-1.2.07',
    'token_type is bearer, in any case',
    ({ token_type: type }) => String(type).toLowerCase() === 'bearer',
    withField('/token', 'token_type', 'MAC'),
  ),
  ...tokenField(
    'smart-1.2.08',
    'expires_in is a number, of 61 seconds to one hour',
    ({ expires_in: seconds }) => typeof seconds === 'number' && seconds > 60 && seconds <= 3600,
    withField('/token', 'expires_in', '3600'),
  ),
  ...tokenField(
    'smart-1.2.09',
    'scope is a non-blank string',
    ({ scope }) => typeof scope === 'string' && scope.trim() !== '',
    withoutField('/token', 'scope'),
  ),
  ...tokenField(
    'smart-1.2.10',
    'every scope asked for and agreed to is in the answer',
    ({ scope }) => APP_SCOPE.split(' ').every((one) => String(scope).split(' ').includes(one)),
    withField('/token', 'scope', 'openid fhirUser'),
  ),
  ...tokenField(
    'smart-1.2.11',
    'refresh_token is a string (offline_access)',
    ({ refresh_token: token }) => typeof token === 'string' && token !== '',
    withoutField('/token', 'refresh_token'),
  ),
  ...forEach(
    apps,
    'smart-1.2.12',
    'Cache-Control has no-store',
    async (site, kind) => {
      const value = (await site.theAnswer(kind)).headers.get('cache-control') ?? '';
      hold(value.includes('no-store'), value);
    },
    withHeader('/token', 'cache-control', 'private'),
  ),
  ...forEach(
    apps,
    'smart-1.2.13',
    'Pragma has no-cache',
    async (site, kind) => {
      const value = (await site.theAnswer(kind)).headers.get('pragma') ?? '';
      hold(value.includes('no-cache'), value);
    },
    withHeader('/token', 'pragma', undefined),
  ),
  ...forEach(
    ['public'],
    'smart-1.2.14',
    'the token answer may be read by the page that asked',
    async (site, kind) => {
      const allowed = (await site.theAnswer(kind)).headers.get('access-control-allow-origin');
      hold(allowed === ORIGIN || allowed === '*', `Access-Control-Allow-Origin is ${allowed}`);
    },
    withHeader('/token', 'access-control-allow-origin', undefined),
  ),
  ...tokenField(
    'smart-1.2.15',
    'patient is a bare id (launch/patient)',
    ({ patient }) => typeof patient === 'string' && /^[A-Za-z0-9.-]{1,64}$/.test(patient),
    withoutField('/token', 'patient'),
  ),
  ...forEach(
    apps,
    'g10-1.9.11',
    'the patient in context can be read',
    async (site, kind) => {
      const { access, body } = grantedBy(await site.theAnswer(kind));
      const answer = await site.read(`Patient/${String(body['patient'])}`, access);
      equal([answer.status, bodyOf(answer)['id']], [200, body['patient']], 'answer');
    },
    closedFhir,
  ),
  ...tokenField(
    'g10-3.8.18',
    'need_patient_banner is given where a patient is',
    (body) => typeof body['need_patient_banner'] === 'boolean',
    withoutField('/token', 'need_patient_banner'),
  ),
  ...forEach(
    apps,
    'smart-1.2.16',
    'no token, code or secret stands in an address of the server',
    async (site, kind) => {
      const { url } = await site.theLaunch(kind);
      hold(!/access_token|id_token|refresh_token|client_secret/.test(url), 'a token in the redirect');
    },
    redirectWith('access_token', 'here-it-is'),
  ),
  {
    id: 'smart-1.2.17',
    says: 'a patient who signs in is the patient in context, unasked',
    async run(site) {
      const { body } = await site.granted('public', { person: 'patient-1' });
      equal(`Patient/${String(body['patient'])}`, site.subject.person('patient-1').fhirUser, 'patient');
    },
    mutant: withField('/token', 'patient', 'somebody-else'),
  },
  {
    id: 'smart-1.2.18',
    says: 'a redirect address with a query keeps it',
    async run(site) {
      const { answer } = await site.launch('public', { request: { redirect_uri: `${ORIGIN}/other?fixed=1` } });
      equal([answer.get('fixed'), answer.has('code')], ['1', true], 'redirect');
    },
    mutant: redirectWith('fixed', null),
  },
];
