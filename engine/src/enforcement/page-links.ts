/** Links of a page: what was understood, with the count as capped and our base; no narrowing and nothing of the upstream (search-semantics §7). */
import { canonicalTarget } from '../request/canonical.ts';
import type { SearchRequest } from '../request/request.ts';
import type { Given } from './given.ts';

export function searchLink(given: Given, search: SearchRequest, count: number): string {
  return given.bases.ours + canonicalTarget({ ...search, criteria: search.shown ?? search.criteria, count });
}

/** The type alone, or none of several: criteria, types and compartment are in the cursor. A link has no Accept, so a format other than JSON stays. */
export function cursorLink(given: Given, { types, representation }: SearchRequest, cursor: string): string {
  const place = types.length === 1 ? `/${types[0]}` : '/';
  const format = representation.format === 'json' ? '' : `&_format=${representation.format}`;
  return `${given.bases.ours}${place}?_cursor=${encodeURIComponent(cursor)}${format}`;
}
