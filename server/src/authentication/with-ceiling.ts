/**
 * the confidentiality that a request asks for at most, as a security label in its Category header
 * (`http://terminology.hl7.org/CodeSystem/v3-Confidentiality#N; scheme="http://hl7.org/fhir/tag/security"`). INVARIANT: it only narrows, and what is not understood is refused.
 */
import { type Caller, confidentialityRank, Problem } from '@fireguard/engine';
import { securityTerms } from '../http/categories.ts';

const SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

/** Throws Problem request-not-understood. Of several the lowest counts. */
export function withCeiling(caller: Caller, headers: ReadonlyMap<string, readonly string[]>): Caller {
  const lines = headers.get('category');
  if (lines === undefined) return caller;
  const ranks = securityTerms(lines, `${SYSTEM}#`).map((term) => {
    const rank = term.startsWith(`${SYSTEM}#`) ? confidentialityRank(SYSTEM, term.slice(SYSTEM.length + 1)) : undefined;
    if (rank === undefined) throw new Problem('request-not-understood', 'The Category header is not right.');
    return rank;
  });
  return ranks.length === 0 ? caller : Object.freeze({ ...caller, ceiling: Math.min(caller.ceiling ?? ranks[0]!, ...ranks) });
}
