/** search.html#include: the reference parameters that an include means; `*` means all that can be read here. */
import type { SearchParameter, TypeFacts } from '../fhir/tables.ts';
import { isMatchable } from '../matching/nodes-of.ts';

export function includedBy(source: TypeFacts, parameter: string): readonly SearchParameter[] {
  if (parameter !== '*') return [source.searchParameters.get(parameter)!];
  return [...source.searchParameters.values()].filter((one) => one.type === 'reference' && isMatchable(one));
}
