/**
 * Cost classes, from the request and the permit alone (search-semantics §10). `bounded`: a criterion that the upstream evaluates leaves few
 * candidates, so that what is kept back, sorted or counted here may be read to the end.
 */
import type { Criterion } from '../request/request.ts';

/** References to one of these leave what belongs to one person or one stay. */
const selectiveReferences: ReadonlySet<string> = new Set(['patient', 'subject', 'encounter']);

export function isBounded(pushed: readonly Criterion[], inCompartment: boolean): boolean {
  return inCompartment || pushed.some(isSelective);
}

function isSelective({ name, definition, modifier, values }: Criterion): boolean {
  if (name === '_id') return true;
  if (definition.type === 'reference') {
    const literal = modifier === undefined || /^[A-Z]/.test(modifier);
    return literal && selectiveReferences.has(name);
  }
  return name === 'identifier' && modifier === undefined && values.every((value) => /^[^|]+\|[^|]/.test(value));
}
