/**
 * Who is calling: from the request's one credential to a frozen `Caller`. It looks at the Authorization header, at X-API-Key and at the certificate of
 * the connection, and for who it is at nothing else (`Fireguard-Reason` says why): cookies are not credentials here, a token in the query is just an unknown parameter. It must not decide what
 * the caller may do, and must not tell an unknown token from an expired one.
 */
import { type Caller, Problem } from '@fireguard/engine';
import type { ClientCertificate } from '../http/client-certificate.ts';
import type { DpopNonces } from '../token/dpop-nonces.ts';
import type { UsedOnce } from '../token/dpop-proof.ts';
import { presentToken } from '../token/present-token.ts';
import type { ResolvedToken, TokenResolver } from '../token/resolved-token.ts';
import type { ServiceCredentials } from '../token/service-credentials.ts';
import { anonymousCaller } from './anonymous-caller.ts';
import { callerOf } from './caller-of.ts';
import { type Credential, credentialOf } from './credential.ts';
import { parsedScopes } from './parsed-scopes.ts';
import { rationaleOf } from './rationale.ts';
import { RefusedCaller } from './refused-caller.ts';
import { withCeiling } from './with-ceiling.ts';

export interface Credentialed {
  readonly method: string;
  /** Below the FHIR base, as received. */
  readonly target: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly address: string;
  readonly certificate?: (() => ClientCertificate | undefined) | undefined;
}

export interface AuthenticationOptions {
  readonly tokens: TokenResolver;
  /** API keys, certificates and JWTs of services. */
  readonly services: ServiceCredentials;
  readonly once: UsedOnce;
  readonly nonces?: DpopNonces;
  /** The FHIR base; a token for any other resource is not a token here (RFC 8707, hardening A1). */
  readonly audience: string;
  /** Gives a caller whose token names no purpose of use those of their roles. */
  readonly purposes?: (caller: Caller) => Caller;
  /** Lets a caller make use of the glass that they broke: `glass` names the one for which their token was issued. */
  readonly overriding?: (caller: Caller, request: Credentialed, glass: string | undefined) => Promise<Caller>;
  readonly now: () => number;
}

export type Authenticate = (request: Credentialed) => Promise<Caller>;

export function authentication(options: AuthenticationOptions): Authenticate {
  const scopesOf = parsedScopes();
  return async (request) => {
    const certificate = request.certificate?.();
    const credential = credentialOf(request.headers, certificate);
    if (credential === undefined) return withCeiling(anonymousCaller(request.address), request.headers);
    const resolved = await meaningOf(options, credential, request, certificate);
    // One answer for every way in which a credential can be of no use: unknown, expired, revoked, for another audience, without its proof.
    if (resolved === undefined) throw new Problem('token-invalid', 'The access token is not valid.');
    const caller = callerOf(resolved, scopesOf(resolved.scope), request.address, certificate);
    const rationale = rationaleOf(request.headers);
    const spoken = rationale === undefined ? caller : Object.freeze({ ...caller, rationale });
    const purposeful = withCeiling(options.purposes?.(spoken) ?? spoken, request.headers);
    if (options.overriding === undefined) return purposeful;
    try {
      return await options.overriding(purposeful, request, resolved.glass);
    } catch (error) {
      throw error instanceof Problem ? new RefusedCaller(purposeful, error) : error;
    }
  };
}

function meaningOf(
  options: AuthenticationOptions,
  credential: Credential,
  request: Credentialed,
  certificate: ClientCertificate | undefined,
): Promise<ResolvedToken | undefined> {
  switch (credential.kind) {
    case 'api-key':
      return options.services.byApiKey(credential.key);
    case 'certificate':
      return options.services.byCertificate(credential.certificate);
    case 'signed-jwt':
      return options.services.bySignedJwt(credential.jwt);
    case 'token':
      return presentToken(options, {
        scheme: credential.scheme,
        token: credential.token,
        proofs: request.headers.get('dpop') ?? [],
        method: request.method,
        url: options.audience + request.target,
        certificate: certificate?.thumbprint,
      });
  }
}
