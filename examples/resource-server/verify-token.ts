/** RFC 9068 §4: what a resource server checks of a JWT access token. Keys come from the issuer's JWKS and are fetched again when an unknown `kid` comes. */
import { parseScopes, type ScopeSet } from '@fireguard/engine';
import { createRemoteJWKSet, jwtVerify } from 'jose';

export interface Caller {
  readonly subject: string;
  readonly scopes: ScopeSet;
  /** Patient in context: the limit of every `patient/` scope. */
  readonly patient: string | undefined;
}

/** Undefined for every way in which a token can be of no use. */
export type VerifyToken = (authorization: string | undefined) => Promise<Caller | undefined>;

/** `audience`: our own FHIR base. A token for anybody else is no token here. */
export function verifyToken(issuer: string, audience: string): VerifyToken {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`), { cooldownDuration: 1_000 });
  return async (authorization) => {
    const token = /^Bearer ([A-Za-z0-9._-]{1,4096})$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const verified = await jwtVerify(token, keys, {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti', 'scope'],
    }).catch(() => undefined);
    // A token that is bound to a key needs its proof, which this example does not check.
    if (verified === undefined || verified.payload['cnf'] !== undefined) return undefined;
    const { sub, scope, patient } = verified.payload;
    return {
      subject: String(sub),
      scopes: parseScopes(String(scope)),
      patient: typeof patient === 'string' ? patient : undefined,
    };
  };
}
