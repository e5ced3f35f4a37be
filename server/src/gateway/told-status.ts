/** IHE IUA ITI-72 §3.72.4.3: whatever forbids it, token, scope or policy, is 401 where the site says so; else FHIR's 403. What is hidden stays absent. */
import type { ProblemCode } from '@fireguard/engine';
import type { Collaborators } from './collaborators.ts';

/** `code`: of the Problem that is answered; a search that costs too much is forbidden to nobody. */
export function toldStatus(status: number, { limits }: Pick<Collaborators, 'limits'>, code?: ProblemCode): number {
  return status === 403 && limits.deniedProfile === 'iua' && code !== 'too-costly' ? 401 : status;
}
