/** The clients of the suite: one of each kind as SMART has them, then those that are registered for more. */
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { certificate, type Pair } from '../../server/test/flows/certificates.ts';
import type { Outside } from './outside.ts';

export type Kind = 'public' | 'symmetric' | 'asymmetric' | 'backend';

/** What each of the second list is registered for is said in `clientsOf`. */
export type ClientName =
  | Kind
  | 'published'
  | 'fapi'
  | 'certified'
  | 'self-signed'
  | 'exchanger'
  | 'lab'
  | 'lab-app'
  | 'told'
  | 'poster'
  | 'bound'
  | 'ehr';

export interface Client {
  readonly id: string;
  readonly kind: Kind;
  readonly secret?: string;
  /** Private keys, the first is used unless a row says otherwise. */
  readonly keys: readonly SigningKey[];
  /** Shown in the handshake instead of an assertion. */
  readonly certificate?: Pair;
  readonly secretInBody?: boolean;
}

export interface SigningKey {
  readonly kid: string;
  readonly alg: 'ES384' | 'RS384';
  readonly jwk: JsonWebKey;
}

export const REDIRECT = 'https://app.example.test/callback';
export const OTHER_REDIRECT = 'https://app.example.test/other?fixed=1';
export const SIGNED_OUT = 'https://app.example.test/bye';
export const ORIGIN = 'https://app.example.test';
const APP =
  'openid fhirUser profile launch launch/patient launch/encounter offline_access online_access patient/*.cruds user/*.cruds';

export interface Surroundings {
  readonly outside: Outside;
  /** Base of the FHIR server beside, that checks JWTs itself. */
  readonly beside: string;
  /** Issues certificates that the server under test trusts. */
  readonly authority: Pair;
}

type Register = (path: string, body: object) => Promise<Record<string, unknown>>;

export async function registerClients(add: Register, around: Surroundings): Promise<Readonly<Record<ClientName, Client>>> {
  const [byAuthority, byItself] = [
    await certificate('conformance-certified', around.authority),
    await certificate('conformance-self-signed'),
  ];
  const published = signingKey('ES384');
  around.outside.publish('published', [publicPart(published)], 'max-age=300');
  const own = { kty: 'EC', ...(await publicJwk(byItself)), x5c: [byItself.der] };
  const one = async (
    name: ClientName,
    kind: Kind,
    more: Partial<Client> & { readonly asked?: object; readonly scope?: string },
  ) => {
    const { asked = {}, scope, ...known } = more;
    const keyed = (kind === 'asymmetric' || kind === 'backend') && known.certificate === undefined;
    const keys = known.keys ?? (keyed ? [signingKey('ES384'), signingKey('RS384')] : []);
    const id = `conformance-${name}`;
    const made = await add('/clients', {
      id,
      name: `Conformance (${name})`,
      kind,
      redirectUris: kind === 'backend' ? [] : [REDIRECT, OTHER_REDIRECT],
      roles: kind === 'backend' ? ['backend-service'] : [],
      scope: scope ?? (kind === 'backend' ? 'system/*.rs' : APP),
      ...(keyed ? { jwks: { keys: keys.map(publicPart) } } : {}),
      ...asked,
    });
    const secret = typeof made['secret'] === 'string' ? { secret: made['secret'] } : {};
    return { id, kind, ...known, keys, ...secret } satisfies Client;
  };
  const { outside, beside } = around;
  return Object.freeze({
    public: await one('public', 'public', {}),
    symmetric: await one('symmetric', 'symmetric', {}),
    asymmetric: await one('asymmetric', 'asymmetric', {}),
    backend: await one('backend', 'backend', { scope: 'system/*.rs __introspect' }),
    published: await one('published', 'backend', {
      keys: [published],
      asked: { jwks: undefined, jwksUri: `${outside.url}/jwks/published` },
    }),
    fapi: await one('fapi', 'asymmetric', { asked: { protocol: { fapi: true } } }),
    certified: await one('certified', 'backend', {
      certificate: byAuthority,
      asked: {
        protocol: { mutualTls: { kind: 'authority', subject: 'O=Test,CN=conformance-certified' }, certificateBound: true },
      },
    }),
    'self-signed': await one('self-signed', 'backend', {
      certificate: byItself,
      asked: { jwks: { keys: [own] }, protocol: { mutualTls: { kind: 'self-signed' } } },
    }),
    exchanger: await one('exchanger', 'symmetric', { asked: { protocol: { tokenExchange: true, jwtAudiences: [beside] } } }),
    lab: await one('lab', 'backend', { asked: { protocol: { jwtAudiences: [beside] } } }),
    'lab-app': await one('lab-app', 'public', { asked: { protocol: { jwtAudiences: [beside] } } }),
    told: await one('told', 'public', {
      asked: { protocol: { backChannelLogoutUri: `${outside.url}/logout`, postLogoutRedirectUris: [SIGNED_OUT] } },
    }),
    poster: await one('poster', 'symmetric', { secretInBody: true, asked: { protocol: { secretInBody: true } } }),
    ehr: await one('ehr', 'backend', { scope: '__launch' }),
    bound: await one('bound', 'public', { asked: { protocol: { dpopBound: true } } }),
  });
}

export function signingKey(alg: SigningKey['alg'], kid = `conformance-${alg}`): SigningKey {
  const { privateKey } =
    alg === 'ES384' ? generateKeyPairSync('ec', { namedCurve: 'P-384' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, alg, jwk: privateKey.export({ format: 'jwk' }) };
}

/** As the public suite publishes its own: with `use` and `key_ops`. */
export function publicPart({ kid, alg, jwk }: SigningKey): object {
  const { kty, crv, x, y, n, e } = jwk;
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, kid, alg, use: 'sig', key_ops: ['verify'] }));
}

async function publicJwk({ keys }: Pair): Promise<object> {
  const { x, y, crv } = await crypto.subtle.exportKey('jwk', keys.publicKey);
  return { x, y, crv };
}
