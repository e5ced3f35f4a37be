/** `_include` and `_revinclude` (FHIR R4 search.html#include): `Source:parameter[:Target]`. Wildcards are refused: nobody could say what they read. */
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { Include } from './request.ts';

export interface IncludePlace {
  readonly direction: Include['direction'];
  readonly iterate: boolean;
  readonly types: readonly TypeFacts[];
  readonly tables: FhirTables;
}

export function parseInclude(text: string, { direction, iterate, types, tables }: IncludePlace): Include {
  const [source = '', parameter = '', target, more] = text.split(':');
  const type = tables.types.get(source);
  const definition = type?.searchParameters.get(parameter);
  if (type === undefined || type.category === 'none' || definition?.type !== 'reference' || more !== undefined) throw invalid();
  if (target !== undefined && !definition.targets.includes(target)) throw invalid();
  const searched = new Set(types.map((one) => one.name));
  const reachable = target === undefined ? definition.targets : [target];
  // What is included by iteration may start from types that the search itself does not return.
  const starts = direction === 'include' ? searched.has(source) : reachable.some((one) => searched.has(one));
  if (!iterate && !starts) throw invalid();
  return Object.freeze({ direction, iterate, source, parameter, target });
}

function invalid(): Problem {
  return new Problem(
    'parameter-invalid',
    'An include must be Source:parameter or Source:parameter:Target, and fit the search.',
  );
}
