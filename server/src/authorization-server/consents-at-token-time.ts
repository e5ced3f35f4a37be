/** What a patient's consents say of a token, in IHE PCF's words; handed in, since this server knows neither facts nor decisions. */
import type { PcfClaims } from '@fireguard/engine';
import type { ResolvedToken } from '../token/resolved-token.ts';

/** `deny`: the token is not to be given, or is not active. Undefined: no consent says anything. Throws Problem when they cannot be had. */
export type ConsentsAtTokenTime = (
  holder: Pick<ResolvedToken, 'client' | 'person' | 'purposes'> & { readonly patient: string },
) => Promise<PcfClaims | 'deny' | undefined>;
