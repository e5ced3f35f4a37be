/** A backend service's assertion and token, as a client library would make them. */
import { randomUUID } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import type { Issuer, KeyPair } from './harness.ts';
import { token } from './launch.ts';

export async function clientAssertion(client: string, key: KeyPair, audience: string): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES384', kid: String(key.privateJwk['kid']), typ: 'JWT' })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(audience)
    .setExpirationTime('2m')
    .setJti(randomUUID())
    .sign(await importJWK(key.privateJwk as JWK, 'ES384'));
}

export async function withAssertion(client: string, key: KeyPair, server: Issuer): Promise<Record<string, string>> {
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await clientAssertion(client, key, `${server.issuer}/token`),
  };
}

export async function serviceToken(server: Issuer, client: string, scope: string, key = server.backendKey): Promise<string> {
  const { body } = await token(server, {
    grant_type: 'client_credentials',
    scope,
    ...(await withAssertion(client, key, server)),
  });
  return String(body['access_token']);
}
