/** What a request may show to say who it is: tokens bound to a key with their proof, and what services may show instead of a token (R-021, R-035). */
import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { r4 } from '@fireguard/engine';
import { importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertClient } from '../../../src/storage/clients.ts';
import type { ClientProtocol } from '../../../src/storage/schema.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { createClientKeySets } from '../../../src/token/client-key-sets.ts';
import { createServiceCredentials } from '../../../src/token/service-credentials.ts';
import { tokenHash } from '../../../src/token/token-hash.ts';
import { usedOnce } from '../../../src/token/used-once.ts';
import { type DpopKey, dpopKey } from '../authorization/dpop.ts';
import { es384 } from '../authorization/harness.ts';
import { certificate, type Pair } from '../certificates.ts';
import { type Gateway, POLICY, startGateway } from './kit.ts';
import { type Ward, ward } from './ward.ts';

let place: Ward;
let storage: Storage;
let plain: Gateway;
let secure: Gateway;
let authority: Pair;
let server: Pair;
let member: Pair;
let loner: Pair;
let stranger: Pair;
const signer = es384('signer-1');
const apiKey = randomBytes(32).toString('base64url');

const POLICIES = [
  {
    ...POLICY,
    rules: [
      ...POLICY.rules,
      {
        id: 'services-read-all',
        description: 'Services with this role read everything: what a weaker credential opens is not for policy to forget.',
        effect: 'permit',
        caller: { roles: ['directory'] },
        interactions: ['read', 'search'],
        resources: { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] },
      },
    ],
  },
];

beforeAll(async () => {
  [place, storage, authority, server, loner, stranger] = await Promise.all([
    ward(),
    testStorage(),
    certificate('authority'),
    certificate('server'),
    certificate('loner'),
    certificate('stranger'),
  ]);
  member = await certificate('member', authority);
  await place.put({ resourceType: 'Location', id: 'ward-7', name: 'Ward 7' });
  const service = (id: string, protocol: ClientProtocol, keys: readonly object[] = []) =>
    insertClient(storage.db, {
      id,
      name: id,
      kind: 'backend',
      secret_hash: null,
      jwks: keys.length === 0 ? null : JSON.stringify({ keys }),
      jwks_uri: null,
      redirect_uris: [],
      scope: 'system/*.rs',
      roles: ['directory'],
      disabled: false,
      protocol: JSON.stringify(protocol),
    });
  await service('by-key', {});
  await service('by-jwt', { direct: ['signed-jwt'] }, [signer.publicJwk]);
  await service('not-by-jwt', {}, [signer.publicJwk]);
  await service('by-authority', { direct: ['certificate'], mutualTls: { kind: 'authority', subject: 'O=Test,CN=member' } });
  await service('by-own', { direct: ['certificate'], mutualTls: { kind: 'self-signed' } }, [{ kty: 'EC', x5c: [loner.der] }]);
  await storage.db
    .insertInto('api_key')
    .values([
      { id_hash: tokenHash(apiKey), client_id: 'by-key', expires_at: new Date(Date.now() + 60_000) },
      { id_hash: tokenHash('expired'.repeat(6)), client_id: 'by-key', expires_at: new Date(Date.now() - 1) },
    ])
    .execute();
  const services = (fhirBase: string) =>
    createServiceCredentials({
      db: storage.db,
      keySets: createClientKeySets({ fetch: () => Promise.reject(new Error('nothing is fetched here')), now: Date.now }),
      tables: r4(),
      issuer: 'http://localhost:1',
      fhirBase,
      once: usedOnce(storage.db),
      now: Date.now,
    });
  const setting = { upstream: place.server.url, policies: POLICIES, services };
  plain = await startGateway(setting);
  secure = await startGateway({
    ...setting,
    http: {
      tls: {
        key: server.keyFile,
        certificate: server.certificateFile,
        clientCertificates: 'optional',
        clientCa: authority.certificateFile,
      },
    },
  });
});
afterAll(async () => {
  await Promise.all([plain?.close(), secure?.close()]);
  await place?.server.close();
  await storage?.close();
});

/** Over TLS, with this certificate. */
function get(path: string, pair: Pair | undefined, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      ca: server.certificate,
      agent: false,
      headers,
      ...(pair === undefined ? {} : { key: pair.key, cert: pair.certificate }),
    };
    const call = request(secure.base + path, options as object, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end();
  });
}

