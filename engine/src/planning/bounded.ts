/**
 * Cost classes, from the request and the permit alone (search-semantics §10). `bounded`: a criterion that the upstream evaluates leaves few
 * candidates, so that what is kept back, sorted or counted here may be read to the end.
 */
import type { FhirTables } from '../fhir/tables.ts';
import type { Criterion } from '../request/request.ts';

/** References that leave what belongs to one person or one stay, whatever they point to. */
export const selectiveReferences: ReadonlySet<string> = new Set(['patient', 'subject', 'encounter']);

export function isBounded(pushed: readonly Criterion[], inCompartment: boolean, tables: FhirTables): boolean {
  return inCompartment || pushed.some((one) => isSelective(one, tables));
}

function isSelective(criterion: Criterion, tables: FhirTables): boolean {
  const { name, definition, modifier, values } = criterion;
  if (name === '_id') return true;
  if (definition.type === 'reference') {
    const literal = modifier === undefined || /^[A-Z]/.test(modifier);
    return literal && (selectiveReferences.has(name) || values.every((value) => pointsIntoRecords(value, criterion, tables)));
  }
  return name === 'identifier' && modifier === undefined && values.every((value) => /^[^|]+\|[^|]/.test(value));
}

/** Patient data belong to somebody, so little points to one of them; a practitioner or an organization is pointed to by half the hospital. */
function pointsIntoRecords(value: string, { definition, modifier }: Criterion, tables: FhirTables): boolean {
  const named = /^([A-Z][A-Za-z]+)\/[^/]+$/.exec(value)?.[1] ?? modifier;
  const types = named === undefined ? definition.targets : [named];
  return types.length > 0 && types.every((type) => tables.types.get(type)?.category === 'patient');
}
