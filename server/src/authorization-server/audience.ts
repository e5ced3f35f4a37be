/**
 * SMART App Launch 2.2 §Launch App (`aud`, R-098) and RFC 8707 §2 (`resource`): a token is for a FHIR server that we protect or it is not issued. Both are
 * compared character by character.
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** The resource of a request that names none in RFC 8707's way. */
export function defaultAudience(ctx: KoaContextWithOIDC, use: Audiences): string {
  const aud = pushedResource(ctx) ?? ctx.oidc.params?.['aud'];
  if (ctx.oidc.route === 'authorization' || ctx.oidc.route === 'pushed_authorization_request') checkAud(aud, use, true);
  return typeof aud === 'string' && (use.jwtAudiences.includes(aud) || isFurther(aud, use)) ? aud : use.fhirBase;
}

/**
 * RFC 9126 as the provider keeps it: a pushed request is stored as a JWT, whose own `aud` (us) then stands in for SMART's. What was pushed was checked
 * when it was pushed, and stands in `resource`.
 */
export function pushedResource(ctx: KoaContextWithOIDC): string | undefined {
  const { aud, resource } = ctx.oidc.params ?? {};
  const pushed = ctx.oidc.entities.PushedAuthorizationRequest !== undefined || ctx.oidc.route === 'resume';
  return pushed && aud === ctx.oidc.provider.issuer && typeof resource === 'string' ? resource : undefined;
}

export interface Audiences {
  readonly fhirBase: string;
  readonly further: readonly { readonly base: string }[];
  readonly jwtAudiences: readonly string[];
}

export function checkAud(aud: unknown, use: Audiences, required: boolean): void {
  if (aud === undefined && !required) return;
  if (aud === undefined) throw new errors.InvalidRequest('aud must name the FHIR server that the token is for');
  if (aud !== use.fhirBase && !isFurther(aud, use) && !use.jwtAudiences.includes(String(aud)))
    throw new errors.InvalidRequest('aud is not the FHIR server that this authorization server protects');
}

/** One of our FHIR bases beside the first. */
export function isFurther(aud: unknown, { further }: Pick<Audiences, 'further'>): boolean {
  return further.some(({ base }) => base === aud);
}
