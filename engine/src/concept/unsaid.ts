/** What the documents that may be seen do not say: one answer, whether they are hidden, absent, or not whole. */
import { Problem } from '../problem.ts';

export function unsaid(): Problem {
  return new Problem(
    'terminology-unknown',
    'A code system, value set or concept map that this needs is not here, or does not say it.',
  );
}
