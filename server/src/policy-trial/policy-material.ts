/** Policies as they were read, and their compilation for one FHIR version. */
import {
  type CaseWorld,
  type CodeSet,
  type CompiledPolicies,
  compilePolicies,
  type FhirTables,
  type FhirVersion,
} from '@fireguard/engine';

export interface PolicyMaterial {
  /** Parsed. */
  readonly documents: readonly unknown[];
  /** By canonical URL. */
  readonly valueSets: ReadonlyMap<string, CodeSet>;
  /** Base URL of the FHIR server for which they are meant; undefined: sets for some servers only are left out. */
  readonly upstream?: string;
  /** That it speaks; undefined: R4. */
  readonly fhirVersion?: FhirVersion;
  /** Those in force, for cases whose labels are found by rules. */
  readonly labelRules?: CaseWorld['labelRules'];
}

/** Throws Problem `policy-invalid`. */
export function compileMaterial({ documents, valueSets, upstream }: PolicyMaterial, tables: FhirTables): CompiledPolicies {
  return compilePolicies(documents, tables, { valueSets, ...(upstream === undefined ? {} : { upstream }) });
}
