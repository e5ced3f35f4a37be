/** FHIR's use of the Category header: does a request invoke break-the-glass? Other categories say nothing here. */
import { securityTerms } from '../http/categories.ts';

const TERM = 'http://terminology.hl7.org/CodeSystem/v3-ActReason#BTG';
/** Of FHIR before the code moved to HL7's terminology (R-220). */
const LEGACY = 'http://hl7.org/fhir/security-label#break-the-glass';

/** `lines`: every `Category` line. `legacy`: the old code counts, too. Throws Problem request-not-understood for a malformed one that names break-the-glass. */
export function invokesBreakGlass(lines: readonly string[], legacy = false): boolean {
  return securityTerms(lines, '#BTG').includes(TERM) || (legacy && securityTerms(lines, LEGACY).includes(LEGACY));
}
