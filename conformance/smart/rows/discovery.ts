/** Public suite groups x.1 (discovery) and 1.8.05, 9.22 (capabilities); SMART App Launch 2.2 §Conformance, RFC 8414, RFC 9728. */
import { answering, withField, withHeader, withoutField, withoutHeader } from '../../mutants/spoil-answers.ts';
import { ORIGIN } from '../client.ts';
import { equal, hold, type Row } from '../row.ts';
import { bodyOf, type Site } from '../site.ts';

const place = '/.well-known/smart-configuration';
const STRANGER = 'https://stranger.example.test';

function smart(site: Site, headers: Readonly<Record<string, string>> = { accept: 'application/json' }) {
  return site.send(`${site.fhir}${place}`, { headers });
}

async function configuration(site: Site): Promise<Record<string, unknown>> {
  return bodyOf(await site.once('smart-configuration', () => smart(site)));
}

function isJson(answer: { readonly status: number; readonly headers: Headers; readonly text: string }): void {
  equal(answer.status, 200, 'status');
  hold((answer.headers.get('content-type') ?? '').startsWith('application/json'), 'Content-Type is not application/json');
  hold(Object.keys(bodyOf(answer)).length > 0, 'no JSON object');
}

const isUrl = (value: unknown): boolean => typeof value === 'string' && URL.canParse(value) && value.startsWith('https://');

/** A field of the SMART configuration, and what must hold of it. */
function field(id: string, name: string, says: string, holds: (value: unknown) => boolean, spoilt: unknown): Row {
  return {
    id,
    says: `smart-configuration: ${name} ${says}`,
    async run(site) {
      const value = (await configuration(site))[name];
      hold(holds(value), `${name} is ${JSON.stringify(value)}`);
    },
    mutant: spoilt === undefined ? withoutField(place, name) : withField(place, name, spoilt),
  };
}

const strings = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
const has =
  (...wanted: readonly string[]) =>
  (value: unknown) =>
    strings(value) && wanted.every((one) => value.includes(one));
const lacking =
  (...gone: readonly string[]) =>
  (value: unknown) =>
    (value as readonly string[]).filter((one) => !gone.includes(one));

/** (g)(10) 1.8.05 and 9.22. */
const standalone = [
  'launch-standalone',
  'client-public',
  'client-confidential-symmetric',
  'client-confidential-asymmetric',
  'sso-openid-connect',
  'context-standalone-patient',
  'permission-offline',
  'permission-patient',
  'authorize-post',
  'permission-v2',
  'permission-v1',
];
const codes = [
  ...standalone,
  'launch-ehr',
  'context-banner',
  'context-style',
  'context-ehr-patient',
  'context-ehr-encounter',
  'context-standalone-encounter',
  'permission-online',
  'permission-user',
  'smart-app-state',
];

