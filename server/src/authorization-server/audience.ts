/**
 * SMART App Launch 2.2 §Launch App (`aud`, R-098) and RFC 8707 §2 (`resource`): a token is for our FHIR base or it is not issued. Both are
 * compared character by character.
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** The resource of a request that names none in RFC 8707's way. */
export function defaultAudience(ctx: KoaContextWithOIDC, fhirBase: string): string {
  if (ctx.oidc.route === 'authorization') checkAud(ctx.oidc.params?.['aud'], fhirBase, true);
  return fhirBase;
}

export function checkAud(aud: unknown, fhirBase: string, required: boolean): void {
  if (aud === undefined && !required) return;
  if (aud === undefined) throw new errors.InvalidRequest('aud must name the FHIR server that the token is for');
  if (aud !== fhirBase) throw new errors.InvalidRequest('aud is not the FHIR server that this authorization server protects');
}
