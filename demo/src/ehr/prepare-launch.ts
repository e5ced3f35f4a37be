/** SMART App Launch 2.2 §EHR launch, from the EHR's side: a service token by Backend Services (RFC 7523 §3), then `POST <issuer>/launch`. */
import { createPrivateKey, type JsonWebKey, randomUUID, sign } from 'node:crypto';
import type { DemoClient } from '../start/demo-file.ts';
import { EhrProblem } from './answer.ts';
import type { Doors } from './fireguard-doors.ts';

export interface LaunchContext {
  /** client_id of the app. */
  readonly client: string;
  /** Username at Fireguard. */
  readonly user: string;
  readonly patient?: string;
  readonly encounter?: string;
  readonly needPatientBanner: boolean;
}

/** Gives the opaque handle and the `iss` to send along. Throws EhrProblem with Fireguard's own reason. */
export async function prepareLaunch(
  doors: Doors,
  service: DemoClient,
  context: LaunchContext,
): Promise<{ readonly launch: string; readonly iss: string }> {
  const { issuer, token_endpoint } = await doors.places();
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: '__launch',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(service, token_endpoint),
  });
  const token = await doors.ask(token_endpoint, { form });
  if (typeof token.body['access_token'] !== 'string') throw refused('The EHR got no service token', token.body);
  const { body } = await doors.ask(`${issuer}/launch`, { json: context, bearer: token.body['access_token'] });
  const { launch, iss } = body;
  if (typeof launch !== 'string' || typeof iss !== 'string') throw refused('Fireguard prepared no launch', body);
  return { launch, iss };
}

export function refused(what: string, body: Readonly<Record<string, unknown>>): EhrProblem {
  const reason = body['error_description'] ?? body['error'];
  return new EhrProblem(400, `${what}${typeof reason === 'string' ? `: ${reason}` : '.'}`);
}

function assertion({ client_id, private_jwk }: DemoClient, audience: string): string {
  if (private_jwk === undefined) throw new EhrProblem(502, 'The EHR has no key.');
  const now = Math.floor(Date.now() / 1000);
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  const header = part({ alg: 'ES384', typ: 'JWT', kid: private_jwk.kid });
  const claims = part({ iss: client_id, sub: client_id, aud: audience, jti: randomUUID(), iat: now, exp: now + 60 });
  const key = createPrivateKey({ key: private_jwk as JsonWebKey, format: 'jwk' });
  // RFC 7518 §3.4: R and S side by side, not the DER that the library gives by default.
  const signature = sign('sha384', Buffer.from(`${header}.${claims}`), { key, dsaEncoding: 'ieee-p1363' });
  return `${header}.${claims}.${signature.toString('base64url')}`;
}
