/**
 * search.html#token, #reference: what a criterion reads of a compared value, so that a mask of another part of it (the text of a concept, the display of a
 * reference) does not keep the criterion back. Without a modifier only: `:text` reads texts, `:missing` whether anything is there, `:identifier` identifiers.
 */
import type { Criterion } from '../request/request.ts';
import type { Dialect } from './dialect.ts';

/** Parts that no search of the kind looks at. A server that matches in its own way may look at anything. */
const unread: Readonly<Partial<Record<Criterion['definition']['type'], readonly string[]>>> = {
  token: ['text'],
  reference: ['display', 'identifier'],
  quantity: [],
};
/** Ids and extensions of elements, and what stands beside a primitive. */
const besides = /\.(?:id|extension|_[^.]+)$/;

/** The masks of `maskable` that could change what the criterion compares. */
export function masksRead(
  { definition, modifier }: Criterion,
  maskable: readonly string[],
  { matchesAlike }: Dialect,
): readonly string[] {
  const parts = unread[definition.type];
  if (parts === undefined || modifier !== undefined || definition.kind !== 'plain' || !matchesAlike.has(definition.type))
    return maskable;
  const passed = new Set(definition.paths.flatMap((path) => parts.map((part) => `${path}.${part}`)));
  return maskable.filter((mask) => !passed.has(mask) && !besides.test(mask));
}
