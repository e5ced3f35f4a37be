/** The tables of FHIR R4 (4.0.1), unfolded once from their generated form. */
import { r4DomainResource, r4Resource, r4Types } from './generated/r4.ts';
import type { FhirTables, SearchParameter, SearchParameterType, TypeFacts } from './tables.ts';
import type { SecurityCategory } from './version.ts';

let unfolded: FhirTables | undefined;

/** Every concrete type of R4, Parameters and OperationOutcome included (category `none`). */
export function r4(): FhirTables {
  unfolded ??= unfold();
  return unfolded;
}

function unfold(): FhirTables {
  const paragraphs = r4Types.trim().split('\n\n').map(lines);
  const names = paragraphs.map(([head = '']) => head.slice(0, head.indexOf('|')));
  const resource = lines(r4Resource);
  const domainResource = lines(r4DomainResource);
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
  return Object.freeze({ version: 'R4', types });
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

const lines = (text: string): readonly string[] => text.trim().split('\n');
const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));
