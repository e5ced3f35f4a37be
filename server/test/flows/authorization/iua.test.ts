// biome-ignore-all lint/suspicious/noExplicitAny: answers are looked into by tests.
/** IHE IUA 2.4 (R-114 to R-119): its claims in JWTs and at introspection; and, at the API, its way of saying no. */
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, house } from '../admin/house.ts';
import { registerBackend } from '../whole/backend.ts';
import { type Issuer, startIssuer } from './harness.ts';
import { basic, launch, post, token, tokensFor } from './launch.ts';

const AR = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const lab = 'http://lab.example/fhir';
const doctor = [
  { system: 'http://terminology.hl7.org/CodeSystem/practitioner-role', code: 'doctor', display: 'Doctor' },
  { system: 'urn:fireguard:role', code: 'physician' },
];

describe('tokens', () => {
  let server: Issuer;
  beforeAll(async () => {
    server = await startIssuer({ jwtAudiences: [lab], iua: { organization: 'General', organizationId: 'urn:oid:2.999.1' } });
    await server.storage.db
      .updateTable('client')
      .set({ protocol: JSON.stringify({ jwtAudiences: [lab] }) })
      .where('id', '=', 'growth-chart')
      .execute();
  });
  afterAll(() => server?.close());
  const asked = (aud: string) =>
    tokensFor(server, { scope: 'launch/patient patient/Observation.rs', request: { aud, purpose_of_use: 'TREAT' } });
  const subject = () => ({
    subject_name: expect.stringMatching(/Okafor/),
    subject_organization: 'General',
    subject_organization_id: 'urn:oid:2.999.1',
    subject_role: doctor,
    purpose_of_use: [{ system: AR, code: 'TREAT' }],
    person_id: `${server.fhirBase}/Patient/haruka`,
  });

  test('R-114 R-115 R-116 a JWT has the members of IUA, signed, and its claims about the subject', async () => {
    const { body } = await asked(lab);
    const { payload, protectedHeader } = await jwtVerify(
      String(body['access_token']),
      createRemoteJWKSet(new URL(`${server.issuer}/jwks`)),
      { issuer: server.issuer, audience: lab },
    );
    expect(protectedHeader.alg).toBe('RS256');
    for (const member of ['iss', 'sub', 'client_id', 'aud', 'jti', 'exp', 'iat', 'scope'])
      expect(payload, member).toHaveProperty(member);
    expect(payload['extensions']).toEqual({ ihe_iua: subject() });
  });

  test('R-117 scope and audience are those that were granted, and it is good nowhere else', async () => {
    const { body } = await asked(lab);
    const claims = JSON.parse(Buffer.from(String(body['access_token']).split('.')[1]!, 'base64url').toString());
    expect([claims.aud, claims.scope]).toEqual([lab, body['scope']]);
    expect(await server.tokens.resolve(String(body['access_token']))).toBeUndefined();
    expect(await post(`${server.issuer}/introspect`, { token: String(body['access_token']) }, basic())).toMatchObject({
      body: { active: false },
    });
    const unknown = await launch(server, { request: { aud: 'http://elsewhere.example/fhir' } });
    expect(unknown.answer.get('code')).toBeNull();
  });

  test('R-119 codes are for once, JWTs for five minutes, other access tokens for an hour at most', async () => {
    const { answer, verifier } = await launch(server);
    const exchange = {
      grant_type: 'authorization_code',
      code: answer.get('code')!,
      redirect_uri: 'http://127.0.0.1:9/callback',
      code_verifier: verifier,
      client_id: 'growth-chart',
    };
    const first = await token(server, exchange);
    expect([first.status, Number(first.body['expires_in']) <= 3600]).toEqual([200, true]);
    expect((await token(server, exchange)).status).toBe(400);
    const { body } = await asked(lab);
    const claims = JSON.parse(Buffer.from(String(body['access_token']).split('.')[1]!, 'base64url').toString());
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(300);
  });

  test('R-116 introspection says the same; a dead token is only that', async () => {
    const { body } = await asked(server.fhirBase);
    const introspected = await post(`${server.issuer}/introspect`, { token: String(body['access_token']) }, basic());
    expect(introspected.body).toMatchObject({ active: true, extensions: { ihe_iua: subject() } });
    const dead = await post(`${server.issuer}/introspect`, { token: 'x'.repeat(43) }, basic());
    expect(dead.body).toEqual({ active: false });
  });
});

describe('R-118 deniedProfile: iua', () => {
  let it: House;
  beforeAll(async () => {
    it = await house(undefined, { gateway: { deniedProfile: 'iua' }, pages: { iua: {} } });
  }, 120_000);
  afterAll(() => it?.close());
  const get = (target: string, bearer?: string) =>
    fetch(it.fhir + target, { headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` } });
  const backend = (...roles: string[]) => registerBackend(it.issuer, it.running.adminToken!, roles);

  test('what policy or scope forbids is 401 and says which; what is hidden is as absent as ever; the record tells the same', async () => {
    const nurse = await backend('nurse');
    const wide = await nurse.token('system/*.rs');
    const byPolicy = await get('/AuditEvent?patient=mine', wide);
    expect([byPolicy.status, byPolicy.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ]);
    const byScope = await get('/Patient/mine', await (await backend('backend-service')).token('system/Observation.rs'));
    expect([byScope.status, byScope.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('insufficient_scope'),
    ]);
    const other = await (await backend('backend-service')).token('system/*.rs');
    expect((await get('/Patient/none', other)).status).toBe(404);
    expect((await get('/Patient/mine', other)).status).toBe(200);
    const forbidden = (await it.records()).filter((one) => one.outcome === 'deny' && one.type === 'AuditEvent');
    expect(forbidden.map((one) => one.status)).toContain(401);
  });

  test('the capability statement says IUA, and a token of an emergency says BTG in its form', async () => {
    const { rest } = (await (await get('/metadata')).json()) as any;
    expect(rest[0].security.service).toContainEqual({
      coding: [{ system: 'http://profiles.ihe.net/fhir/ihe.securityTypes/CodeSystem/securityTypes', code: 'IUA' }],
    });
    const claims = {
      extensions: {
        'hl7-b2b': {
          version: '1',
          subject_name: 'Ann Lee',
          subject_id: 'urn:oid:2.16.840.1.113883.4.6#1234567893',
          subject_role: 'urn:oid:2.16.840.1.113883.6.101#207P00000X',
          organization_id: 'https://er.example/Organization/1',
          purpose_of_use: [`${AR}#BTG`, `${AR}#TREAT`],
        },
      },
    };
    const emergency = await (await backend('break-the-glass')).token('system/*.rs', { claims });
    const asks = { id: 'lab', name: 'Lab', kind: 'symmetric', redirectUris: ['https://lab.example/back'] };
    const { secret } = (await it.call('POST', '/admin/clients', asks)).body;
    const answer = await fetch(`${it.issuer}/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`lab:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ token: emergency }),
    });
    expect(((await answer.json()) as any).extensions.ihe_iua).toMatchObject({
      subject_name: 'Ann Lee',
      purpose_of_use: expect.arrayContaining([{ system: AR, code: 'BTG' }]),
    });
  });
});
