/** A backend service of its own: its key, its registration through the admin API, its tokens by private_key_jwt (SMART Backend Services). */
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface Backend {
  readonly id: string;
  /**
   * `endpoint`: that which its base names; `resource`: the base itself (RFC 8707); `claims`: of the assertion, beside those that it must have; `purpose`: of use;
   * `exchanged`: a token of its own that it exchanges (RFC 8693). Throws an Error with status and answer.
   */
  token(
    scope: string,
    more?: {
      readonly endpoint?: string;
      readonly resource?: string;
      readonly claims?: Readonly<Record<string, unknown>>;
      readonly purpose?: string;
      readonly exchanged?: string;
    },
  ): Promise<string>;
  /** At this node; the audience stays the issuer that all nodes share. */
  revoke(token: string, at?: string): Promise<Response>;
}

export async function registerBackend(
  issuer: string,
  adminToken: string,
  roles: readonly string[] = ['backend-service'],
  identity?: string,
  protocol: Readonly<Record<string, unknown>> = {},
): Promise<Backend> {
  const { privateKey, publicKey } = await generateKeyPair('ES384');
  const id = `backend-${randomUUID().slice(0, 8)}`;
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES384', use: 'sig' };
  const made = await fetch(`${issuer}/admin/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ id, name: 'A backend', kind: 'backend', scope: 'system/*.cruds', roles, jwks: { keys: [jwk] }, protocol },
      ...(identity === undefined ? {} : { identity }),
    }),
  });
  if (made.status !== 201) throw new Error(`${made.status} ${await made.text()}`);
  const proof = async (audience = `${issuer}/token`, claims: Readonly<Record<string, unknown>> = {}) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES384', kid: 'k1', typ: 'JWT' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(audience)
      .setJti(randomUUID())
      .setExpirationTime('2m')
      .sign(privateKey),
  });
  return {
    id,
    async token(scope, { endpoint, resource, claims, purpose, exchanged } = {}) {
      const answer = await fetch(endpoint ?? `${issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          ...(exchanged === undefined
            ? { grant_type: 'client_credentials' }
            : {
                grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
                subject_token: exchanged,
                subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
              }),
          scope,
          ...(purpose === undefined ? {} : { purpose_of_use: purpose }),
          ...(resource === undefined ? {} : { resource }),
          ...(await proof(endpoint, claims)),
        }),
      });
      const body = (await answer.json()) as { access_token?: string };
      if (body.access_token === undefined) throw new Error(`${answer.status} ${JSON.stringify(body)}`);
      return body.access_token;
    },
    revoke: async (token, at = issuer) =>
      fetch(`${at}/revoke`, { method: 'POST', body: new URLSearchParams({ token, ...(await proof()) }) }),
  };
}
