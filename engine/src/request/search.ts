/** Searches of one type, of the system, of a patient's compartment, and their pages (FHIR R4 search.html). */
import { isId } from '../fhir/id.ts';
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import { type Asking, allTypes, factsOf } from './asking.ts';
import { parseCriterion } from './criterion.ts';
import { checkCursor } from './cursor.ts';
import { parseFilter } from './filter-expression.ts';
import { parseInclude } from './include.ts';
import { type Pair, unknownParameter } from './parameters.ts';
import { plainRepresentation, representation } from './representation.ts';
import type { Criterion, ResourceKey, SearchRequest, Sort } from './request.ts';

/** Parameters that FHIR or others know and that are never understood: not to be dropped by `handling=lenient` either. */
const neverDropped: ReadonlySet<string> = new Set(['_query', '_graph', '_method', '_has', '_include', '_revinclude']);

/** Known to FHIR and not served here, with a word of their own. */
const notServed: ReadonlyMap<string, string> = new Map([
  ['_query', 'Named queries (_query) are not served: nobody here could say what they read.'],
  ['_graph', 'Graphs (_graph) are not served: name what shall come along by _include.'],
]);

export interface SearchPlace {
  readonly level: SearchRequest['level'];
  /** Undefined: the types of `_type`, or all. */
  readonly type: string | undefined;
  readonly compartment: ResourceKey | undefined;
}

export function readSearch(asking: Asking, place: SearchPlace): SearchRequest {
  const cursor = asking.parameters.one('_cursor');
  if (cursor !== undefined) return readPage(asking, place, cursor);
  const { parameters, tables } = asking;
  const named = place.type === undefined ? typesOf(parameters.one('_type'), place, tables) : [factsOf(tables, place.type)];
  const types = named.length > 0 ? named : possibleTypes(place, tables);
  const answer = representation(asking, types, true);
  const sort = sortOf(parameters.one('_sort'), types);
  const count = countOf(parameters.one('_count'));
  const total = totalOf(parameters.one('_total'));
  const includes = includesOf(asking, types);
  const special = specialOf(asking);
  const dropped: string[] = [];
  const filters = parameters.many('_filter').flatMap((text) => parseFilter(text, types, tables));
  const criteria = [...parameters.rest(), ...filters].flatMap((pair) => criterionOrDrop(asking, pair, types, dropped) ?? []);
  return Object.freeze({
    interaction: 'search',
    level: place.level,
    types: Object.freeze(named.map((type) => type.name)),
    compartment: place.compartment,
    criteria: Object.freeze(criteria),
    sort,
    count,
    total,
    includes,
    special,
    cursor: undefined,
    representation: answer,
    conditions:
      dropped.length === 0 ? asking.conditions : Object.freeze({ ...asking.conditions, dropped: Object.freeze(dropped) }),
    original: asking.original,
  });
}

/** A page carries the whole search in its cursor; beside it only the format may stand, or two searches would be asked at once. */
function readPage(asking: Asking, place: SearchPlace, cursor: string): SearchRequest {
  checkCursor(cursor);
  const answer = plainRepresentation(asking);
  asking.parameters.refuseRest();
  return Object.freeze({
    interaction: 'search',
    level: place.level,
    types: Object.freeze(place.type === undefined ? [] : [place.type]),
    compartment: place.compartment,
    criteria: Object.freeze([]),
    sort: Object.freeze([]),
    count: undefined,
    total: undefined,
    includes: Object.freeze([]),
    special: new Map(),
    cursor,
    representation: answer,
    conditions: asking.conditions,
    original: asking.original,
  });
}

/** The criteria of a conditional interaction: nothing else may be given, nothing is dropped, and there must be one. */
export function readCriteria(pairs: readonly Pair[], type: string, tables: FhirTables): readonly Criterion[] {
  if (pairs.length === 0) throw new Problem('request-not-understood', 'A conditional request needs a criterion.');
  return Object.freeze(
    pairs.map((pair) => {
      const criterion = parseCriterion(pair, [factsOf(tables, type)], tables);
      if (criterion === undefined) throw unknownParameter(pair.name);
      return criterion;
    }),
  );
}

