/** Links of a page: what was understood, with the count as capped and our base; no narrowing and nothing of the upstream (search-semantics §7). */
import { canonicalTarget } from '../request/canonical.ts';
import type { SearchRequest } from '../request/request.ts';
import type { Given } from './given.ts';

export function searchLink(given: Given, search: SearchRequest, count: number): string {
  return given.bases.ours + canonicalTarget({ ...search, count });
}

/** The type alone, or none of several: criteria, types and compartment are in the cursor. */
export function cursorLink(given: Given, { types }: SearchRequest, cursor: string): string {
  const place = types.length === 1 ? `/${types[0]}` : '/';
  return `${given.bases.ours}${place}?_cursor=${encodeURIComponent(cursor)}`;
}
