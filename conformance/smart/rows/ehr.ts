/** Public suite groups 2.1 and 2.2, (g)(10) 3.7.05, 3.8, 9.19: EHR launch, for each kind of app; SMART App Launch 2.2 §EHR launch, §Launch context parameters. */

import { mending } from '../../mutants/mend-requests.ts';
import { isAt, type Mutant } from '../../mutants/mutant.ts';
import { redirectWith, withField, withoutField } from '../../mutants/spoil-answers.ts';
import type { Kind } from '../client.ts';
import { claimsOf } from '../jwt.ts';
import { equal, hold, type Row } from '../row.ts';
import { type Asked, basic, bodyOf, grantedBy, type Site } from '../site.ts';
import { apps, forEach, withoutPost } from './launch.ts';

const SCOPE = 'launch openid fhirUser offline_access patient/*.rs';
const person = 'family-physician';

interface Context {
  readonly patient: string;
  readonly encounter: string;
}

/** A patient of the physician, with a visit. */
function context(site: Site): Promise<Context> {
  return site.once('ehr context', async () => {
    const { access, body } = await site.granted('public', { scope: 'launch/patient user/*.rs' });
    const patient = String(body['patient']);
    const { entry } = bodyOf(await site.read(`Encounter?patient=${patient}&_count=1`, access)) as {
      entry?: readonly { readonly resource: { readonly id: string } }[];
    };
    const encounter = entry?.[0]?.resource.id;
    if (encounter === undefined) throw new Error('this patient has no visit');
    return { patient, encounter };
  });
}

async function prepared(
  site: Site,
  kind: Kind,
  change: object = {},
): Promise<{ readonly launch: string; readonly iss: string }> {
  const body = {
    client: site.subject.clients[kind].id,
    user: person,
    ...(await context(site)),
    fhirContext: [
      { reference: 'ImagingStudy/9' },
      { canonical: 'http://example.test/Questionnaire/q|1', type: 'Questionnaire' },
    ],
    intent: 'reconcile-medications',
    needPatientBanner: false,
    tenant: 'ward-7',
    ...change,
  };
  return (await site.subject.admin('POST', '/launches', body)) as { launch: string; iss: string };
}

async function asked(site: Site, kind: Kind, more: Asked = {}): Promise<Asked> {
  const { launch } = await prepared(site, kind);
  return { scope: SCOPE, ...more, request: { launch, ...more.request } };
}

function theLaunch(site: Site, kind: Kind) {
  return site.once(`ehr launch ${kind}`, async () => site.launch(kind, await asked(site, kind, { browser: true })));
}

function theAnswer(site: Site, kind: Kind) {
  return site.once(`ehr answer ${kind}`, async () => site.exchange(kind, await theLaunch(site, kind)));
}

function field(
  id: string,
  says: string,
  holds: (body: Record<string, unknown>, context: Context) => boolean,
  mutant: Row['mutant'],
) {
  return forEach(
    apps,
    id,
    `EHR launch: ${says}`,
    async (site, kind) => {
      const body = bodyOf(await theAnswer(site, kind));
      hold(holds(body, await context(site)), Object.keys(body).join(' '));
    },
    mutant,
  );
}

/** Each an object with a relative reference, a canonical or an identifier; a type, if there is one, of FHIR. */
function isFhirContext(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (item: { reference?: unknown; canonical?: unknown; identifier?: unknown; type?: unknown }) =>
        (item.reference === undefined || /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(String(item.reference))) &&
        (item.canonical === undefined || /^https?:/.test(String(item.canonical))) &&
        (item.type === undefined || /^[A-Z][A-Za-z]+$/.test(String(item.type))) &&
        [item.reference, item.canonical, item.identifier].some((one) => one !== undefined),
    )
  );
}

const onFhir =
  (type: string): Row['mutant'] =>
  ({ fhir }): Mutant => ({
    name: `${type} refused`,
    answer: (answer, ask) => (ask.url.href.startsWith(`${fhir}/${type}/`) ? { ...answer, status: 404, text: '' } : answer),
  });

/** The EHR's patient is not the one in the answer; a standalone launch stays as it is. */
const otherPatient: Row['mutant'] = () => ({
  name: 'another patient after an EHR launch',
  answer: (answer, ask) =>
    isAt(ask, '/token') && 'intent' in bodyOf(answer)
      ? { ...answer, text: JSON.stringify({ ...bodyOf(answer), patient: 'other' }) }
      : answer,
});

/** Handles are not looked up: the request goes on as a standalone one. */
const launchIgnored = mending('launch handles not looked up', '/authorize', (params) => {
  if (!params.has('launch')) return;
  params.delete('launch');
  params.set('scope', String(params.get('scope')).replace(/(^| )launch(?= |$)/, '$1launch/patient'));
});

