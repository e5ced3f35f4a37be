/**
 * What a token says beside its scopes: how and when the person signed in (RFC 9470 §4, RFC 8176), and in a JWT (RFC 9068) also whose record is open, since its
 * resource server cannot ask us. INVARIANT: never who the patient is by name, nor anything that the token answer does not say.
 */
import { normalisePurpose, purposeSystem } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { type AccessToken, type ClientCredentials, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Glasses } from '../break-glass/glasses.ts';
import { type Client, clientById } from '../storage/clients.ts';
import { launchContextByGrant } from '../storage/launch-contexts.ts';
import type { Database } from '../storage/schema.ts';
import type { TokenResolver } from '../token/resolved-token.ts';
import type { KnownPerson } from './audit-drafts.ts';
import { type B2bClaim, b2bClaim } from './b2b-claim.ts';
import { EXCHANGE_GRANT } from './client-metadata.ts';
import type { ConsentsAtTokenTime } from './consents-at-token-time.ts';
import { type IuaSettings, iuaClaims } from './iua-claims.ts';
import { allowedPurposes, askedPurposes, type PurposeRules, purposeText } from './purposes.ts';
import { requestIdOf } from './request-id.ts';

type Claims = Record<string, unknown>;

export interface TokenClaimsDependencies {
  readonly db: Kysely<Database>;
  readonly fhirBase: string;
  readonly purposes: PurposeRules;
  readonly tokens: TokenResolver;
  /** What the consents of the patient in context leave to be enforced; left out: tokens say nothing of them. */
  readonly consents?: ConsentsAtTokenTime | undefined;
  /** IHE IUA's claims in JWTs; left out: none. */
  readonly iua?: IuaSettings | undefined;
  /** Where the glass can be broken. */
  readonly glasses?: Glasses | undefined;
}

export async function tokenClaims(
  use: TokenClaimsDependencies,
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
): Promise<Claims | undefined> {
  const { db, fhirBase } = use;
  if (token.kind !== 'AccessToken') return withIuaOfService(use, ctx, token, await servicePurposes(use, ctx));
  const source = ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken;
  const signIn: Claims =
    source?.authTime === undefined ? {} : { acr: source.acr ?? 'aal1', amr: source.amr ?? [], auth_time: source.authTime };
  const { resourceServer, grantId } = token as AccessToken;
  if (resourceServer?.accessTokenFormat !== 'jwt') return signIn;
  const context = grantId === undefined ? undefined : await launchContextByGrant(db, grantId);
  const person = ctx.oidc.entities.Account?.['person'] as KnownPerson | undefined;
  const client = { id: token.clientId ?? '', name: ctx.oidc.client?.clientName ?? '', roles: [] };
  const purposes = (context?.more.purposes ?? []).map((code) => ({ system: purposeSystem, code }));
  const consents =
    context?.patient == null ? undefined : await use.consents?.({ client, person, purposes, patient: context.patient });
  if (consents === 'deny') throw new errors.AccessDenied('the patient does not agree');
  return {
    ...signIn,
    ...(person?.fhirUser === undefined ? {} : { fhirUser: `${fhirBase}/${person.fhirUser}` }),
    ...(context?.patient == null ? {} : { patient: context.patient }),
    ...extensions({
      ihe_iua:
        use.iua &&
        iuaClaims(
          { name: person?.name, roles: person?.roles ?? [], purposes, patient: context?.patient ?? undefined },
          use.iua,
          fhirBase,
        ),
      ihe_pcf: consents,
    }),
    ...(context?.encounter == null ? {} : { encounter: context.encounter }),
    ...(context?.more.purposes === undefined ? {} : { purpose_of_use: context.more.purposes.map(purposeText) }),
  };
}

function extensions(parts: Readonly<Record<string, unknown>>): Claims {
  const said = Object.entries(parts).filter(([, part]) => part !== undefined);
  return said.length === 0 ? {} : { extensions: Object.fromEntries(said) };
}

async function withIuaOfService(
  { iua, db, fhirBase }: TokenClaimsDependencies,
  ctx: KoaContextWithOIDC,
  token: AccessToken | ClientCredentials,
  claims: Claims | undefined,
): Promise<Claims | undefined> {
  if (iua === undefined || token.resourceServer?.accessTokenFormat !== 'jwt') return claims;
  const service = await clientById(db, ctx.oidc.client?.clientId ?? '');
  const named = (claims?.['purpose_of_use'] as readonly string[] | undefined) ?? [];
  const purposes = named.map((text) => normalisePurpose(text)).filter((one) => one !== undefined);
  const human = (claims?.['human'] as { readonly name?: string } | undefined)?.name;
  const told = iuaClaims({ name: human, roles: service?.roles ?? [], purposes, patient: undefined }, iua, fhirBase);
  return { ...claims, ...extensions({ ihe_iua: told }) };
}

/** A service names its purposes itself, within its roles; an exchanged token has those of the one it was exchanged for. */
async function servicePurposes(use: TokenClaimsDependencies, ctx: KoaContextWithOIDC): Promise<Claims | undefined> {
  const { client, params, body } = ctx.oidc;
  if (params?.['grant_type'] === EXCHANGE_GRANT) {
    const subject = await use.tokens.resolve(String(params['subject_token'] ?? ''));
    return claim(subject?.purposes.map(({ code }) => code) ?? []);
  }
  const { purpose_of_use: inForm, client_assertion: assertion } = (body as Claims | undefined) ?? {};
  const claimed = b2bClaim(assertion);
  const asked = [...new Set([...askedPurposes(inForm), ...(claimed?.purposes ?? [])])];
  const service = asked.length === 0 ? undefined : await clientById(use.db, client?.clientId ?? '');
  const roles = service?.roles ?? [];
  if (claimed?.declares !== undefined && service !== undefined)
    return declaredGlass(use, ctx, service, claimed.declares, asked);
  const allowed = allowedPurposes(use.purposes, roles, asked);
  if (allowed.length < asked.length) throw new errors.InvalidRequest('this client may not name that purpose of use');
  return claim(allowed);
}

/** granted or refused, and either is on record before the answer. */
async function declaredGlass(
  use: TokenClaimsDependencies,
  ctx: KoaContextWithOIDC,
  service: Client,
  human: NonNullable<B2bClaim['declares']>,
  purposes: readonly string[],
): Promise<Claims> {
  const place = { address: ctx.ip, requestId: requestIdOf(ctx.req) };
  const person = { id: `${service.id}#${human.id}`, name: human.name, roles: service.roles, fhirUser: undefined };
  const client = { id: service.id, name: service.name };
  if (use.glasses?.mayBreak(service.roles) !== true) {
    await use.glasses?.refused(person, `${service.name} declared an emergency by hl7-b2b without the privilege.`, place);
    throw new errors.InvalidGrant('this client may not declare break-the-glass');
  }
  const { id } = await use.glasses.open({
    ...place,
    person,
    client,
    declared: 'claim',
    organization: human.organization,
    patient: undefined,
    reasonCode: 'another-emergency',
    reason: `Declared by ${service.name} in a token request.`,
  });
  return { ...claim(purposes), glass: id, human: { id: person.id, name: person.name } };
}

const claim = (codes: readonly string[]): Claims | undefined =>
  codes.length === 0 ? undefined : { purpose_of_use: codes.map(purposeText) };
