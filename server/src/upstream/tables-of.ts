/** What is known of the FHIR that a server behind speaks: its version, and the types that it has of its own. */
import { type FhirTables, fhirTables, withTypes } from '@fireguard/engine';
import type { UpstreamSettings } from './config.ts';

/** Throws Error when a type of the version is given another category: rules do that. */
export function tablesOf({ fhirVersion, types }: Pick<UpstreamSettings, 'fhirVersion' | 'types'>): FhirTables {
  return withTypes(fhirTables(fhirVersion), new Map(Object.entries(types ?? {})));
}
