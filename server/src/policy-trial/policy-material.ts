/** Policies as they were read, and their compilation for one FHIR version. */
import { type CaseWorld, type CodeSet, type CompiledPolicies, compilePolicies, type FhirTables } from '@fireguard/engine';

export interface PolicyMaterial {
  /** Parsed. */
  readonly documents: readonly unknown[];
  /** By canonical URL. */
  readonly valueSets: ReadonlyMap<string, CodeSet>;
  /** Those in force, for cases whose labels are found by rules. */
  readonly labelRules?: CaseWorld['labelRules'];
}

/** Throws Problem `policy-invalid`. `upstream`: base URL; undefined: sets for some upstreams only are left out. */
export function compileMaterial(
  { documents, valueSets }: PolicyMaterial,
  tables: FhirTables,
  upstream?: string,
): CompiledPolicies {
  return compilePolicies(documents, tables, { valueSets, ...(upstream === undefined ? {} : { upstream }) });
}
