/** RFC 6749 §3.2: the request to the token endpoint, with the client's own way of proving who it is. */
import { randomUUID } from 'node:crypto';
import { importJWK, type JWK, SignJWT } from 'jose';
import { CliError } from '../cli-error.ts';
import type { Browser } from './browser.ts';
import type { Endpoints } from './discovery.ts';
import type { StateClient } from './state-file.ts';

/** Gives the access token. */
export async function requestToken(
  browser: Browser,
  endpoints: Endpoints,
  client: StateClient,
  form: URLSearchParams,
): Promise<string> {
  const headers: Record<string, string> = {};
  switch (client.kind) {
    case 'public':
      form.set('client_id', client.client_id);
      break;
    case 'symmetric': {
      const both = [client.client_id, client.client_secret ?? '']
        .map((part) => encodeURIComponent(part).replaceAll('%20', '+'))
        .join(':');
      headers['Authorization'] = `Basic ${Buffer.from(both).toString('base64')}`;
      break;
    }
    case 'asymmetric':
    case 'backend':
      form.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      form.set('client_assertion', await assertion(client, endpoints.token_endpoint));
  }
  const page = await browser.post(endpoints.token_endpoint, form, headers);
  const answer = JSON.parse(page.text) as { access_token?: string; error?: string; error_description?: string };
  if (page.status === 200 && answer.access_token !== undefined) return answer.access_token;
  throw new CliError(`No token: ${answer.error_description ?? answer.error ?? `the server answered ${page.status}`}.`);
}

/** RFC 7523 §3; five minutes at most (SMART Backend Services). */
async function assertion(client: StateClient, audience: string): Promise<string> {
  const key = client.private_jwk as JWK | undefined;
  if (key === undefined) throw new CliError(`The state file holds no private key for ${client.client_id}.`);
  const alg = key.alg ?? (key.kty === 'EC' ? 'ES384' : 'RS384');
  return new SignJWT()
    .setProtectedHeader({ alg, typ: 'JWT', ...(key.kid === undefined ? {} : { kid: key.kid }) })
    .setIssuer(client.client_id)
    .setSubject(client.client_id)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(await importJWK(key, alg));
}
