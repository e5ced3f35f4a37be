/** A good request of one endpoint, then bent: parameters dropped, doubled, swapped, filled with nonsense; other methods, types and headers. */
import { randomUUID } from 'node:crypto';
import { REDIRECT } from '../smart/client.ts';
import { ASSERTION_TYPE, basic, type Site } from '../smart/site.ts';
import type { Random } from './random.ts';

export interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly params: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
}

/** Tokens that were issued before the first shot, and to whom. */
export interface Ammunition {
  readonly access: readonly string[];
  readonly refresh: readonly string[];
}

/** Escaped or not, this must never stand as markup in a page. */
export const MARKUP = '<x-fuzz>';

const endpoints = [
  'authorize',
  'authorize',
  'token',
  'token',
  'token',
  'introspect',
  'revoke',
  'userinfo',
  'register',
  'par',
] as const;

const nonsense: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'undefined',
  '[object Object]',
  '__proto__',
  'constructor',
  '\u0000',
  'a\u0000b',
  '\ud83d\ude00',
  '\u202egnp.exe',
  '%00',
  '%',
  '%zz',
  '../../etc/passwd',
  "' OR 1=1 --",
  '";DROP TABLE client;--',
  `"><script>${MARKUP}</script>`,
  MARKUP,
  '{"$gt":""}',
  'a'.repeat(300),
  'a'.repeat(5000),
  'https://evil.example.test/',
  'javascript:alert(1)',
  'data:text/html,x',
  'http://169.254.169.254/latest/meta-data/',
  '\r\nSet-Cookie: x=y',
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.',
  `${'e30.'.repeat(3)}`,
  'e30.e30.e30.e30.e30',
  '9'.repeat(40),
  'plain',
  'S256',
  'openid',
  'system/*.cruds',
  'patient/*.cruds user/*.cruds system/*.cruds __admin __introspect',
  'admin',
];

const names: readonly string[] = [
  'client_id',
  'client_secret',
  'redirect_uri',
  'scope',
  'state',
  'response_type',
  'response_mode',
  'grant_type',
  'code',
  'code_verifier',
  'code_challenge',
  'code_challenge_method',
  'aud',
  'resource',
  'launch',
  'nonce',
  'prompt',
  'max_age',
  'login_hint',
  'id_token_hint',
  'claims',
  'request',
  'request_uri',
  'registration',
  'acr_values',
  'display',
  'ui_locales',
  'refresh_token',
  'token',
  'token_type_hint',
  'client_assertion',
  'client_assertion_type',
  'assertion',
  'subject_token',
  'subject_token_type',
  'actor_token',
  'audience',
  'dpop_jkt',
  'username',
  'password',
  '__proto__',
  'constructor',
  'toString',
];

export function shot(site: Site, dice: Random, held: Ammunition): Shot {
  const endpoint = dice.pick(endpoints);
  const good = goodRequest(site, dice, held, endpoint);
  let params = good.params;
  let headers: Record<string, string> = { ...good.headers };
  // One in four is left as it is: good requests must be seen to be good.
  for (let bends = dice.chance(0.25) ? 0 : 1 + dice.below(3); bends > 0; bends -= 1) {
    const at = dice.below(Math.max(1, params.length));
    switch (dice.below(8)) {
      case 0:
        params = params.filter((_one, index) => index !== at);
        break;
      case 1:
        params = [...params, ...params.slice(at, at + 1)];
        break;
      case 2:
      case 3:
        params = params.map(([name, value], index) => (index === at ? [name, dice.pick(nonsense)] : [name, value]));
        break;
      case 4:
        params = [...params, [dice.pick(names), dice.pick(nonsense)]];
        break;
      case 5:
        params = [...params, [dice.pick(names), dice.pick([...held.access, ...held.refresh])]];
        break;
      case 6:
        params = params.map(([name, value], index) =>
          index === at ? [name, value.slice(0, dice.below(value.length + 1))] : [name, value],
        );
        break;
      case 7:
        headers = { ...headers, ...dice.pick(oddHeaders(site, held)) };
        break;
    }
  }
  const inQuery = endpoint === 'authorize' && dice.chance(0.7);
  const method = dice.chance(0.04)
    ? dice.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'POST'])
    : inQuery
      ? 'GET'
      : 'POST';
  const form = new URLSearchParams(params.map(([name, value]): [string, string] => [name, value])).toString();
  const asJson = dice.chance(0.03) || endpoint === 'register';
  const type = asJson ? 'application/json' : dice.chance(0.02) ? 'text/plain' : 'application/x-www-form-urlencoded';
  const body = asJson ? JSON.stringify(Object.fromEntries(params)) : dice.chance(0.02) ? `${form}&%zz&=&&x` : form;
  const hasBody = !inQuery && !['GET', 'HEAD', 'OPTIONS'].includes(method);
  return {
    method,
    path: `/${endpoint}${inQuery ? `?${form}` : ''}`,
    headers: hasBody ? { 'content-type': type, ...headers } : headers,
    params,
    body: hasBody ? body : undefined,
  };
}