/** The server says why, to the app, without a code; or on a page. */
async function isNotLaunched(site: Site, kind: Kind, how: Asked): Promise<void> {
  const { answer, url } = await site.launch(kind, how);
  hold(!answer.has('code'), url);
}

const capabilities = [
  'launch-ehr',
  'client-confidential-symmetric',
  'client-confidential-asymmetric',
  'sso-openid-connect',
  'context-banner',
  'context-style',
  'context-ehr-patient',
  'context-ehr-encounter',
  'permission-offline',
  'permission-user',
  'authorize-post',
  'permission-v2',
  'permission-v1',
];

export const ehr: readonly Row[] = [
  {
    id: 'g10-3.7.05',
    says: 'capabilities has all of an EHR app',
    async run(site) {
      const named = bodyOf(await site.send(`${site.fhir}/.well-known/smart-configuration`))[
        'capabilities'
      ] as readonly string[];
      equal(
        capabilities.filter((one) => !named.includes(one)),
        [],
        'missing',
      );
    },
    mutant: withField('/.well-known/smart-configuration', 'capabilities', ['launch-ehr']),
  },
  ...forEach(
    apps,
    'smart-2.2.01',
    'EHR launch: iss is the FHIR base, the handle is opaque and long',
    async (site, kind) => {
      const { iss, launch } = await prepared(site, kind);
      equal(iss, site.mutant === undefined ? site.fhir : `${site.fhir}/`, 'iss');
      hold(launch.length >= 22, 'a short handle');
    },
    () => ({ name: 'iss has a slash at its end' }),
  ),
  ...forEach(
    apps,
    'smart-2.2.02',
    'EHR launch: the redirect carries code and state',
    async (site, kind) => {
      const { answer, state, url } = await theLaunch(site, kind);
      hold(answer.has('code') && !answer.has('error') && answer.get('state') === state, url);
    },
    redirectWith('state', 'another'),
  ),
  ...forEach(
    apps,
    'smart-2.2.03',
    'EHR launch: the token answer is 200 with access_token, token_type, expires_in and scope',
    async (site, kind) => {
      const answer = await theAnswer(site, kind);
      const body = bodyOf(answer);
      equal(
        [
          answer.status,
          typeof body['access_token'],
          typeof body['token_type'],
          typeof body['expires_in'],
          typeof body['scope'],
        ],
        [200, 'string', 'string', 'number', 'string'],
        'answer',
      );
    },
    withoutField('/token', 'expires_in'),
  ),
  ...field('smart-2.2.04', 'patient is the EHR’s', ({ patient }, ours) => patient === ours.patient, otherPatient),
  ...field(
    'smart-2.2.05',
    'encounter is the EHR’s',
    ({ encounter }, ours) => encounter === ours.encounter,
    withoutField('/token', 'encounter'),
  ),
  ...field(
    'smart-2.2.06',
    'intent is the EHR’s',
    ({ intent }) => intent === 'reconcile-medications',
    withoutField('/token', 'intent'),
  ),
  ...field(
    'g10-3.8.18',
    'need_patient_banner is the EHR’s',
    (body) => body['need_patient_banner'] === false,
    withField('/token', 'need_patient_banner', true),
  ).map((row) => ({ ...row, id: row.id.replace('g10-3.8.18', 'g10-3.8.18e') })),
  ...field(
    'smart-2.2.07',
    'fhirContext is well formed',
    ({ fhirContext }) => isFhirContext(fhirContext),
    withField('/token', 'fhirContext', [{ role: 'x' }]),
  ),
  ...field('smart-2.2.08', 'tenant is the EHR’s', ({ tenant }) => tenant === 'ward-7', withoutField('/token', 'tenant')),
  ...field(
    'smart-2.2.09',
    'scope has launch',
    ({ scope }) => String(scope).split(' ').includes('launch'),
    withField('/token', 'scope', 'patient/*.rs'),
  ),
  ...field(
    'smart-2.2.10',
    'id_token names issuer and user',
    (body) => {
      const { iss, sub, fhirUser } = claimsOf(String(body['id_token']));
      return typeof iss === 'string' && typeof sub === 'string' && /\/Practitioner\//.test(String(fhirUser));
    },
    withoutField('/token', 'id_token'),
  ),
  ...forEach(
    apps,
    'g10-3.8.15',
    'EHR launch: patient and encounter in context can be read',
    async (site, kind) => {
      const { access } = grantedBy(await theAnswer(site, kind));
      const { patient, encounter } = await context(site);
      equal((await site.read(`Patient/${patient}`, access)).status, 200, 'Patient');
      equal((await site.read(`Encounter/${encounter}`, access)).status, 200, 'Encounter');
    },
    onFhir('Encounter'),
  ),
  {
    id: 'g10-3.8.17',
    says: 'EHR launch: smart_style_url is JSON, without authentication, from any origin',
    async run(site) {
      const { body } = grantedBy(await theAnswer(site, 'symmetric'));
      const answer = await site.send(String(body['smart_style_url']), { headers: { origin: 'https://any.example.test' } });
      equal(answer.status, 200, 'status');
      hold('color_background' in bodyOf(answer), 'no style');
      equal(answer.headers.get('access-control-allow-origin'), '*', 'Access-Control-Allow-Origin');
    },
    mutant: () => ({
      name: 'style asks for a token',
      answer: (answer, ask) => (/style/.test(ask.url.pathname) ? { ...answer, status: 401 } : answer),
    }),
  },
  ...forEach(
    apps,
    'smart-2.3.01',
    'EHR launch: the context is repeated by a refresh and by introspection',
    async (site, kind) => {
      const { refresh } = grantedBy(await theAnswer(site, kind));
      const refreshed = grantedBy(await site.token(kind, { grant_type: 'refresh_token', refresh_token: refresh }));
      const { id, secret } = site.subject.clients.symmetric;
      const told = bodyOf(
        await site.send(`${site.issuer}/introspect`, { form: { token: refreshed.access }, headers: basic(id, secret ?? '') }),
      );
      const before = bodyOf(await theAnswer(site, kind));
      for (const name of ['patient', 'encounter', 'intent', 'fhirContext', 'need_patient_banner', 'tenant']) {
        equal(refreshed.body[name], before[name], `${name} of the refresh`);
        equal(told[name], before[name], `${name} of the introspection`);
        hold(name in told, name);
      }
    },
    withoutField('/introspect', 'encounter'),
  ),
  ...forEach(
    apps,
    'smart-2.2.11',
    'EHR launch: a handle is good once',
    async (site, kind) => {
      const how = await asked(site, kind);
      hold((await site.launch(kind, how)).answer.has('code'), 'not even once');
      await isNotLaunched(site, kind, how);
    },
    () => {
      const seen = new Set<string>();
      return {
        name: 'used handles taken',
        ask(ask) {
          const handle = ask.url.searchParams.get('launch');
          if (!isAt(ask, '/authorize') || handle === null) return ask;
          if (!seen.has(handle)) {
            seen.add(handle);
            return ask;
          }
          const url = new URL(ask.url);
          url.searchParams.delete('launch');
          url.searchParams.set('scope', SCOPE.replace('launch', 'launch/patient'));
          return { ...ask, url };
        },
      };
    },
  ),
  ...forEach(
    apps,
    'smart-2.2.12',
    'EHR launch: a handle of one person is nothing to another',
    async (site, kind) => isNotLaunched(site, kind, await asked(site, kind, { person: 'emergency-physician' })),
    launchIgnored,
  ),
  ...forEach(
    apps,
    'smart-2.2.13',
    'EHR launch: a handle of one app is nothing to another',
    async (site, kind) => {
      const other = kind === 'public' ? 'symmetric' : 'public';
      await isNotLaunched(site, kind, await asked(site, other));
    },
    launchIgnored,
  ),
  ...forEach(
    apps,
    'smart-2.2.14',
    'EHR launch: the authorization request may be a POST form',
    async (site, kind) =>
      hold((await site.launch(kind, { ...(await asked(site, kind)), post: true })).answer.has('code'), 'no code'),
    withoutPost,
  ),
  {
    id: 'smart-2.2.15',
    says: 'EHR launch: the scope launch is not granted where no EHR launched',
    async run(site) {
      const { scope } = await site.granted('public', { scope: 'launch launch/patient patient/*.rs' });
      hold(!scope.includes('launch'), scope.join(' '));
    },
    mutant: withField('/token', 'scope', 'launch launch/patient patient/*.rs'),
  },
  {
    id: 'g10-9.19',
    says: 'EHR launch: patient/Patient.rs is granted as asked',
    async run(site) {
      const { scope } = await site.granted('symmetric', await asked(site, 'symmetric', { scope: 'launch patient/Patient.rs' }));
      hold(
        scope.includes('patient/Patient.rs') || (scope.includes('patient/Patient.r') && scope.includes('patient/Patient.s')),
        scope.join(' '),
      );
    },
    mutant: withField('/token', 'scope', 'launch patient/Patient.s'),
  },
  {
    id: 'smart-2.2.16',
    says: 'launch/encounter, standalone: the visit that was chosen is in context, and readable',
    async run(site) {
      const { access, body } = await site.granted('public', { scope: 'launch/patient launch/encounter patient/*.rs' });
      hold(typeof body['encounter'] === 'string', 'no encounter');
      equal((await site.read(`Encounter/${body['encounter']}`, access)).status, 200, 'Encounter');
    },
    mutant: withoutField('/token', 'encounter'),
  },
];