describe('DPoP (RFC 9449 §7)', () => {
  let key: DpopKey;
  let token: string;
  beforeAll(async () => {
    key = await dpopKey();
    token = plain.token({ binding: { kind: 'dpop', thumbprint: key.thumbprint } });
  });
  const url = () => `${plain.base}/Patient/mine`;
  const read = async (dpop: string | undefined, scheme = 'DPoP') =>
    fetch(url(), { headers: { authorization: `${scheme} ${token}`, ...(dpop === undefined ? {} : { dpop }) } });

  test('with a proof for this request and token it opens what it may', async () => {
    expect((await read(await key.proof('GET', url(), { token }))).status).toBe(200);
    // The query does not count (§4.3).
    expect((await read(await key.proof('GET', `${url()}?_format=json`, { token }))).status).toBe(200);
  });

  test('as a bearer token it is worth nothing, with or without a proof', async () => {
    expect((await read(undefined, 'Bearer')).status).toBe(401);
    expect((await read(await key.proof('GET', url(), { token }), 'Bearer')).status).toBe(401);
  });

  test('a plain token is not one of this scheme', async () => {
    const bearer = plain.token();
    const dpop = await key.proof('GET', url(), { token: bearer });
    expect((await fetch(url(), { headers: { authorization: `DPoP ${bearer}`, dpop } })).status).toBe(401);
  });

  test('a proof is used once', async () => {
    const proof = await key.proof('GET', url(), { token });
    expect([(await read(proof)).status, (await read(proof)).status]).toEqual([200, 401]);
  });

  test.each<[string, () => Promise<string>]>([
    ['none', async () => ''],
    ['of another key', async () => (await dpopKey()).proof('GET', url(), { token })],
    ['for another method', () => key.proof('POST', url(), { token })],
    ['for another resource', () => key.proof('GET', `${plain.base}/Patient/other`, { token })],
    ['for another host', () => key.proof('GET', 'https://elsewhere.example/fhir/Patient/mine', { token })],
    ['for another token', () => key.proof('GET', url(), { token: 'other' })],
    ['without ath', () => key.proof('GET', url())],
    ['that is old', () => key.proof('GET', url(), { token, claims: { iat: Math.floor(Date.now() / 1000) - 600 } })],
    ['from the future', () => key.proof('GET', url(), { token, claims: { iat: Math.floor(Date.now() / 1000) + 600 } })],
    ['without iat', () => key.proof('GET', url(), { token, claims: { iat: undefined } })],
    ['without jti', () => key.proof('GET', url(), { token, claims: { jti: undefined } })],
    ['with an endless jti', () => key.proof('GET', url(), { token, claims: { jti: 'x'.repeat(1000) } })],
    ['of another type', () => key.proof('GET', url(), { token, header: { typ: 'JWT' } })],
    ['with somebody else’s key in it', async () => key.proof('GET', url(), { token, header: { jwk: (await dpopKey()).jwk } })],
    ['that is nonsense', async () => 'a.b.c'],
  ])('a proof %s is refused', async (_what, proof) => {
    const answer = await read(await proof());
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^DPoP .*error="invalid_token".*algs="ES256/);
  });
});

describe('certificate-bound tokens (RFC 8705 §3)', () => {
  test('open with their certificate, not without, not with another', async () => {
    const token = secure.token({ binding: { kind: 'certificate', thumbprint: loner.thumbprint } });
    const authorization = `Bearer ${token}`;
    expect(await get('/Patient/mine', loner, { authorization })).toBe(200);
    expect(await get('/Patient/mine', undefined, { authorization })).toBe(401);
    expect(await get('/Patient/mine', stranger, { authorization })).toBe(401);
    expect(await get('/Patient/mine', member, { authorization })).toBe(401);
  });
});

