/**
 * `_include` and `_revinclude` (FHIR R4 search.html#include): `Source:parameter[:Target]`, with `*` for every reference parameter of the source, and
 * `*` alone: `_include=*` for those of whatever is searched, `_revinclude=*` for those of every type that refers to it.
 */
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { Include } from './request.ts';

export interface IncludePlace {
  readonly direction: Include['direction'];
  readonly iterate: boolean;
  readonly types: readonly TypeFacts[];
  readonly tables: FhirTables;
}

/** One, or one for each type that is searched. Throws Problem `parameter-invalid`. */
export function parseInclude(text: string, place: IncludePlace): readonly Include[] {
  const { direction, iterate, types, tables } = place;
  if (text === '*' && direction === 'include')
    return types.map(({ name }) => Object.freeze({ direction, iterate, source: name, parameter: '*', target: undefined }));
  if (text === '*' && iterate)
    throw new Problem('parameter-invalid', '_revinclude:iterate=* is not served: name the type, as in Observation:*.');
  if (text === '*') return [Object.freeze({ direction, iterate, source: '*', parameter: '*', target: undefined })];
  const [source = '', parameter = '', target, more] = text.split(':');
  const type = tables.types.get(source);
  if (type === undefined || type.category === 'none' || more !== undefined) throw invalid();
  const targets = targetsOf(type, parameter);
  if (target !== undefined && !targets.has(target)) throw invalid();
  const searched = new Set(types.map((one) => one.name));
  const reachable = target === undefined ? [...targets] : [target];
  // What is included by iteration may start from types that the search itself does not return.
  const starts = direction === 'include' ? searched.has(source) : reachable.some((one) => searched.has(one));
  if (!iterate && !starts) throw invalid();
  return [Object.freeze({ direction, iterate, source, parameter, target })];
}

function targetsOf(type: TypeFacts, parameter: string): ReadonlySet<string> {
  const definitions = parameter === '*' ? [...type.searchParameters.values()] : [type.searchParameters.get(parameter)];
  const references = definitions.filter((one) => one?.type === 'reference');
  if (references.length === 0) throw invalid();
  return new Set(references.flatMap((one) => one!.targets));
}

function invalid(): Problem {
  return new Problem(
    'parameter-invalid',
    'An include must be Source:parameter or Source:parameter:Target, and fit the search.',
  );
}
