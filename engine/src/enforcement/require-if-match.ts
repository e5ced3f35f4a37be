/** Without If-Match upstream, a write could hit a state that nobody judged; then no change is served at all. */
import { Problem } from '../problem.ts';
import type { Given } from './given.ts';

export function requireIfMatch(given: Given): void {
  if (!given.dialect.ifMatch) throw new Problem('interaction-not-supported', 'Changing resources is not served here.');
}
