/** requirements 3.1, trap 4: the HL7 systems have older spellings, which must not make a label another one. */
import { canonicalV3 } from '../terminology/codes.ts';

export function canonicalSystem(written: string): string {
  return canonicalV3(written) ?? written;
}
