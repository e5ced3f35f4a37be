/**
 * How surely we know who signed in (OpenID Connect Core §2 acr and amr, RFC 8176 for amr values, RFC 9470). `aal1`: one factor. `aal2`: two, or a
 * passkey that its owner unlocked, which is both. INVARIANT: an unknown value is the lowest.
 */
export const acrValues = ['aal1', 'aal2'] as const;
export type Acr = (typeof acrValues)[number];

export function meets(acr: string | undefined, wanted: Acr): boolean {
  return wanted === 'aal1' || acr === 'aal2';
}

/** What an app asks for by `acr_values`: its first choice that we know (OpenID Connect Core §3.1.2.1: in order of preference). */
export function wantedAcr(acrParameter: unknown): Acr | undefined {
  if (typeof acrParameter !== 'string') return undefined;
  return acrParameter.split(' ').find((value): value is Acr => (acrValues as readonly string[]).includes(value));
}
