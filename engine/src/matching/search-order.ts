/** The order that a search asks for, as a comparison of resources: for a host that keeps resources of its own and answers searches over them. */
import type { JsonDocument, JsonNode } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import type { SearchRequest } from '../request/request.ts';
import { compareKeys, type SortKey, sortKeyFor } from './sort-key.ts';

export interface SearchOrder {
  keysOf(document: JsonDocument, resource: JsonNode): readonly SortKey[];
  /** Below zero: the first comes first. */
  compare(one: readonly SortKey[], other: readonly SortKey[]): number;
}

/** Undefined: none is asked. `bases`: absolute, without a slash at the end. Throws Problem `parameter-unknown` for what cannot be sorted by here. */
export function searchOrder({ sort }: SearchRequest, bases: readonly string[]): SearchOrder | undefined {
  if (sort.length === 0) return undefined;
  const keys = sort.map((one) => {
    const key = sortKeyFor(one, { bases, foldsAccents: true, bareCodes: 'any-system' });
    if (key === undefined)
      throw new Problem('parameter-unknown', `Resources cannot be sorted by "${one.definition.name}" here.`);
    return key;
  });
  return {
    keysOf: (document, resource) => keys.map((key) => key(document, resource)),
    compare: (one, other) => compareKeys(sort, one, other),
  };
}
