/**
 * What a token says beside its scopes: how and when the person signed in (RFC 9470 §4, RFC 8176), and in a JWT (RFC 9068) also whose record is open, since its
 * resource server cannot ask us. INVARIANT: never who the patient is by name, nor anything that the token answer does not say.
 */
import type { Kysely } from 'kysely';
import { type AccessToken, type ClientCredentials, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { clientById } from '../storage/clients.ts';
import { launchContextByGrant } from '../storage/launch-contexts.ts';
import type { Database } from '../storage/schema.ts';
import type { TokenResolver } from '../token/resolved-token.ts';
import type { KnownPerson } from './audit-drafts.ts';
import { EXCHANGE_GRANT } from './client-metadata.ts';
import { allowedPurposes, askedPurposes, type PurposeRules, purposeText } from './purposes.ts';

type Claims = Record<string, unknown>;

export interface TokenClaimsDependencies {
  readonly db: Kysely<Database>;
  readonly fhirBase: string;
  readonly purposes: PurposeRules;
  readonly tokens: TokenResolver;
}

export async function tokenClaims(
  use: TokenClaimsDependencies,
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): Promise<Claims | undefined> {
  const { db, fhirBase } = use;
  if (token.kind !== 'AccessToken') return servicePurposes(use, ctx);
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
    ...(context?.more.purposes === undefined ? {} : { purpose_of_use: context.more.purposes.map(purposeText) }),
  };
}

/** A service names its purposes itself, within its roles; an exchanged token has those of the one it was exchanged for. */
async function servicePurposes(use: TokenClaimsDependencies, ctx: KoaContextWithOIDC): Promise<Claims | undefined> {
  const { client, params, body } = ctx.oidc;
  if (params?.['grant_type'] === EXCHANGE_GRANT) {
    const subject = await use.tokens.resolve(String(params['subject_token'] ?? ''));
    return claim(subject?.purposes.map(({ code }) => code) ?? []);
  }
  const asked = askedPurposes((body as Claims | undefined)?.['purpose_of_use']);
  const roles = asked.length === 0 ? [] : ((await clientById(use.db, client?.clientId ?? ''))?.roles ?? []);
  const allowed = allowedPurposes(use.purposes, roles, asked);
  if (allowed.length < asked.length) throw new errors.InvalidRequest('this client may not name that purpose of use');
  return claim(allowed);
}

const claim = (codes: readonly string[]): Claims | undefined =>
  codes.length === 0 ? undefined : { purpose_of_use: codes.map(purposeText) };
