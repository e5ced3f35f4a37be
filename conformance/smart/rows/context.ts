/** SMART App Launch 2.2 §Launch context, §Scopes for requesting context data, §Refresh: what context there is, for how long, and what an EHR may not say. */
import { newBrowser } from '../../../server/test/flows/authorization/browser.ts';
import { mending } from '../../mutants/mend-requests.ts';
import { answering, redirectWith, withField, withoutField } from '../../mutants/spoil-answers.ts';
import { REDIRECT } from '../client.ts';
import { claimsOf } from '../jwt.ts';
import { newPerson } from '../new-person.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, grantedBy, type Site } from '../site.ts';
import { apps, forEach } from './launch.ts';
import { isRefused } from './refused.ts';

const ODD_STATE = 'ä+ %2B&=#"\'~/é?🔥';

/** What an EHR asks that no launch may be prepared with. */
const impossible: readonly (readonly [says: string, fhirContext: readonly object[]])[] = [
  ['an item without reference, canonical and identifier', [{ type: 'ImagingStudy' }]],
  ['an empty role', [{ reference: 'ImagingStudy/1', role: '' }]],
  ['a relative role that SMART does not define', [{ reference: 'ImagingStudy/1', role: 'something' }]],
  ['the patient as an item', [{ reference: 'Patient/1' }]],
  ['the visit as an item', [{ reference: 'Encounter/1', role: 'launch' }]],
  ['an absolute reference', [{ reference: 'https://elsewhere.example.test/fhir/ImagingStudy/1' }]],
];

