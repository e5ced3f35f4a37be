/** One shot: a good request of one endpoint, as often as not bent; who asks is said well or badly. */
import { createHash, randomUUID } from 'node:crypto';
import type { Pair } from '../../server/test/flows/certificates.ts';
import { type ClientName, OTHER_REDIRECT, REDIRECT, SIGNED_OUT } from '../smart/client.ts';
import type { Site } from '../smart/site.ts';
import { bent, nonsense, type Params } from './bend.ts';
import type { Ledger } from './ledger.ts';
import { badProof, goodProof, type ProofKey, type Proven, possession } from './proofs.ts';
import type { Random } from './random.ts';

export interface Shot {
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly params: Params;
  readonly body: string | undefined;
  readonly certificate?: Pair | undefined;
}

/** What a shot may draw on beside the ledger. */
export interface Arms {
  readonly site: Site;
  readonly ledger: Ledger;
  /** Of a browser in which somebody is signed in, for this path. */
  readonly cookies: (path: string) => string;
  readonly key: ProofKey;
}

const endpoints = [
  ...Array.from({ length: 4 }, () => 'authorize' as const),
  ...Array.from({ length: 9 }, () => 'token' as const),
  ...Array.from({ length: 3 }, () => 'introspect' as const),
  ...Array.from({ length: 2 }, () => 'revoke' as const),
  ...Array.from({ length: 2 }, () => 'register' as const),
  ...Array.from({ length: 3 }, () => 'par' as const),
  'userinfo',
  'session/end',
  'launch',
] as const;
type Endpoint = (typeof endpoints)[number];

export const VERIFIER = 'V'.repeat(64);
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');
const JSON_BODIES: readonly Endpoint[] = ['register', 'launch'];
const TYPE = 'urn:ietf:params:oauth:token-type:access_token';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

export function shot(arms: Arms, dice: Random): Shot {
  const endpoint = dice.pick(endpoints);
  const good = goodRequest(arms, dice, endpoint);
  const params = dice.chance(0.35) ? good.params : bent(dice, good.params, arms.ledger.spare());
  const headers = { ...good.headers, ...(dice.chance(0.15) ? dice.pick(oddHeaders(arms)) : {}) };
  const inQuery = endpoint === 'userinfo' || (['authorize', 'session/end'].includes(endpoint) && dice.chance(0.7));
  const odd = dice.chance(0.03) ? dice.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'POST']) : undefined;
  const method = odd ?? (inQuery ? 'GET' : 'POST');
  const form = new URLSearchParams(params.map(([name, value]): [string, string] => [name, value])).toString();
  const asJson = dice.chance(0.02) !== JSON_BODIES.includes(endpoint);
  const body = asJson ? json(dice, params) : dice.chance(0.02) ? `${form}&%zz&=&&x` : form;
  const type = asJson ? 'application/json' : dice.chance(0.02) ? 'text/plain' : 'application/x-www-form-urlencoded';
  const hasBody = !inQuery && !['GET', 'HEAD', 'OPTIONS'].includes(method);
  return {
    endpoint,
    method,
    path: `/${endpoint}${inQuery ? `?${form}` : ''}`,
    headers: hasBody ? { 'content-type': type, ...headers } : headers,
    params: hasBody || inQuery ? params : [],
    body: hasBody ? body : undefined,
    certificate: good.certificate,
  };
}

/** Lists stay lists; now and then a value of another type, or no JSON at all. */
function json(dice: Random, params: Params): string {
  const read = (text: string): unknown => {
    try {
      return /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text;
    } catch {
      return text;
    }
  };
  const entries = params.map(([name, value]) => [
    name,
    dice.chance(0.04) ? dice.pick([1, null, true, [], {}, ['x', 1]]) : read(value),
  ]);
  const text = JSON.stringify(Object.fromEntries(entries as [string, unknown][]));
  return dice.chance(0.02) ? text.slice(0, dice.below(text.length)) : text;
}

/** Who asks, as good as not: `names` are those for whom the request would be good. */
function proof({ site, ledger }: Arms, dice: Random, names: readonly ClientName[]): Proven {
  return dice.chance(0.7) ? goodProof(site, ledger, dice.pick(names)) : badProof(site, ledger, dice);
}

