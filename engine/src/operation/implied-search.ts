/**
 * The search that an operation implies, written as the target of a request and then understood like any other, so that nothing can be asked by an
 * operation that could not be asked as a search.
 */
import type { FhirTables } from '../fhir/tables.ts';
import type { OperationRequest, SearchRequest } from '../request/request.ts';
import { understand } from '../request/understand.ts';

/** `path` begins with `/` and is made of ids and types alone; parameters without a value are left out. Throws Problem as `understand` does. */
export function impliedSearch(
  asked: OperationRequest,
  tables: FhirTables,
  path: string,
  parameters: readonly (readonly [name: string, value: string | undefined])[],
): SearchRequest {
  const query = parameters
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&');
  const search = understand({ method: 'GET', target: `${path}?${query}`, headers: new Map(), body: new Uint8Array(0) }, tables);
  if (search.interaction !== 'search') throw new Error('not a search');
  return { ...search, original: asked.original, representation: asked.representation };
}