/** As an EHR that is a client of the server. */
async function isPrepared(site: Site, fhirContext: readonly object[]): Promise<boolean> {
  const { access } = grantedBy(await site.token('ehr', { grant_type: 'client_credentials', scope: '__launch' }));
  const { status } = await site.send(`${site.issuer}/launch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
    body: JSON.stringify({ client: site.subject.clients.public.id, user: 'family-physician', fhirContext }),
  });
  hold(status === 201 || status === 400, `status ${status}`);
  return status === 201;
}

/** Signs in, asks for `scope`, and signs out of the server: what the tokens are worth then. */
async function afterSignOut(site: Site, scope: string) {
  const browser = newBrowser(site.issuer, site.fetch as typeof fetch);
  const { refresh, scope: given } = grantedBy(
    await site.exchange(
      'public',
      await site.launch('public', { scope: `launch/patient patient/*.rs ${scope}`, hands: browser }),
    ),
  );
  const again = await site.token('public', { grant_type: 'refresh_token', refresh_token: refresh });
  const next = grantedBy(again);
  const page = await browser.open(`${site.issuer}/sign-out`);
  await browser.submit(page, '/sign-out');
  return { given, last: await site.token('public', { grant_type: 'refresh_token', refresh_token: next.refresh }) };
}

export const context: readonly Row[] = [
  ...forEach(
    apps,
    'smart-1.2.19',
    'a state of odd characters comes back to the letter',
    async (site, kind) => {
      const { answer } = await site.launch(kind, { request: { state: ODD_STATE } });
      equal(answer.get('state'), ODD_STATE, 'state');
    },
    redirectWith('state', ODD_STATE.normalize('NFD')),
  ),
  ...forEach(
    [...apps, 'backend'],
    'smart-1.2.20',
    'access_token is of the characters that a header may carry (RFC 6750 §2.1)',
    async (site, kind) => {
      const answer =
        kind === 'backend'
          ? await site.token('backend', { grant_type: 'client_credentials', scope: 'system/*.rs' })
          : await site.theAnswer(kind);
      hold(/^[A-Za-z0-9\-._~+/]{22,}=*$/.test(String(bodyOf(answer)['access_token'])), 'other characters, or short');
    },
    withField('/token', 'access_token', 'with a space'),
  ),
  {
    id: 'smart-1.2.21',
    says: 'patient/ scopes without launch/patient: there is a patient in context all the same',
    async run(site) {
      const { body, access } = await site.granted('public', { scope: 'patient/*.rs' });
      hold(typeof body['patient'] === 'string', 'no patient');
      equal((await site.read(`Patient/${String(body['patient'])}`, access)).status, 200, 'status');
    },
    mutant: withoutField('/token', 'patient'),
  },
  {
    id: 'smart-1.2.22',
    says: 'user scopes alone open no patient: none is named',
    async run(site) {
      const { body } = await site.granted('public', { scope: 'openid user/*.rs' });
      equal('patient' in body, false, 'patient');
    },
    mutant: withField('/token', 'patient', 'somebody'),
  },
  {
    id: 'smart-1.2.23',
    says: 'a person who is no FHIR resource: fhirUser is not granted, and no claim of it is made',
    async run(site) {
      const person = await newPerson(site.subject, { roles: ['security-officer'] });
      const { scope, body } = await site.granted('public', { person, scope: 'openid fhirUser' });
      hold(scope.includes('openid') && !scope.includes('fhirUser'), scope.join(' '));
      equal('fhirUser' in claimsOf(String(body['id_token'])), false, 'claim');
    },
    mutant: withField('/token', 'scope', 'openid fhirUser'),
  },
  ...forEach(
    apps,
    'smart-1.4.13',
    'a refresh without scope gives the scopes of the launch, also after a narrower one',
    async (site, kind) => {
      const granted = await site.granted(kind, {
        scope: 'launch/patient offline_access patient/Observation.rs patient/Condition.rs',
      });
      const form = { grant_type: 'refresh_token', refresh_token: granted.refresh };
      const narrow = grantedBy(await site.token(kind, { ...form, scope: 'offline_access patient/Observation.rs' }));
      const whole = grantedBy(await site.token(kind, { ...form, refresh_token: narrow.refresh }));
      equal([...whole.scope].sort(), [...granted.scope].sort(), 'scope');
    },
    mending('a refresh keeps the narrowest scope', '/token', (params) => {
      if (params.get('grant_type') === 'refresh_token') params.set('scope', 'offline_access patient/Observation.rs');
    }),
  ),
  {
    id: 'smart-1.4.14',
    says: 'online_access: new tokens while the person is signed in, none afterwards',
    async run(site) {
      const { given, last } = await afterSignOut(site, 'online_access');
      hold(given.includes('online_access'), given.join(' '));
      isRefused(last, [400], ['invalid_grant']);
    },
    mutant: mending('online_access is offline_access', '/authorize', (params) => {
      const scope = params.get('scope');
      if (scope !== null) params.set('scope', scope.replace('online_access', 'online_access offline_access'));
    }),
  },
  {
    id: 'smart-1.4.15',
    says: 'offline_access: new tokens also after the person signed out',
    async run(site) {
      const { given, last } = await afterSignOut(site, 'offline_access');
      hold(given.includes('offline_access'), given.join(' '));
      equal(last.status, 200, 'status');
    },
    mutant: mending('offline_access is online_access', '/authorize', (params) => {
      const scope = params.get('scope');
      if (scope !== null) params.set('scope', scope.replace('offline_access', 'online_access'));
    }),
  },
  ...impossible.map(
    ([says, fhirContext], at): Row => ({
      id: `smart-2.2.${31 + at}`,
      says: `EHR launch: a context with ${says} cannot be prepared`,
      async run(site) {
        equal(
          await isPrepared(site, [{ reference: 'ImagingStudy/1', role: 'https://roles.example.test/x' }]),
          true,
          'a good one',
        );
        equal(await isPrepared(site, fhirContext), false, 'prepared');
      },
      mutant: answering('/launch', 201),
    }),
  ),
  {
    id: 'smart-2.2.37',
    says: 'EHR launch and registration: U+0000 in a body is a bad request, and no failure inside',
    async run(site) {
      const { access } = grantedBy(await site.token('ehr', { grant_type: 'client_credentials', scope: '__launch' }));
      const { token } = await site.subject.admin('POST', '/registration-tokens', { note: 'x', scope: 'openid', uses: 5 });
      const post = async (path: string, bearer: unknown, body: object) => {
        const headers = { authorization: `Bearer ${String(bearer)}`, 'content-type': 'application/json' };
        return (await site.send(site.issuer + path, { method: 'POST', headers, body: JSON.stringify(body) })).status;
      };
      const client = site.subject.clients.public.id;
      equal(await post('/launch', access, { client, user: 'a\u0000b' }), 400, 'user');
      equal(
        await post('/launch', access, { client, user: 'family-physician', smartStyleUrl: 'https://x.test/\u0000' }),
        400,
        'style',
      );
      equal(
        await post('/register', token, { client_name: 'x', redirect_uris: [REDIRECT], contacts: ['\u0000'] }),
        400,
        'contacts',
      );
    },
    mutant: answering('/launch', 500),
  },
  {
    id: 'smart-2.2.17',
    says: 'smart_style_url changes when what it holds does: its name is made of its contents',
    async run(site) {
      const { launch } = (await site.subject.admin('POST', '/launches', {
        client: site.subject.clients.public.id,
        user: 'family-physician',
      })) as { launch: string };
      const { body } = await site.granted('public', { scope: 'launch openid', request: { launch } });
      const url = String(body['smart_style_url']);
      const { headers, text } = await site.send(url);
      const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex');
      hold(url.includes(digest.slice(0, 16)), url);
      hold(!/immutable/.test(headers.get('cache-control') ?? '') || url.includes(digest.slice(0, 16)), 'kept for ever');
    },
    mutant: () => ({
      name: 'another style at the same address',
      answer: (answer, ask) => (/style/.test(ask.url.pathname) ? { ...answer, text: answer.text.replace('#', '#0') } : answer),
    }),
  },
  {
    id: 'smart-1.1.28',
    says: 'launch contexts that nobody here can supply are not granted: launch/imagingstudy',
    async run(site) {
      const { scope } = await site.granted('public', { scope: 'launch/patient launch/imagingstudy patient/Patient.rs' });
      equal([...scope].sort(), ['launch/patient', 'patient/Patient.rs'], 'scope');
    },
    mutant: withField('/token', 'scope', 'launch/patient launch/imagingstudy patient/Patient.rs'),
  },
];
