/**
 * FHIR R4 search.html#sort, for searches that are sorted here: the smallest value ascending, the greatest descending, missing ones last either way,
 * ties by type and id. Evaluated on released forms alone (search-semantics §7).
 */

import type { JsonDocument, JsonNode } from '../json/scan.ts';
import type { Sort } from '../request/request.ts';
import { reader } from './matcher.ts';
import type { Matching } from './matching.ts';
import { isMatchable } from './nodes-of.ts';
import type { SearchValue } from './values-in.ts';

export type SortKey = string | number | undefined;

/** Undefined: cannot be sorted by this here. */
export function sortKeyFor(
  { definition, descending }: Sort,
  matching: Matching,
): ((document: JsonDocument, resource: JsonNode) => SortKey) | undefined {
  if (!isMatchable(definition) || definition.type === 'composite') return undefined;
  const read = reader(definition, matching);
  return (document, resource) => {
    let best: SortKey;
    for (const value of read(document, resource)) {
      const key = keyOf(value, descending);
      if (key !== undefined && (best === undefined || (descending ? key > best : key < best))) best = key;
    }
    return best;
  };
}

function keyOf(value: SearchValue, descending: boolean): SortKey {
  switch (value.kind) {
    case 'token':
      return value.code;
    case 'text':
      return value.text.toLowerCase();
    case 'range':
      return finite(descending ? value.high : value.low);
    case 'amount':
      return finite(value.low);
    case 'link':
      return value.target;
  }
}

function finite(value: number): SortKey {
  return Number.isFinite(value) ? value : undefined;
}

/** By the keys in order; `keys` belong to the sorts one by one. */
export function compareKeys(sort: readonly Sort[], one: readonly SortKey[], other: readonly SortKey[]): number {
  for (const [at, { descending }] of sort.entries()) {
    const [a, b] = [one[at], other[at]];
    if (a === b) continue;
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return (a < b ? -1 : 1) * (descending ? -1 : 1);
  }
  return 0;
}