function criterionOrDrop(asking: Asking, pair: Pair, types: readonly TypeFacts[], dropped: string[]): Criterion | undefined {
  const criterion = parseCriterion(pair, types, asking.tables);
  if (criterion !== undefined) return criterion;
  const why = notServed.get(pair.name);
  if (why !== undefined) throw new Problem('parameter-unknown', why);
  if (!asking.lenient || neverDropped.has(pair.name.split(/[:.]/, 1)[0] ?? '')) throw unknownParameter(pair.name);
  dropped.push(pair.name);
  return undefined;
}

function typesOf(text: string | undefined, place: SearchPlace, tables: FhirTables): readonly TypeFacts[] {
  if (text === undefined) return [];
  const possible = new Set(possibleTypes(place, tables));
  return [...new Set(text.split(','))].map((name) => {
    const type = tables.types.get(name);
    if (type === undefined || !possible.has(type))
      throw new Problem('parameter-invalid', 'A type of _type is not one that can be searched here.');
    return type;
  });
}

function possibleTypes(place: SearchPlace, tables: FhirTables): readonly TypeFacts[] {
  const all = allTypes(tables);
  return place.level === 'compartment' ? all.filter((type) => type.patientCompartment.length > 0) : all;
}

function sortOf(text: string | undefined, types: readonly TypeFacts[]): readonly Sort[] {
  if (text === undefined) return Object.freeze([]);
  const sort = text.split(',').map((part) => {
    const descending = part.startsWith('-');
    const definitions = types.map((type) => type.searchParameters.get(descending ? part.slice(1) : part));
    const [definition] = definitions;
    if (
      definition === undefined ||
      definitions.includes(undefined) ||
      definition.type === 'composite' ||
      definition.type === 'special'
    ) {
      throw new Problem('parameter-invalid', 'The search cannot be sorted by this.');
    }
    return Object.freeze({ definition, descending });
  });
  return Object.freeze(sort);
}

/** Also of histories. */
export function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Problem('parameter-invalid', 'The value of _count is not a number of entries.');
  return Number(text);
}

function totalOf(text: string | undefined): SearchRequest['total'] {
  if (text === undefined || text === 'none' || text === 'estimate' || text === 'accurate') return text;
  throw new Problem('parameter-invalid', 'The value of _total is not one that FHIR knows.');
}

function includesOf({ parameters, tables }: Asking, types: readonly TypeFacts[]): SearchRequest['includes'] {
  const includes = (['include', 'revinclude'] as const).flatMap((direction) =>
    [false, true].flatMap((iterate) =>
      parameters
        .many(iterate ? `_${direction}:iterate` : `_${direction}`)
        .flatMap((text) => parseInclude(text, { direction, iterate, types, tables })),
    ),
  );
  return Object.freeze(includes);
}

const specialValues: ReadonlyMap<string, readonly string[]> = new Map([
  ['_contained', ['true', 'false', 'both']],
  ['_containedType', ['container', 'contained']],
]);

function isMembership(text: string): boolean {
  const [type = '', id = '', ...more] = text.split('/');
  return ['CareTeam', 'Group', 'List'].includes(type) && isId(id) && more.length === 0;
}

function specialOf({ parameters }: Asking): ReadonlyMap<string, string> {
  const special = new Map<string, string>();
  for (const [name, values] of specialValues) {
    const value = parameters.one(name);
    if (value === undefined) continue;
    if (!values.includes(value)) throw new Problem('parameter-invalid', `The value of ${name} is not one that FHIR knows.`);
    // What is contained is matched by itself only where that is asked for.
    if (value !== 'false') special.set(name, value);
  }
  const list = parameters.one('_list');
  // Lists that a server makes up (`$current-problems`) could not be judged.
  if (list !== undefined && !isId(list)) throw new Problem('parameter-invalid', 'The value of _list is not the id of a List.');
  if (list !== undefined) special.set('_list', list);
  const within = parameters.one('_in');
  if (within !== undefined && !isMembership(within))
    throw new Problem('parameter-invalid', 'The value of _in is not a reference to a CareTeam, Group or List.');
  if (within !== undefined) special.set('_in', within);
  return special;
}
