/** Modifiers by parameter type: a closed list (FHIR R4 search.html#modifiers). An unknown modifier must be refused, never ignored. */
import type { SearchParameter, SearchParameterType } from '../fhir/tables.ts';

const byType: Readonly<Record<SearchParameterType, readonly string[]>> = {
  number: ['missing'],
  date: ['missing'],
  quantity: ['missing'],
  string: ['missing', 'exact', 'contains'],
  token: ['missing', 'text', 'not', 'above', 'below', 'in', 'not-in', 'of-type'],
  reference: ['missing', 'identifier', 'above', 'below'],
  uri: ['missing', 'above', 'below'],
  composite: [],
  special: [],
};

/** A reference may also be limited to one of its types. */
export function mayModify(definition: SearchParameter, modifier: string): boolean {
  if (definition.name === '_id') return false;
  return (
    byType[definition.type].includes(modifier) || (definition.type === 'reference' && definition.targets.includes(modifier))
  );
}
