/**
 * FHIR R4B from the XML that HL7 publishes, read by our own reader with the tables of R4: the definitions are written in R4B's own form, which for
 * these types is R4's. The compartment is R4's: R4B added no type whose instances belong to a patient.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonOf } from '../../engine/src/xml/json-of.ts';
import { categoriesOf, type Definitions, type SearchParameterDefinition, type StructureDefinition } from './definitions.ts';

interface Bundle<T> {
  readonly entry: readonly { readonly resource: T }[];
}

/** `compartment`: of R4. */
export function definitionsR4B(folder: string, compartment: Definitions['compartment']): Definitions {
  const read = <T extends { readonly resourceType: string }>(file: string, resourceType: string): readonly T[] => {
    const json = new TextDecoder().decode(jsonOf(readFileSync(path.join(folder, file)), 'R4'));
    return (JSON.parse(json) as Bundle<T>).entry
      .map(({ resource }) => resource)
      .filter((one) => one.resourceType === resourceType);
  };
  const resources = read<StructureDefinition>('profiles-resources.xml', 'StructureDefinition');
  return {
    version: 'R4B',
    source:
      'HL7 FHIR R4B 4.3.0 definitions (CC0), as packaged by ca.uhn.hapi.fhir:hapi-fhir-validation-resources-r4b 8.6.1 (Apache-2.0)',
    resources,
    types: read<StructureDefinition>('profiles-types.xml', 'StructureDefinition'),
    parameters: read<SearchParameterDefinition>('search-parameters.xml', 'SearchParameter'),
    categories: categoriesOf(resources),
    compartment,
  };
}
