/** What every reader of one interaction is given: the request, the tables, its path, and the parameters that nobody has taken yet. */
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import { releases } from '../fhir/version.ts';
import type { Parameters } from './parameters.ts';
import type { Conditions, HttpRequest } from './request.ts';

export interface Asking {
  readonly request: HttpRequest;
  readonly tables: FhirTables;
  readonly parameters: Parameters;
  readonly conditions: Conditions;
  /** `handling=lenient`: unknown search parameter names are dropped. */
  readonly lenient: boolean;
  readonly original: { readonly method: string; readonly target: string; readonly form: string | undefined };
}

/** The MIME parameter `fhirVersion` of these tables. */
export function fhirVersionOf(tables: FhirTables): string {
  return releases[tables.version];
}

/** Facts of a type that the path has already found in the tables. */
export function factsOf(tables: FhirTables, name: string): TypeFacts {
  const facts = tables.types.get(name);
  if (facts === undefined) throw new Error(`no facts for ${name}`);
  return facts;
}

/** Every type that has an endpoint. */
export function allTypes(tables: FhirTables): readonly TypeFacts[] {
  return [...tables.types.values()].filter((type) => type.category !== 'none');
}