function goodRequest(
  site: Site,
  dice: Random,
  held: Ammunition,
  endpoint: (typeof endpoints)[number],
): Pick<Shot, 'params' | 'headers'> {
  const proof = proofs(site, dice);
  const token = dice.pick([...held.access, ...held.refresh]);
  switch (endpoint) {
    case 'authorize':
    case 'par':
      return {
        headers: endpoint === 'par' ? proof.headers : {},
        params: [
          ['response_type', 'code'],
          ['client_id', site.subject.clients.public.id],
          ['redirect_uri', REDIRECT],
          ['scope', 'launch/patient openid patient/*.rs'],
          ['state', 'a-state-of-22-letters-'],
          ['aud', site.fhir],
          ['code_challenge', 'A'.repeat(43)],
          ['code_challenge_method', 'S256'],
        ],
      };
    case 'token':
      return {
        headers: proof.headers,
        params: [
          ...dice.pick([
            [
              ['grant_type', 'client_credentials'],
              ['scope', 'system/*.rs'],
            ],
            [
              ['grant_type', 'refresh_token'],
              ['refresh_token', dice.pick(held.refresh)],
            ],
            [
              ['grant_type', 'authorization_code'],
              ['code', 'x'.repeat(43)],
              ['redirect_uri', REDIRECT],
              ['code_verifier', 'A'.repeat(43)],
            ],
            [
              ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
              ['subject_token', token],
              ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
            ],
          ] as (readonly [string, string])[][]),
          ...proof.params,
        ],
      };
    case 'introspect':
    case 'revoke':
      return { headers: proof.headers, params: [['token', dice.pick(['unknown', ...held.access])], ...proof.params] };
    case 'userinfo':
      return { headers: { authorization: `Bearer ${token}` }, params: [] };
    case 'register':
      return {
        headers: {},
        params: [
          ['client_name', 'x'],
          ['redirect_uris', REDIRECT],
          ['grant_types', 'authorization_code'],
        ],
      };
  }
}

/** Ways of saying who asks: good ones, and ones that name somebody without proof. */
function proofs(site: Site, dice: Random): Pick<Shot, 'params' | 'headers'> {
  const { clients } = site.subject;
  const assertion = (kind: 'asymmetric' | 'backend', claims: object = {}): Pick<Shot, 'params' | 'headers'> => ({
    headers: {},
    params: [
      ['client_assertion_type', ASSERTION_TYPE],
      ['client_assertion', site.assertion(kind, { claims: { jti: randomUUID(), ...claims } })],
    ],
  });
  switch (dice.below(8)) {
    case 0:
      return { headers: basic(clients.symmetric.id, clients.symmetric.secret ?? ''), params: [] };
    case 1:
      return assertion('backend');
    case 2:
      return assertion('asymmetric');
    case 3:
      return assertion('backend', dice.pick([{ aud: 'x' }, { exp: 1 }, { iss: clients.asymmetric.id }, { sub: 'x' }]));
    case 4:
      return { headers: {}, params: [['client_id', clients.public.id]] };
    case 5:
      return {
        headers: {},
        params: [['client_id', dice.pick([clients.symmetric.id, clients.backend.id, 'fireguard-console', 'nobody'])]],
      };
    case 6:
      return {
        headers: basic(dice.pick(Object.values(clients)).id, dice.pick(nonsense).replace(/[^\x20-\x7e]/g, '')),
        params: [],
      };
    default:
      return { headers: {}, params: [] };
  }
}

function oddHeaders(site: Site, held: Ammunition): readonly Record<string, string>[] {
  return [
    { authorization: `Bearer ${held.access[0]}` },
    { authorization: 'Basic !!!' },
    { authorization: 'Basic' },
    { authorization: 'DPoP x' },
    { authorization: `bearer ${'a'.repeat(4000)}` },
    { dpop: 'a.b.c' },
    { origin: 'null' },
    { origin: 'https://evil.example.test' },
    { 'x-forwarded-host': 'evil.example.test' },
    { 'x-forwarded-for': '127.0.0.1' },
    { 'content-encoding': 'gzip' },
    { accept: 'application/xml' },
    { cookie: '__Secure-fireguard-session=x; __Secure-fireguard-step=y' },
    { 'x-request-id': 'a'.repeat(300) },
    { 'x-http-method-override': 'DELETE' },
    ...basicWithSpaces(site),
  ];
}

function basicWithSpaces(site: Site): readonly Record<string, string>[] {
  return [{ authorization: `Basic  ${basic(site.subject.clients.symmetric.id, 'x').authorization.slice(6)} ` }];
}
