/** The order of confidentiality (HL7 Healthcare Privacy and Security Classification System; requirements 3.2): U < L < M < N < R < V. */
import { v3System } from './codes.ts';

export const confidentialityRanks = Object.freeze({ U: 0, L: 1, M: 2, N: 3, R: 4, V: 5 });
export type Confidentiality = keyof typeof confidentialityRanks;

/** What cannot be read counts as this (I5). */
export const veryRestricted: number = confidentialityRanks.V;

const ranks: ReadonlyMap<string, number> = new Map(Object.entries(confidentialityRanks));
const levels = Object.keys(confidentialityRanks) as readonly Confidentiality[];

/**
 * Position in the order, 0 to 5. Undefined for another code system, and for codes that this one does not have or has retired: on data they count
 * as `veryRestricted`, in a rule they mean nothing.
 */
export function confidentialityRank(system: string, code: string): number | undefined {
  return v3System(system) === 'v3-Confidentiality' ? ranks.get(code) : undefined;
}

/** The code of a rank; `V` for anything that is none. */
export function confidentialityCode(rank: number): Confidentiality {
  return levels[rank] ?? 'V';
}
