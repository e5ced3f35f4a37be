/** Without versions upstream there is no history to tell, and none is made up. */
import { Problem } from '../problem.ts';
import type { Given } from './given.ts';

export function requireHistory(given: Given): void {
  if (!given.dialect.history) throw new Problem('interaction-not-supported', 'Histories are not served here.');
}
