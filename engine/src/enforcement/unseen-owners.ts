/**
 * Whose a new state is may be told by what it points to: content by its security context, a note by the order that it answers. INVARIANT: only by what the writer
 * sees. What is hidden leads to nobody, as what is absent does; or the answer to a write would tell the two apart (search-semantics §9).
 */
import type { Draft } from './draft.ts';
import { draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { isKnown, unseenOf } from './written-references.ts';

/** `before`: the stored state, which the writer sees: what it points to already has told all that it tells. */
export function* withoutUnseenOwners(
  given: Given,
  book: FactBook,
  one: Draft,
  before: Pick<Draft, 'document' | 'node'> | undefined,
): Generator<Need, Draft, Found> {
  if (one.pending.length === 0) return one;
  const told = before === undefined ? [] : draft(given, one.type, one.id, before.document, before.node).pending;
  const added = one.pending.filter((key) => !told.includes(key) && !isKnown(given, book, key));
  const unseen = yield* unseenOf(given, book, added);
  if (unseen.size === 0) return one;
  return { ...one, pending: one.pending.filter((key) => !unseen.has(key)), undetermined: true };
}
