/** The tables of each FHIR version, unfolded once from their generated form. */
import { r4DomainResource, r4Resource, r4Types } from './generated/r4.ts';
import { r4bDomainResource, r4bResource, r4bTypes } from './generated/r4b.ts';
import { r5DomainResource, r5Resource, r5Types } from './generated/r5.ts';
import { r6DomainResource, r6Resource, r6Types } from './generated/r6.ts';
import type { FhirTables, SearchParameter, SearchParameterType, TypeFacts } from './tables.ts';
import type { FhirVersion, SecurityCategory } from './version.ts';

interface Generated {
  readonly resource: string;
  readonly domainResource: string;
  readonly types: string;
}

const generated: Readonly<Record<FhirVersion, Generated>> = {
  R4: { resource: r4Resource, domainResource: r4DomainResource, types: r4Types },
  R4B: { resource: r4bResource, domainResource: r4bDomainResource, types: r4bTypes },
  R5: { resource: r5Resource, domainResource: r5DomainResource, types: r5Types },
  R6: { resource: r6Resource, domainResource: r6DomainResource, types: r6Types },
};

const unfolded = new Map<FhirVersion, FhirTables>();

/** Every concrete type of the version, Parameters and OperationOutcome included (category `none`). */
export function fhirTables(version: FhirVersion): FhirTables {
  const known = unfolded.get(version) ?? unfold(version);
  unfolded.set(version, known);
  return known;
}

function unfold(version: FhirVersion): FhirTables {
  const from = generated[version];
  const paragraphs = from.types.trim().split('\n\n').map(lines);
  const names = paragraphs.map(([head = '']) => head.slice(0, head.indexOf('|')));
  const resource = lines(from.resource);
  const domainResource = lines(from.domainResource);
  const types = new Map<string, TypeFacts>();
  for (const [head = '', ...own] of paragraphs) {
    const [name = '', category = '', compartment = '', elementList = ''] = head.split('|');
    const elements = words(elementList);
    const inherited = elements.includes('contained') ? [...resource, ...domainResource] : resource;
    const parameters = [...inherited, ...own].map((line) => parameterOf(line, elements, names));
    types.set(
      name,
      Object.freeze({
        name,
        category: category as SecurityCategory,
        searchParameters: new Map(parameters.map((parameter) => [parameter.name, parameter])),
        patientCompartment: Object.freeze(words(compartment)),
        elements: new Set(elements),
      }),
    );
  }
  return Object.freeze({ version, types });
}

function parameterOf(line: string, elements: readonly string[], names: readonly string[]): SearchParameter {
  const [name = '', type = '', kind = '', paths = '', pointing = '', components = '', filter = ''] = line.split('|');
  const narrowed = pointing.startsWith('=');
  const targets = narrowed ? pointing.slice(1) : pointing;
  const [at = '', element = '', equals = ''] = filter.split(' ');
  return Object.freeze({
    name,
    type: type as SearchParameterType,
    kind: kind as SearchParameter['kind'],
    paths: Object.freeze(paths === '*' ? elements : words(paths)),
    targets: Object.freeze(targets === '*' ? names : words(targets)),
    narrowed,
    components: Object.freeze(words(components)),
    filter: filter === '' ? undefined : Object.freeze({ at, element, equals }),
  });
}

const lines = (text: string): readonly string[] => (text.trim() === '' ? [] : text.trim().split('\n'));
const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));
