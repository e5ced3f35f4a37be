/** Which of these patients the caller sees. Where the type is closed as a whole, by scope for instance, none can be told from another, and all count. */

import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { plainCriterion } from './plain-search.ts';
import { Stages } from './stages.ts';

const AT_ONCE = 200;

export function* visiblePatients(
  given: Given,
  book: FactBook,
  ids: ReadonlySet<string>,
): Generator<Need, ReadonlySet<string>, Found> {
  const stages = new Stages(given, book);
  const permit = stages.permitFor('Patient');
  if (permit === undefined) return ids;
  const type = given.tables.types.get('Patient')!;
  const seen = new Set<string>();
  const all = [...ids];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const byId = plainCriterion(type.searchParameters.get('_id')!, all.slice(at, at + AT_ONCE));
    for (const { id } of yield* stages.include(permit, type, [byId])) if (id !== undefined) seen.add(id);
  }
  return seen;
}
