/**
 * What the engine knows of one FHIR version: resource types, security categories, search parameters, compartments. Data generated from
 * the specification's own definitions (tools/tables); this file holds only the shape and the look-ups. It must not guess: a type that is
 * not in the table is patient data, a parameter that is not in the table does not exist.
 */
import type { FhirVersion, SecurityCategory } from './version.ts';

export type SearchParameterType =
  | 'number'
  | 'date'
  | 'string'
  | 'token'
  | 'reference'
  | 'composite'
  | 'quantity'
  | 'uri'
  | 'special';

export interface SearchParameter {
  readonly name: string;
  readonly type: SearchParameterType;
  /**
   * Element paths that the parameter reads, below the resource, dotted, choice types spelled out (`subject`, `name.family`, `valueQuantity`).
   * Never empty for a parameter that may be used. What a filter reads is listed too; `_text` and `_content` read every element, since the
   * narrative repeats them.
   */
  readonly paths: readonly string[];
  /**
   * `plain`: the paths are all it reads, compared as they stand. `derived`: it computes (`exists()`, `!=`, `deceased`): never sent where a path may be masked
   * (search-semantics §3).
   */
  readonly kind: 'plain' | 'derived';
  /** Only items at `at` whose member `element` is `equals` are compared (`telecom` with `system` `phone`); paths outside `at` are not filtered. */
  readonly filter: { readonly at: string; readonly element: string; readonly equals: string } | undefined;
  /** Resource types that a reference parameter may point to; empty for the other types. */
  readonly targets: readonly string[];
  /** References to other types than `targets` are not compared, though they may stand there (`patient` reads `subject`, which may be a Group). */
  readonly narrowed: boolean;
  /** Names of the component parameters of a composite. */
  readonly components: readonly string[];
}

export interface TypeFacts {
  readonly name: string;
  readonly category: SecurityCategory;
  /** Own parameters and those of Resource and DomainResource (`_id`, `_lastUpdated`, …), by name. */
  readonly searchParameters: ReadonlyMap<string, SearchParameter>;
  /** Names of the reference parameters that put an instance into a Patient compartment; empty = never in one. A Patient is in its own: `self`, which is no parameter. */
  readonly patientCompartment: readonly string[];
  /** Top-level element names that the type may have, choice types spelled out (for shape checks on the way in). */
  readonly elements: ReadonlySet<string>;
}

export interface FhirTables {
  readonly version: FhirVersion;
  readonly types: ReadonlyMap<string, TypeFacts>;
}