const join = (proven: Proven, params: Params): Pick<Shot, 'params' | 'headers' | 'certificate'> => ({
  headers: proven.headers,
  params: [...params, ...proven.params],
  certificate: proven.certificate,
});

const SCOPES = [
  'launch/patient openid patient/*.rs',
  'openid fhirUser offline_access user/*.rs',
  'launch/patient patient/Observation.rs patient/Condition.cruds',
  'patient/*.read user/*.* openid profile online_access',
  'system/*.cruds patient/*.rs __admin',
  'launch launch/encounter patient/Observation.rs?category=laboratory',
];

function authorizeParams({ site, ledger }: Arms, dice: Random, client: ClientName): Params {
  if (ledger.pushed.length > 0 && dice.chance(0.2))
    return [
      ['client_id', site.subject.clients[client].id],
      ['request_uri', dice.pick(ledger.pushed.slice(-30))],
    ];
  return [
    ['response_type', 'code'],
    ['client_id', site.subject.clients[client].id],
    ['redirect_uri', dice.pick([REDIRECT, REDIRECT, OTHER_REDIRECT])],
    ['scope', dice.pick(SCOPES)],
    ['state', randomUUID()],
    ['aud', site.fhir],
    ['code_challenge', CHALLENGE],
    ['code_challenge_method', 'S256'],
    ...(dice.chance(0.3)
      ? ([['prompt', dice.pick(['none', 'login', 'consent', 'select_account', 'none login'])]] as const)
      : []),
  ];
}

function goodRequest(arms: Arms, dice: Random, endpoint: Endpoint): Pick<Shot, 'params' | 'headers' | 'certificate'> {
  const { site, ledger } = arms;
  const apps = ['public', 'symmetric', 'asymmetric', 'told', 'poster', 'fapi'] as const;
  switch (endpoint) {
    case 'authorize': {
      const headers: Record<string, string> = dice.chance(0.6) ? { cookie: arms.cookies('/authorize') } : {};
      return { headers, params: authorizeParams(arms, dice, dice.pick(apps)) };
    }
    case 'par': {
      const client = dice.pick(apps);
      return join(
        proof(arms, dice, [client]),
        authorizeParams(arms, dice, client).filter(([name]) => name !== 'client_id' || client !== 'public'),
      );
    }
    case 'token':
      return tokenRequest(arms, dice);
    case 'introspect': {
      const token = dice.pick(['unknown', ...ledger.spare()]);
      const asking = ledger.live(ledger.access, 'backend');
      if (asking.length > 0 && dice.chance(0.3))
        return { headers: { authorization: `Bearer ${dice.pick(asking)}` }, params: [['token', token]] };
      return join(proof(arms, dice, ['symmetric', 'asymmetric', 'backend', 'exchanger']), [['token', token]]);
    }
    case 'revoke': {
      const client = dice.pick([...apps, 'backend'] as const);
      const own = [...ledger.live(ledger.access, client), ...ledger.live(ledger.refresh, client)];
      return join(proof(arms, dice, [client]), [
        ['token', dice.pick(['unknown', ...own, ...(dice.chance(0.2) ? ledger.spare() : [])])],
      ]);
    }
    case 'userinfo':
      return { headers: { authorization: `Bearer ${dice.pick(['nobody', ...ledger.spare()])}` }, params: [] };
    case 'register':
      return {
        headers: {
          authorization: `Bearer ${dice.chance(0.85) ? String(ledger.registrations.at(-1)) : dice.pick(['nonsense', ...ledger.spare()])}`,
        },
        params: [
          ['client_name', 'Fuzzed App'],
          ['redirect_uris', JSON.stringify([REDIRECT])],
          ['token_endpoint_auth_method', dice.pick(['none', 'client_secret_basic', 'client_secret_post'])],
          ['grant_types', JSON.stringify(dice.pick([['authorization_code'], ['authorization_code', 'refresh_token']]))],
          ['scope', dice.pick(SCOPES)],
        ],
      };
    case 'session/end': {
      const cookie: Record<string, string> = dice.chance(0.5) ? { cookie: arms.cookies('/session/end') } : {};
      return {
        headers: cookie,
        params: [
          ['client_id', site.subject.clients.told.id],
          ['post_logout_redirect_uri', dice.pick([SIGNED_OUT, SIGNED_OUT, ...nonsense])],
          ['state', 'x'],
        ],
      };
    }
    case 'launch': {
      const asking = [...ledger.live(ledger.access, 'ehr'), ...(dice.chance(0.2) ? ledger.spare() : [])];
      return {
        headers: { authorization: `Bearer ${dice.pick(['nobody', ...asking])}` },
        params: [
          ['client', site.subject.clients.public.id],
          ['user', 'family-physician'],
          ['patient', 'somebody'],
          ['fhirContext', JSON.stringify([{ reference: 'ImagingStudy/1' }])],
        ],
      };
    }
  }
}

