/** The criteria that are read in the resource itself as they stand: what stages unroll (chains, `_has`, what reads terminology) cannot be planned before. */
import type { TypeFacts } from '../fhir/tables.ts';
import type { Criterion } from '../request/request.ts';
import { readsTerminology } from './coded-criterion.ts';

export function localCriteria(criteria: readonly Criterion[], type: TypeFacts): readonly Criterion[] {
  return criteria.filter((one) => {
    const definition = type.searchParameters.get(one.name) ?? one.definition;
    return one.chain === undefined && one.has === undefined && !readsTerminology(one, definition);
  });
}
