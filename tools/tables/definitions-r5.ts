/** FHIR R5 as HL7 packages it: the folder `package` of `hl7.fhir.r5.core` 5.0.0, unpacked. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type CompartmentDefinition,
  categoriesOf,
  compartmentOf,
  type Definitions,
  type SearchParameterDefinition,
  type StructureDefinition,
} from './definitions.ts';

export function definitionsR5(folder: string): Definitions {
  const files = readdirSync(folder);
  const read = <T>(file: string): T => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as T;
  const all = <T>(resourceType: string): readonly T[] =>
    files
      .filter((file) => file.startsWith(`${resourceType}-`))
      .sort()
      .map((file) => read<T>(file));
  const structures = all<StructureDefinition>('StructureDefinition').filter(({ fhirVersion }) => fhirVersion === '5.0.0');
  const resources = structures.filter(({ kind }) => kind === 'resource');
  return {
    version: 'R5',
    source: 'HL7 FHIR R5 5.0.0 definitions (CC0), package hl7.fhir.r5.core 5.0.0',
    resources,
    types: structures.filter(({ kind }) => kind === 'complex-type'),
    parameters: all<SearchParameterDefinition>('SearchParameter').filter(isServed),
    categories: categoriesOf(resources),
    compartment: compartmentOf(read<CompartmentDefinition>('CompartmentDefinition-patient.json')),
  };
}

/** The package holds examples, and two spellings of what every resource has. */
function isServed({ url, type }: SearchParameterDefinition): boolean {
  return !/\/SearchParameter\/(?:example|[a-z-]+-extensions)/.test(url) && type !== undefined;
}
