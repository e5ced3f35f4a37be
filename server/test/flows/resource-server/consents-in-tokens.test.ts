/** IHE PCF: what a patient's consents leave to be enforced is told to the server beside the gateway, and what they deny gets no token. */
import type { FactAnswer } from '@fireguard/engine';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { protectionOf } from '../../../src/consents/protection-of.ts';
import { tokenConsents } from '../../../src/consents/token-consents.ts';
import { freePort, type Issuer, startIssuer } from '../authorization/harness.ts';
import { basic, post, tokensFor } from '../authorization/launch.ts';

let server: Issuer;
let base: string;
let consents: object[] = [];

beforeAll(async () => {
  base = `http://127.0.0.1:${await freePort()}/fhir`;
  const config = defaultConfig({ upstream: { url: 'http://127.0.0.1:1/fhir', acceptUpstreamWithoutCredentials: true } });
  server = await startIssuer({
    jwtAudiences: [base],
    consents: (holder) =>
      tokenConsents({
        facts: {
          answer: async (queries) =>
            queries.map(
              (query): FactAnswer =>
                query.kind === 'consents'
                  ? {
                      kind: 'consents',
                      consents: new Map(
                        query.patients.map((one) => [one, consents.map((each) => Buffer.from(JSON.stringify(each)))]),
                      ),
                    }
                  : { kind: 'memberships', memberships: new Set() },
            ),
          written: async () => undefined,
        },
        protection: protectionOf(config.consents, config.purposes, undefined),
        bases: { ours: server.fhirBase, upstream: 'http://127.0.0.1:1/fhir' },
        purposes: (caller) => caller,
        now: Date.now,
      })(holder),
  });
  await server.storage.db
    .updateTable('client')
    .set({ protocol: JSON.stringify({ jwtAudiences: [base] }) })
    .where('id', '=', 'growth-chart')
    .execute();
});
afterAll(() => server?.close());
beforeEach(() => {
  consents = [];
});

const consent = (provision: object) => ({
  resourceType: 'Consent',
  id: 'c',
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  patient: { reference: 'Patient/haruka' },
  provision,
});
const restricted = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }];
const asked = (aud = base) => tokensFor(server, { scope: 'launch/patient patient/Observation.rs', request: { aud } });
const claims = (token: unknown) => JSON.parse(Buffer.from(String(token).split('.')[1]!, 'base64url').toString());

test('R-120 a JWT says what is left to enforce', async () => {
  consents = [consent({ type: 'permit', provision: [{ type: 'deny', securityLabel: restricted }] })];
  const { body } = await asked();
  expect(claims(body['access_token']).extensions).toEqual({
    ihe_pcf: {
      patient_id: `${server.fhirBase}/Patient/haruka`,
      doc_id: [`${server.fhirBase}/Consent/c`],
      residual: [{ type: 'forbid', securityLabel: restricted }],
    },
  });
  consents = [];
  expect(claims((await asked()).body['access_token']).extensions).toBeUndefined();
});

test('R-109 a denial gets no JWT', async () => {
  consents = [consent({ type: 'deny' })];
  const { status, body } = await asked();
  expect([status, body['error']]).toEqual([400, 'access_denied']);
  expect(body['access_token']).toBeUndefined();
});

test('R-112 a consent that is withdrawn ends, at introspection, what was granted before', async () => {
  const { body } = await asked(server.fhirBase);
  const introspect = async () =>
    (await post(`${server.issuer}/introspect`, { token: String(body['access_token']) }, basic())).body;
  expect((await introspect())['active']).toBe(true);
  consents = [consent({ type: 'permit', provision: [{ type: 'deny', securityLabel: restricted }] })];
  expect((await introspect())['extensions']).toMatchObject({
    ihe_pcf: { residual: [{ type: 'forbid', securityLabel: restricted }] },
  });
  consents = [consent({ type: 'deny' })];
  expect(await introspect()).toEqual({ active: false });
});