export const discovery: readonly Row[] = [
  {
    id: 'smart-1.1.01',
    says: 'smart-configuration: 200, JSON, application/json, without authentication',
    run: async (site) => isJson(await smart(site)),
    mutant: withHeader(place, 'content-type', 'text/plain'),
  },
  {
    id: 'smart-1.1.02',
    says: 'smart-configuration is JSON whatever Accept says',
    async run(site) {
      for (const accept of ['application/fhir+xml', 'text/html', '*/*']) isJson(await smart(site, { accept }));
    },
    mutant: answering(place, 406),
  },
  field('smart-1.1.03', 'authorization_endpoint', 'is an absolute https URL', isUrl, '/authorize'),
  field('smart-1.1.04', 'token_endpoint', 'is an absolute https URL', isUrl, undefined),
  field('smart-1.1.05', 'capabilities', 'is an array of strings', strings, 'launch-standalone'),
  field(
    'smart-1.1.06',
    'grant_types_supported',
    'has authorization_code',
    has('authorization_code'),
    lacking('authorization_code'),
  ),
  field(
    'smart-1.1.07',
    'grant_types_supported',
    'has client_credentials',
    has('client_credentials'),
    lacking('client_credentials'),
  ),
  field('smart-1.1.08', 'code_challenge_methods_supported', 'has S256', has('S256'), ['plain']),
  field(
    'smart-1.1.09',
    'code_challenge_methods_supported',
    'has no plain',
    (value) => strings(value) && !value.includes('plain'),
    ['S256', 'plain'],
  ),
  field('smart-1.1.10', 'issuer', 'is a URL (sso-openid-connect)', isUrl, undefined),
  field('smart-1.1.11', 'jwks_uri', 'is a URL (sso-openid-connect)', isUrl, undefined),
  field('smart-1.1.12', 'introspection_endpoint', 'is a URL', isUrl, undefined),
  field('smart-1.1.13', 'revocation_endpoint', 'is a URL', isUrl, undefined),
  field('smart-1.1.14', 'response_types_supported', 'has code', has('code'), ['token']),
  field(
    'smart-1.1.15',
    'token_endpoint_auth_signing_alg_values_supported',
    'has RS384 or ES384',
    (value) => has('RS384')(value) || has('ES384')(value),
    ['RS256'],
  ),
  field('smart-1.1.16', 'scopes_supported', 'is an array of strings', strings, undefined),
  field(
    'smart-1.1.17',
    'capabilities',
    'holds codes of the IG or full URIs only',
    (value) => strings(value) && value.every((code) => codes.includes(code) || URL.canParse(code)),
    [...standalone, 'permission-everything'],
  ),
  field('g10-1.8.05', 'capabilities', 'has all of a standalone patient app', has(...standalone), lacking('permission-v1')),
  ...['/.well-known/smart-configuration', '/metadata'].map(
    (path, index): Row => ({
      id: `smart-1.1.${18 + index}`,
      says: `${path} may be read by pages of any origin`,
      async run(site) {
        const answer = await site.send(`${site.fhir}${path}`, { headers: { origin: STRANGER, accept: 'application/json' } });
        equal(answer.status, 200, 'status');
        const allowed = answer.headers.get('access-control-allow-origin');
        hold(allowed === '*' || allowed === STRANGER, `Access-Control-Allow-Origin is ${allowed}`);
      },
      mutant: withHeader(path, 'access-control-allow-origin', ORIGIN),
    }),
  ),
  {
    id: 'smart-1.1.20',
    says: '/metadata is a CapabilityStatement, without authentication',
    async run(site) {
      const answer = await site.read('metadata', undefined, { accept: 'application/fhir+json' });
      equal([answer.status, bodyOf(answer)['resourceType']], [200, 'CapabilityStatement'], 'answer');
    },
    mutant: answering('/metadata', 401),
  },
  {
    id: 'smart-1.1.21',
    says: '/metadata names the SMART-on-FHIR security service',
    async run(site) {
      const { rest } = bodyOf(await site.read('metadata')) as {
        rest?: readonly { security?: { service?: readonly { coding?: readonly { code?: string }[] }[] } }[];
      };
      const named = rest?.some(({ security }) =>
        security?.service?.some(({ coding }) => coding?.some(({ code }) => code === 'SMART-on-FHIR')),
      );
      hold(named === true, 'no service SMART-on-FHIR');
    },
    mutant: withField('/metadata', 'rest', [{ mode: 'server' }]),
  },
  {
    id: 'smart-1.1.22',
    says: 'all endpoints in smart-configuration are those of openid-configuration',
    async run(site) {
      const openid = bodyOf(await site.send(`${site.issuer}/.well-known/openid-configuration`));
      const here = await configuration(site);
      for (const name of ['issuer', 'jwks_uri', 'authorization_endpoint', 'token_endpoint', 'introspection_endpoint'])
        equal(openid[name], here[name], name);
    },
    mutant: withField('/.well-known/openid-configuration', 'token_endpoint', 'https://elsewhere.example.test/token'),
  },
  {
    id: 'smart-1.1.23',
    says: 'oauth-authorization-server (RFC 8414) has the same issuer, and S256 alone',
    async run(site) {
      const answer = await site.send(`${site.issuer}/.well-known/oauth-authorization-server`);
      equal(answer.status, 200, 'status');
      equal(
        [bodyOf(answer)['issuer'], bodyOf(answer)['code_challenge_methods_supported']],
        [site.issuer, ['S256']],
        'metadata',
      );
    },
    mutant: withField('/.well-known/oauth-authorization-server', 'code_challenge_methods_supported', ['S256', 'plain']),
  },
  {
    id: 'smart-1.1.24',
    says: 'oauth-protected-resource (RFC 9728) names FHIR base and issuer',
    async run(site) {
      const { origin, pathname } = new URL(site.fhir);
      const body = bodyOf(await site.send(`${origin}/.well-known/oauth-protected-resource${pathname}`));
      equal([body['resource'], body['authorization_servers']], [site.fhir, [site.issuer]], 'metadata');
    },
    mutant: withField('/fhir', 'authorization_servers', ['https://elsewhere.example.test']),
  },
  {
    id: 'smart-1.1.25',
    says: 'every scope in scopes_supported can be granted',
    async run(site) {
      const scopes = (await configuration(site))['scopes_supported'] as readonly string[];
      for (const scope of scopes.filter((one) => one.startsWith('system/'))) {
        const answer = await site.token('backend', { grant_type: 'client_credentials', scope: scope.replace('.cruds', '.rs') });
        equal(answer.status, 200, scope);
      }
      const app = scopes.filter((one) => !one.startsWith('system/') && one !== 'launch');
      // Of the two ways of staying, one is granted; of a context, the wider scope holds the narrower.
      const asked = app.filter((one) => one !== 'online_access').join(' ');
      const { scope } = await site.granted('public', { scope: asked });
      for (const one of [
        'openid',
        'fhirUser',
        'profile',
        'launch/patient',
        'offline_access',
        'patient/*.cruds',
        'user/*.cruds',
      ])
        hold(!asked.includes(one) || scope.includes(one), `${one} was not granted`);
    },
    mutant: withField('/token', 'scope', 'openid'),
  },
  ...['access-control-allow-credentials'].map(
    (header): Row => ({
      id: 'smart-1.1.26',
      says: 'discovery never asks browsers for cookies',
      async run(site) {
        const answer = await smart(site, { origin: STRANGER });
        equal(answer.headers.get(header), null, header);
      },
      mutant: withHeader(place, header, 'true'),
    }),
  ),
  field(
    'smart-1.1.29',
    'token_endpoint_auth_methods_supported',
    'has private_key_jwt and client_secret_basic',
    has('private_key_jwt', 'client_secret_basic'),
    ['client_secret_basic'],
  ),
  {
    id: 'smart-1.1.30',
    says: 'smart-configuration: every URL in it is absolute, and https',
    async run(site) {
      for (const [name, value] of Object.entries(await configuration(site)))
        hold(!/(_endpoint|_uri|_bundle|^issuer)$/.test(name) || isUrl(value), `${name} is ${JSON.stringify(value)}`);
    },
    mutant: withField(place, 'revocation_endpoint', '/revoke'),
  },
  field(
    'smart-1.1.31',
    'capabilities',
    'has no smart-app-state, which is not offered',
    (value) => strings(value) && !value.includes('smart-app-state'),
    (value: unknown) => [...(value as readonly string[]), 'smart-app-state'],
  ),
  field('smart-1.1.32', 'management_endpoint', 'is where people see and end what apps hold', isUrl, undefined),
  {
    id: 'smart-1.1.27',
    says: 'HSTS is sent by both hosts',
    async run(site) {
      for (const url of [`${site.issuer}/.well-known/openid-configuration`, `${site.fhir}${place}`]) {
        const value = (await site.send(url)).headers.get('strict-transport-security') ?? '';
        hold(Number(/max-age=(\d+)/.exec(value)?.[1] ?? 0) >= 15_768_000, `${url}: ${value}`);
      }
    },
    mutant: withoutHeader(place, 'strict-transport-security'),
  },
];