describe('R-021 what a service may show instead of a token', () => {
  const signed = async (
    change: { claims?: Record<string, unknown>; header?: Record<string, unknown>; client?: string } = {},
  ) => {
    const client = change.client ?? 'by-jwt';
    return new SignJWT({
      iss: client,
      sub: client,
      aud: plain.base,
      jti: randomUUID(),
      exp: Math.floor(Date.now() / 1000) + 60,
      ...change.claims,
    })
      .setProtectedHeader({ alg: 'ES384', kid: 'signer-1', typ: 'JWT', ...change.header })
      .sign(await importJWK(signer.privateJwk as JWK, 'ES384'));
  };

  test('R-021 an API key opens business data, and nothing about patients', async () => {
    const read = (path: string, key = apiKey) => fetch(plain.base + path, { headers: { 'x-api-key': key } });
    expect((await read('/Location/ward-7')).status).toBe(200);
    expect((await read('/Location?name=Ward')).status).toBe(200);
    expect((await read('/Patient/mine')).status).toBe(403);
    expect((await read('/Observation?patient=mine')).status).toBe(403);
    expect((await read('/Location/ward-7', 'x'.repeat(43))).status).toBe(401);
    expect((await read('/Location/ward-7', 'expired'.repeat(6))).status).toBe(401);
    expect((await read('/Location/ward-7', 'short')).status).toBe(401);
    expect(plain.audit.records.some(({ caller }) => caller?.kind === 'system' && caller.client?.id === 'by-key')).toBe(true);
    expect(JSON.stringify(plain.audit.records)).not.toContain(apiKey);
  });

  test('two credentials are refused', async () => {
    const headers = { 'x-api-key': apiKey, authorization: `Bearer ${plain.token()}` };
    expect((await fetch(`${plain.base}/Location/ward-7`, { headers })).status).toBe(400);
  });

  test('R-021 a JWT that the service signed, once', async () => {
    const jwt = await signed();
    const read = (path: string, token: string) => plain.get(path, token);
    expect((await read('/Location/ward-7', jwt)).status).toBe(200);
    expect((await read('/Location/ward-7', jwt)).status).toBe(401);
    expect((await read('/Patient/mine', await signed())).status).toBe(403);
  });

  test.each<[string, Parameters<typeof signed>[0]]>([
    ['for the token endpoint', { claims: { aud: 'http://localhost:1/token' } }],
    ['for us and others', { claims: { aud: ['http://other.example', 'http://localhost:1'] } }],
    ['that lives for hours', { claims: { exp: Math.floor(Date.now() / 1000) + 7200 } }],
    ['that has ended', { claims: { exp: Math.floor(Date.now() / 1000) - 120 } }],
    ['without jti', { claims: { jti: undefined } }],
    ['of somebody else', { claims: { iss: 'other' } }],
    ['with an unknown kid', { header: { kid: 'other' } }],
    ['of a service that is not registered for it', { client: 'not-by-jwt' }],
  ])('a JWT %s is refused', async (_what, change) => {
    expect((await plain.get('/Location/ward-7', await signed(change))).status).toBe(401);
  });

  test('R-021 R-035 a certificate of an authority, or one that is registered itself', async () => {
    expect(await get('/Location/ward-7', member)).toBe(200);
    expect(await get('/Location/ward-7', loner)).toBe(200);
    expect(await get('/Patient/mine', member)).toBe(403);
    expect(await get('/Location/ward-7', stranger)).toBe(401);
    expect(await get('/Location/ward-7', undefined)).toBe(401);
  });

  test('a disabled service is nobody', async () => {
    await storage.db.updateTable('client').set({ disabled: true }).where('id', '=', 'by-key').execute();
    expect((await fetch(`${plain.base}/Location/ward-7`, { headers: { 'x-api-key': apiKey } })).status).toBe(401);
    await storage.db.updateTable('client').set({ disabled: false }).where('id', '=', 'by-key').execute();
  });
});

test('R-049 a sign-in that is not sure enough is told how to do better (RFC 9470), and only that', async () => {
  const { handle } = await import('../../../src/gateway/pipeline.ts');
  const { Problem } = await import('@fireguard/engine');
  const detail = 'acr_values="aal2", max_age="300"';
  const answer = await handle(
    {
      method: 'GET',
      target: '/Patient/mine',
      headers: new Map([['authorization', [`Bearer ${plain.token()}`]]]),
      address: '',
      body: async () => new Uint8Array(0),
    },
    {
      ...plain.use,
      authenticate: async () => {
        throw new Problem('sign-in-insufficient', 'Sign in more surely.', { detail });
      },
    },
  );
  expect(answer.status).toBe(401);
  expect(new Map(answer.headers).get('WWW-Authenticate')).toMatch(
    /^Bearer realm="fhir", error="insufficient_user_authentication", acr_values="aal2", max_age="300", resource_metadata="/,
  );
});

test('R-105 a token with patient scopes alone still reads its own fhirUser, and nobody else’s', async () => {
  await place.put({ resourceType: 'Practitioner', id: 'colleague', name: [{ family: 'Else' }] });
  const token = plain.token({ scope: 'openid fhirUser launch/patient patient/*.rs', patient: 'mine' });
  expect((await plain.get('/Practitioner/doc', token)).status).toBe(200);
  expect((await plain.get('/Practitioner/colleague', token)).status).not.toBe(200);
});
