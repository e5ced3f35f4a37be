/** RFC 8693: a token exchanged for a narrower one, and never for anything else. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ClientProtocol } from '../../../src/storage/schema.ts';
import { dpopKey } from './dpop.ts';
import { type Issuer, startIssuer } from './harness.ts';
import { basic, post, token, tokensFor } from './launch.ts';
import { serviceToken, withAssertion } from './service-token.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS = 'urn:ietf:params:oauth:token-type:access_token';
const lab = 'http://lab.example/fhir';
let server: Issuer;
let had: string;

async function register(id: string, protocol: ClientProtocol): Promise<void> {
  await server.storage.db
    .updateTable('client')
    .set({ protocol: JSON.stringify(protocol) })
    .where('id', '=', id)
    .execute();
}

beforeAll(async () => {
  server = await startIssuer({ jwtAudiences: [lab] });
  await register('portal', { tokenExchange: true, jwtAudiences: [lab] });
  await register('nightly', { tokenExchange: true });
  const { body } = await tokensFor(server, { client: 'portal', scope: 'openid launch/patient patient/*.rs' });
  had = String(body['access_token']);
});
afterAll(() => server?.close());

const exchange = (more: Record<string, string> = {}, headers: Record<string, string> = basic()) =>
  token(server, { grant_type: GRANT, subject_token: had, subject_token_type: ACCESS, ...more }, headers);

test('a narrower token for the same person and patient, no longer than five minutes, that ends with the same grant', async () => {
  const { status, body } = await exchange({ scope: 'patient/Observation.rs' });
  expect([status, body['scope'], body['issued_token_type'], body['patient']]).toEqual([
    200,
    'patient/Observation.rs',
    ACCESS,
    'haruka',
  ]);
  expect(body['expires_in']).toBeLessThanOrEqual(300);
  const made = await server.tokens.resolve(String(body['access_token']));
  expect(made).toMatchObject({
    person: { id: 'person-okafor' },
    patient: 'haruka',
    client: { id: 'portal' },
    audience: server.fhirBase,
  });
  expect(made!.expiresAt).toBeLessThanOrEqual((await server.tokens.resolve(had))!.expiresAt);

  const again = await tokensFor(server, { client: 'portal', scope: 'openid launch/patient patient/*.rs' });
  const first = String(again.body['access_token']);
  const { body: second } = await exchange({ subject_token: first });
  expect(second['scope']).toBe('patient/*.rs');
  const grant = await server.storage.db
    .selectFrom('launch_context')
    .select('grant_id')
    .orderBy('created_at', 'desc')
    .executeTakeFirstOrThrow();
  await server.revocation.byGrant(grant.grant_id);
  expect(await server.tokens.resolve(String(second['access_token']))).toBeUndefined();
});

test('what is wider is left out, and alone refused', async () => {
  expect(
    (await exchange({ scope: 'patient/Observation.cruds user/*.rs system/*.rs openid offline_access' })).body['scope'] ??
      'none',
  ).toBe('patient/Observation.rs');
  for (const scope of ['user/*.rs', 'system/*.rs', 'patient/*.cud', 'openid', '__introspect', 'nonsense'])
    expect((await exchange({ scope })).body['error']).toBe('invalid_scope');
});

test('a JWT for another FHIR server that the client is registered for, and no other', async () => {
  const { body } = await exchange({ resource: lab, scope: 'patient/Observation.rs' });
  const { payload } = await jwtVerify(String(body['access_token']), createRemoteJWKSet(new URL(`${server.issuer}/jwks`)), {
    audience: lab,
  });
  expect(payload).toMatchObject({ scope: 'patient/Observation.rs', patient: 'haruka', sub: 'person-okafor' });
  expect((await exchange({ resource: 'https://elsewhere.example/fhir' })).body['error']).toBe('invalid_target');
});

test('a service exchanges its own token', async () => {
  const subject_token = await serviceToken(server, 'nightly', 'system/*.rs');
  const ask = async (more: Record<string, string>) =>
    exchange({ subject_token, ...(await withAssertion('nightly', server.backendKey, server)), ...more }, {});
  const { body } = await ask({ scope: 'system/Patient.r' });
  expect(await server.tokens.resolve(String(body['access_token']))).toMatchObject({
    scope: 'system/Patient.r',
    person: undefined,
  });
  // Somebody's token is not a service's to exchange.
  expect((await ask({ subject_token: had })).status).toBe(400);
});

test.each<[string, Record<string, string>]>([
  ['a token that nobody gave', { subject_token: 'x'.repeat(43) }],
  ['another type of token', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
  ['an actor', { actor_token: 'x', actor_token_type: ACCESS }],
  ['a refresh token for an answer', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
])('%s is refused', async (_what, more) => {
  expect((await exchange(more)).status).toBe(400);
});

test('not for a client that is not registered for it, nor with another client’s token, nor with a bound one', async () => {
  const other = await tokensFor(server);
  expect((await exchange({ subject_token: String(other.body['access_token']) })).status).toBe(400);
  expect((await exchange({ client_id: 'growth-chart' }, {})).status).toBe(400);
  const key = await dpopKey();
  const launched = await tokensFor(server, {
    client: 'portal',
    scope: 'launch/patient patient/*.rs offline_access',
    consent: { duration: 'stay' },
  });
  const bound = await token(
    server,
    { grant_type: 'refresh_token', refresh_token: String(launched.body['refresh_token']) },
    { ...basic(), dpop: await key.proof('POST', `${server.issuer}/token`) },
  );
  expect(bound.body['token_type']).toBe('DPoP');
  expect((await exchange({ subject_token: String(bound.body['access_token']) })).status).toBe(400);
});

test('a token that was revoked cannot be exchanged, and each exchange is recorded', async () => {
  const { body } = await tokensFor(server, { client: 'portal' });
  await post(`${server.issuer}/revoke`, { token: String(body['access_token']) }, basic());
  expect((await exchange({ subject_token: String(body['access_token']) })).status).toBe(400);
  await exchange({ scope: 'patient/Observation.rs' });
  expect(server.records.at(-1)).toMatchObject({ kind: 'token', action: 'token-issued', reason: GRANT, patients: ['haruka'] });
});
