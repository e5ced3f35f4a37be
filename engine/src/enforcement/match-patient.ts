/**
 * `$match` (patient-operation-match.html), guarded: a search by everything that was given, answered only when exactly one visible patient meets it all. It
 * shows no more than that search would, never guesses, and tells "several" from "none" to nobody.
 */

import { impliedSearch } from '../operation/implied-search.ts';
import { matchCriteria } from '../operation/match-criteria.ts';
import type { OperationInput } from '../operation/operation-input.ts';
import { Problem } from '../problem.ts';
import { releaseMatch } from '../release/release-match.ts';
import { canonicalTarget } from '../request/canonical.ts';
import { admitSearch } from './admit-search.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Called } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { Stages } from './stages.ts';

export function* matchPatient(given: Given, asked: Called, input: OperationInput): Generator<Need, Outcome, Found> {
  if (input.one('onlyCertainMatches') !== 'true')
    throw new Problem('parameter-invalid', 'Only certain matches are served: onlyCertainMatches must be true.');
  const implied = impliedSearch(asked, given.tables, '/Patient', matchCriteria(input, given.tables));
  const admitted = admitSearch(given, implied);
  if (admitted.kind === 'denied') return admitted;
  const { type, permit } = admitted.types[0]!;
  const stages = new Stages(given, new FactBook(given));
  const found = yield* stages.include(permit, type, implied.criteria);
  const told = { self: given.bases.ours + canonicalTarget(asked), withheld: stages.withheld, decision: admitted.decision };
  return releaseMatch(found.length === 1 ? found[0] : undefined, told, given.bases);
}
