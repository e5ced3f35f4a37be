/**
 * What a token says beside its scopes: how and when the person signed in (RFC 9470 §4, RFC 8176), and in a JWT (RFC 9068) also whose record is open, since its
 * resource server cannot ask us. INVARIANT: never who the patient is by name, nor anything that the token answer does not say.
 */
import type { Kysely } from 'kysely';
import type { AccessToken, ClientCredentials, KoaContextWithOIDC } from 'oidc-provider';
import { launchContextByGrant } from '../storage/launch-contexts.ts';
import type { Database } from '../storage/schema.ts';
import type { KnownPerson } from './audit-drafts.ts';

type Claims = Record<string, unknown>;

export async function tokenClaims(
  db: Kysely<Database>,
  fhirBase: string,
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): Promise<Claims | undefined> {
  if (token.kind !== 'AccessToken') return undefined;
  const source = ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken;
  const signIn: Claims =
    source?.authTime === undefined ? {} : { acr: source.acr ?? 'aal1', amr: source.amr ?? [], auth_time: source.authTime };
  const { resourceServer, grantId } = token as AccessToken;
  if (resourceServer?.accessTokenFormat !== 'jwt') return signIn;
  const context = grantId === undefined ? undefined : await launchContextByGrant(db, grantId);
  const person = ctx.oidc.entities.Account?.['person'] as KnownPerson | undefined;
  return {
    ...signIn,
    ...(person?.fhirUser === undefined ? {} : { fhirUser: `${fhirBase}/${person.fhirUser}` }),
    ...(context?.patient == null ? {} : { patient: context.patient }),
    ...(context?.encounter == null ? {} : { encounter: context.encounter }),
  };
}
