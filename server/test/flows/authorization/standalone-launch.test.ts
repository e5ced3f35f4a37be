import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Issuer, startIssuer } from './harness.ts';
import { launch, tokensFor } from './launch.ts';

let server: Issuer;
beforeAll(async () => {
  server = await startIssuer();
});
afterAll(() => server?.close());

describe('standalone launch by forms', () => {
  test('R-093 R-099 a clinician signs in, picks a patient, consents; the app gets its token and the patient', async () => {
    const { status, headers, body } = await tokensFor(server);
    expect(server.reports).toEqual([]);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('pragma')).toContain('no-cache');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, patient: 'haruka', need_patient_banner: true });
    expect(String(body['scope']).split(' ').sort()).toEqual(['fhirUser', 'launch/patient', 'openid', 'patient/*.rs']);
    expect(body).not.toHaveProperty('refresh_token');
    expect(await server.tokens.resolve(String(body['access_token']))).toMatchObject({
      audience: server.fhirBase,
      client: { id: 'growth-chart' },
      person: { id: 'person-okafor', fhirUser: 'Practitioner/okafor', roles: ['physician'] },
      patient: 'haruka',
    });
  });

  test('R-098 the answer carries state and, by RFC 9207, the issuer', async () => {
    const { answer, state } = await launch(server);
    expect(answer.get('state')).toBe(state);
    expect(answer.get('iss')).toBe(server.issuer);
  });
});
