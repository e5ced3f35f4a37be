/** requirements 3.1, trap 4: the HL7 systems have older spellings, which must not make a label another one. */
import { v3System, v3SystemUrl } from '../terminology/codes.ts';

export function canonicalSystem(written: string): string {
  const name = v3System(written);
  return name === undefined ? written : v3SystemUrl(name);
}
