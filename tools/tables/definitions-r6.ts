/**
 * FHIR R6 as far as it stands (6.0.0-ballot2): security categories and search parameters. Its elements are not taken from a ballot: where a parameter
 * reads is found in the elements of R5, and a parameter whose elements are not there is left out.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Definitions, SearchParameterDefinition, StructureDefinition } from './definitions.ts';

/** `file`: the published Bundle of search parameters, gzipped. `r5`: what R6 is read by. */
export function definitionsR6(file: string, r5: Definitions): Definitions {
  const bundle = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as {
    readonly entry: readonly { readonly resource: SearchParameterDefinition }[];
  };
  const parameters = bundle.entry.map(({ resource }) => resource).filter(({ type }) => type !== 'resource');
  const categories = categoriesOf('R6');
  return {
    version: 'R6',
    source: 'HL7 FHIR R6 6.0.0-ballot2 search parameters (CC0) and the security categories of security-categories.json',
    resources: [],
    types: [],
    readBy: [...patientElements(parameters), ...r5.resources, ...r5.types],
    parameters,
    categories,
    compartment: new Map(
      [...categories.keys()].map((type) => [type, [...(r5.compartment.get(type) ?? []), ...ofPatients(type, parameters)]]),
    ),
  };
}

/** No compartment of R6 is published: what R5 says, and what leads to a patient by its name, so that no type is taken for nobody's. */
function ofPatients(type: string, parameters: readonly SearchParameterDefinition[]): readonly string[] {
  return parameters
    .filter(
      ({ base, target, code }) =>
        base.includes(type) && (code === 'patient' || code === 'subject') && target?.includes('Patient'),
    )
    .map(({ code }) => code);
}

/** Elements that R5 does not have, but which say whose the resource is: `EpisodeOfCare.subject`. */
function patientElements(parameters: readonly SearchParameterDefinition[]): readonly StructureDefinition[] {
  const leading = parameters.filter(({ code, type }) => type === 'reference' && (code === 'patient' || code === 'subject'));
  const paths = leading.flatMap(({ expression }) => [
    ...(expression ?? '').matchAll(/(?<![\w.])[A-Z]\w*\.[a-z]\w*(?![\w(]|\.[a-z]\w*(?!\())/g),
  ]);
  const element = [...new Set(paths.map(([path]) => path))].map((path) => ({ path, max: '1', type: [{ code: 'Reference' }] }));
  return [
    {
      resourceType: 'StructureDefinition',
      id: 'R6',
      abstract: true,
      kind: 'resource',
      fhirVersion: '6.0.0',
      snapshot: { element },
    },
  ];
}

function categoriesOf(version: 'R6'): ReadonlyMap<string, string> {
  const all = JSON.parse(readFileSync(new URL('security-categories.json', import.meta.url), 'utf8')) as Readonly<
    Record<string, Readonly<Record<string, string>>>
  >;
  return new Map(Object.entries(all[version]!).map(([type, category]) => [type, category === 'n/a' ? 'none' : category]));
}