function tokenRequest(arms: Arms, dice: Random): Pick<Shot, 'params' | 'headers' | 'certificate'> {
  const { site, ledger } = arms;
  const pickOf = (all: readonly string[]): string => (all.length === 0 ? 'x'.repeat(43) : dice.pick(all));
  const made = (() => {
    switch (dice.below(4)) {
      case 0: {
        const client = dice.pick(['backend', 'lab', 'published', 'certified', 'self-signed', 'ehr'] as const);
        const resource: Params = dice.chance(0.2)
          ? [['resource', dice.pick([site.fhir, site.subject.beside, 'https://elsewhere.example.test/fhir'])]]
          : [];
        return join(proof(arms, dice, [client]), [
          ['grant_type', 'client_credentials'],
          [
            'scope',
            client === 'ehr'
              ? '__launch'
              : dice.pick([
                  'system/*.rs',
                  'system/Patient.r',
                  'system/*.cruds',
                  'system/Observation.rs __introspect',
                  'patient/*.rs',
                ]),
          ],
          ...resource,
        ]);
      }
      case 1: {
        const client = dice.pick(['public', 'symmetric', 'asymmetric', 'told', 'poster'] as const);
        const spent = [...ledger.refresh].filter(([, held]) => held.ended !== undefined).map(([text]) => text);
        const token =
          dice.chance(0.06) && spent.length > 0 ? dice.pick(spent.slice(-30)) : pickOf(ledger.live(ledger.refresh, client));
        const scope: Params = dice.chance(0.3) ? [['scope', dice.pick([...SCOPES, 'patient/*.rs', 'user/*.cruds'])]] : [];
        return join(proof(arms, dice, [client]), [['grant_type', 'refresh_token'], ['refresh_token', token], ...scope]);
      }
      case 2: {
        const code = pickOf([...ledger.live(ledger.codes), 'x'.repeat(43)]);
        const held = ledger.codes.get(code);
        return join(proof(arms, dice, [held?.client ?? 'public']), [
          ['grant_type', 'authorization_code'],
          ['code', code],
          ['redirect_uri', held?.redirectUri ?? REDIRECT],
          ['code_verifier', held?.verifier ?? VERIFIER],
        ]);
      }
      default: {
        const resource: Params = dice.chance(0.3)
          ? [['resource', dice.pick([site.fhir, site.subject.beside, 'https://elsewhere.example.test/fhir'])]]
          : [];
        return join(proof(arms, dice, ['exchanger']), [
          ['grant_type', EXCHANGE],
          ['subject_token', pickOf([...ledger.live(ledger.access, 'exchanger'), ...(dice.chance(0.2) ? ledger.spare() : [])])],
          ['subject_token_type', TYPE],
          ...(dice.chance(0.5) ? ([['scope', dice.pick([...SCOPES, 'patient/Observation.rs'])]] as const) : []),
          ...resource,
        ]);
      }
    }
  })();
  return dice.chance(0.2) ? { ...made, headers: { ...made.headers, dpop: possession(site, ledger, dice, arms.key) } } : made;
}

function oddHeaders({ ledger, cookies }: Arms): readonly Record<string, string>[] {
  const [token = 'x'] = ledger.spare();
  return [
    { authorization: `Bearer ${token}` },
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
    { 'accept-language': 'de, en;q=0.5, \u00e4' },
    { cookie: '__Secure-fireguard-session=x; __Secure-fireguard-step=y' },
    { cookie: cookies('/').replace(/.(?=;|$)/g, 'x') },
    { 'x-request-id': 'a'.repeat(300) },
    { 'x-http-method-override': 'DELETE' },
    { 'sec-fetch-site': 'cross-site' },
  ];
}
