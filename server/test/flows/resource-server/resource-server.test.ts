/** a token from the authorization server, checked by a FHIR server through published keys alone, with no gateway in the path. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve } from '../../../../examples/resource-server/serve.ts';
import { verifyToken } from '../../../../examples/resource-server/verify-token.ts';
import { rotateSigningKeys } from '../../../src/token/keys.ts';
import { freePort, type Issuer, startIssuer } from '../authorization/harness.ts';
import { tokensFor } from '../authorization/launch.ts';

let server: Issuer;
let beside: Server;
let base: string;
let token: string;

beforeAll(async () => {
  const port = await freePort();
  base = `http://127.0.0.1:${port}/fhir`;
  server = await startIssuer({ jwtAudiences: [base] });
  await server.storage.db
    .updateTable('client')
    .set({ protocol: JSON.stringify({ jwtAudiences: [base] }) })
    .where('id', '=', 'growth-chart')
    .execute();
  const kept = ['haruka', 'mei'].flatMap((patient) => [
    { patient, resource: { resourceType: 'Patient', id: patient } },
    { patient, resource: { resourceType: 'Observation', id: `${patient}-1`, subject: { reference: `Patient/${patient}` } } },
  ]);
  beside = serve(kept, verifyToken(server.issuer, base), '/fhir');
  await new Promise<void>((resolve) => beside.listen(port, '127.0.0.1', resolve));
  expect((beside.address() as AddressInfo).port).toBe(port);
  token = await jwtFor(base);
});
afterAll(async () => {
  beside?.close();
  await server?.close();
});

async function jwtFor(aud: string, scope = 'launch/patient patient/Observation.rs'): Promise<string> {
  const { body } = await tokensFor(server, { scope, request: { aud } });
  return String(body['access_token']);
}

const read = async (path: string, bearer: string | undefined) =>
  (await fetch(`${base}/${path}`, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } })).status;

test('R-003 it opens what scope and patient in context allow, and nothing else', async () => {
  expect(await read('Observation/haruka-1', token)).toBe(200);
  expect(await read('Patient/haruka', token)).toBe(404);
  expect(await read('Observation/mei-1', token)).toBe(404);
  expect(await read('Observation/none', token)).toBe(404);
  expect(await read('Observation/haruka-1', undefined)).toBe(401);
});

test('R-003 tokens for others, of others and made up are none', async () => {
  expect(await read('Observation/haruka-1', await jwtFor(server.fhirBase))).toBe(401);
  const [head, body, signature] = token.split('.') as [string, string, string];
  const claims = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), patient: 'mei' };
  expect(
    await read('Observation/mei-1', `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`),
  ).toBe(401);
  const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
  expect(await read('Observation/haruka-1', `${none}.${body}.`)).toBe(401);
  const { privateKey } = await generateKeyPair('RS256');
  const forged = await new SignJWT({ ...claims, jti: randomUUID() })
    .setProtectedHeader({ ...JSON.parse(Buffer.from(head, 'base64url').toString()) })
    .sign(privateKey);
  expect(await read('Observation/mei-1', forged)).toBe(401);
});

test('R-003 an id_token is no access token', async () => {
  const { body } = await tokensFor(server, { scope: 'openid launch/patient patient/*.rs', request: { aud: base } });
  expect(await read('Observation/haruka-1', String(body['id_token']))).toBe(401);
});

test('R-003 new signing keys are picked up without a restart', async () => {
  await rotateSigningKeys(server.storage, Date.now());
  const fresh = await jwtFor(base);
  // The example looks for an unknown kid once a second at most.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect(await read('Observation/haruka-1', fresh)).toBe(200);
  expect(await read('Observation/haruka-1', token)).toBe(200);
});
