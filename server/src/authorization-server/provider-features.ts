/** The protocols that oidc-provider is asked to serve: off unless written here. */
import type { FhirTables } from '@fireguard/engine';
import { type Client, type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { hasSubject } from '../token/certificate-subject.ts';
import { defaultAudience } from './audience.ts';
import { certificateOf, isTrusted } from './client-certificate.ts';
import type { FurtherBase } from './further-bases.ts';
import { grantableScope } from './grantable-scope.ts';
import type { SignInSettings } from './sign-in-settings.ts';

export interface FeatureSettings {
  readonly fhirBase: string;
  readonly further: readonly FurtherBase[];
  /** Of the FHIR version that is served there. */
  readonly tables: FhirTables;
  /** Other FHIR servers, for which clients registered for them get short JWTs (topology 2). */
  readonly jwtAudiences: readonly string[];
  /** RFC 9449 §8: nonces of the token endpoint. */
  readonly dpop: { readonly secret: Buffer; readonly required: boolean };
  /** What people of a role may let apps have at most. */
  readonly signIn: Pick<SignInSettings, 'scopesByRole'>;
  readonly logoutPage: (ctx: KoaContextWithOIDC, form: string) => void;
  readonly loggedOutPage: (ctx: KoaContextWithOIDC) => void;
}

/** Seconds that a JWT lives: it cannot be called back. */
const JWT_SECONDS = 300;

export function providerFeatures(use: FeatureSettings): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_ctx, client) => client.clientAuthMethod !== 'none' },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
    // Tokens are for the FHIR server; userinfo.ts answers with them all the same.
    userinfo: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: use.logoutPage,
      postLogoutSuccessSource: use.loggedOutPage,
    },
    backchannelLogout: { enabled: true },
    // RFC 9126. A redirect address must be registered all the same.
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
    // RFC 9449, for whoever asks.
    dPoP: { enabled: true, nonceSecret: use.dpop.secret, requireNonce: () => use.dpop.required },
    // RFC 8705.
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      selfSignedTlsClientAuth: true,
      tlsClientAuth: true,
      getCertificate: (ctx) => certificateOf(ctx.req),
      certificateAuthorized: (ctx) => isTrusted(ctx.req),
      certificateSubjectMatches(ctx, property, expected) {
        const certificate = certificateOf(ctx.req);
        return (
          property === 'tls_client_auth_subject_dn' && certificate !== undefined && hasSubject(certificate.subject, expected)
        );
      },
    },
    // FAPI 2.0 Security Profile, for clients that are registered so.
    fapi: { enabled: true, profile: (_ctx, client) => (client?.metadata()['fireguard_fapi'] === true ? '2.0' : undefined) },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx) => defaultAudience(ctx, use),
      useGrantedResource: () => true,
      async getResourceServerInfo(ctx, resource, client) {
        const base = use.further.find((one) => one.base === resource);
        const scope = () => grantableScope(ctx, client, base?.tables ?? use.tables, use.signIn.scopesByRole);
        if (resource === use.fhirBase || base !== undefined)
          return { scope: await scope(), audience: resource, accessTokenFormat: 'opaque' };
        if (!mayHaveJwt(use, resource, client))
          throw new errors.InvalidTarget('resource is not a FHIR server that this server protects');
        return {
          scope: await scope(),
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: JWT_SECONDS,
          jwt: { sign: { alg: 'RS256' } },
        };
      },
    },
  };
}

/** Whether the client is registered for JWTs for this server. */
export function mayHaveJwt(use: Pick<FeatureSettings, 'jwtAudiences'>, resource: string, client: Client): boolean {
  const registered = client.metadata()['fireguard_audiences'];
  return use.jwtAudiences.includes(resource) && Array.isArray(registered) && registered.includes(resource);
}
