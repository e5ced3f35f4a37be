/**
 * What a Bulk Data kick-off asks for (Bulk Data Access 2.0, export.html#query-parameters): from its parameters to types, searches and patients. Strict
 * throughout: a filter that was left out would widen the export.
 */
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { OperationRequest, SearchRequest } from '../request/request.ts';
import { understand } from '../request/understand.ts';
import { impliedSearch } from './implied-search.ts';
import type { OperationInput } from './operation-input.ts';
import { patientId } from './patient-given.ts';

export interface ExportAsked {
  /** Whose data: of the whole system, of all patients, or of the members of a Group. */
  readonly level: 'system' | 'patient' | 'group';
  readonly group: string | undefined;
  /** In the order of their names; undefined = all that may be. */
  readonly types: readonly string[] | undefined;
  /** Ids; undefined = all of the level. */
  readonly patients: readonly string[] | undefined;
  /** The searches whose matches are exported, for each type: one, or as many as there are filters for it. */
  searches(type: string): readonly SearchRequest[];
  /** Top-level elements of a type, choices spelled out; undefined = whole. */
  elements(type: string): readonly string[] | undefined;
}

const formats: ReadonlySet<string> = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson']);
/** An export is recorded in it, and so would never end; a trail is searched by its dates instead. */
export const AUDIT_TRAIL = 'AuditEvent';
const MOST_PATIENTS = 1000;
const MOST_FILTERS = 50;

/** Throws Problem `parameter-invalid` and whatever a search of the same parameters would. */
export function exportAsked(asked: OperationRequest, input: OperationInput, tables: FhirTables): ExportAsked {
  if (asked.conditions.respondAsync !== true)
    throw new Problem('parameter-invalid', 'An export is asynchronous: it needs the header Prefer: respond-async.');
  if (!formats.has(input.one('_outputFormat') ?? 'ndjson'))
    throw new Problem('parameter-invalid', 'The only format of an export is application/fhir+ndjson.');
  const level = asked.level === 'system' ? 'system' : asked.level === 'type' ? 'patient' : 'group';
  const types = typesOf(input, level, tables);
  const patients = patientsOf(input, level);
  const since = input.one('_since');
  const filters = filtersOf(asked, input, tables, types);
  const elements = elementsOf(input, tables);
  const searches = (type: string): readonly SearchRequest[] => {
    const queries = filters.get(type) ?? [''];
    return queries.map((query) => searchOf(asked, tables, type, query, since));
  };
  // Whatever is wrong with a search is told at once, whether or not its type is open.
  for (const type of types ?? [...filters.keys(), 'Patient']) searches(type);
  return Object.freeze({ level, group: asked.id, types, patients, searches, elements });
}

function typesOf(input: OperationInput, level: ExportAsked['level'], tables: FhirTables): readonly string[] | undefined {
  const named = input.all('_type').flatMap((value) => value.split(','));
  if (named.length === 0) return undefined;
  for (const name of named) {
    const type = tables.types.get(name);
    if (type === undefined || type.category === 'none' || name === AUDIT_TRAIL)
      throw new Problem('parameter-invalid', 'A type of _type is not one that can be exported.');
    if (level !== 'system' && type.patientCompartment.length === 0)
      throw new Problem('parameter-invalid', 'A type of _type never belongs to a patient. Export it at the system level.');
  }
  return [...new Set(named)].sort();
}

function patientsOf(input: OperationInput, level: ExportAsked['level']): readonly string[] | undefined {
  const given = input.all('patient');
  if (given.length === 0) return undefined;
  if (level === 'system') throw new Problem('parameter-unknown', 'An export of the system takes no patients.');
  if (given.length > MOST_PATIENTS) throw new Problem('too-costly', 'There are too many patients for one export.');
  return [...new Set(given.map(patientId))];
}

/** By type, the queries of `_typeFilter`: several of a type are alternatives. */
function filtersOf(
  asked: OperationRequest,
  input: OperationInput,
  tables: FhirTables,
  types: readonly string[] | undefined,
): ReadonlyMap<string, readonly string[]> {
  const filters = new Map<string, string[]>();
  const given = input.all('_typeFilter').flatMap((value) => value.split(/,(?=[A-Z][A-Za-z]*\?)/));
  if (given.length > MOST_FILTERS) throw new Problem('too-costly', 'There are too many filters for one export.');
  for (const filter of given) {
    const [, type, query] = /^([A-Z][A-Za-z]*)\?(.+)$/s.exec(filter) ?? [];
    if (type === undefined || query === undefined) throw filterInvalid();
    if (types !== undefined && !types.includes(type))
      throw new Problem('parameter-invalid', 'A filter of _typeFilter is for a type that _type does not name.');
    searchOf(asked, tables, type, query, undefined);
    filters.set(type, [...(filters.get(type) ?? []), query]);
  }
  return filters;
}

function searchOf(
  asked: OperationRequest,
  tables: FhirTables,
  type: string,
  query: string,
  since: string | undefined,
): SearchRequest {
  if (since !== undefined && !/^\d{4}(-\d\d){0,2}(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(since))
    throw new Problem('parameter-invalid', 'The value of _since must be an instant.');
  const all = impliedSearch(asked, tables, `/${type}`, [['_lastUpdated', since === undefined ? undefined : `ge${since}`]]);
  if (query === '') return all;
  const target = `/${type}?${query.replace(/[^A-Za-z0-9\-._~!$&'()*,;=:@/?%]/g, encodeURIComponent)}`;
  const filter = understand({ method: 'GET', target, headers: new Map(), body: new Uint8Array(0) }, tables);
  if (filter.interaction !== 'search') throw filterInvalid();
  const { sort, count, total, includes, special, cursor, representation } = filter;
  const shapes = [count, total, cursor, representation.summary, representation.elements];
  if (shapes.some((one) => one !== undefined) || sort.length + includes.length + special.size > 0) throw filterInvalid();
  return { ...all, criteria: [...all.criteria, ...filter.criteria] };
}

/** `Patient.name` is of one type, `name` of every type that is not named with elements of its own. */
function elementsOf(input: OperationInput, tables: FhirTables): ExportAsked['elements'] {
  const everywhere: string[] = [];
  const ofType = new Map<string, string[]>();
  for (const one of input.all('_elements').flatMap((value) => value.split(','))) {
    const [, name, element] = /^(?:([A-Z][A-Za-z]*)\.)?([a-z][A-Za-z]*)$/.exec(one) ?? [];
    if (element === undefined) throw elementInvalid();
    if (name === undefined) everywhere.push(element);
    else ofType.set(name, [...(ofType.get(name) ?? []), element]);
  }
  for (const [name, elements] of ofType) {
    const type = tables.types.get(name);
    if (type === undefined || elements.some((element) => spelled(type, element).length === 0)) throw elementInvalid();
  }
  if (everywhere.some((element) => [...tables.types.values()].every((type) => spelled(type, element).length === 0)))
    throw elementInvalid();
  return (name) => {
    const type = tables.types.get(name);
    const wanted = [...(ofType.get(name) ?? []), ...everywhere];
    return type === undefined || wanted.length === 0 ? undefined : wanted.flatMap((element) => spelled(type, element));
  };
}

function spelled({ elements }: TypeFacts, element: string): readonly string[] {
  const choice = new RegExp(`^${element}[A-Z]`);
  return elements.has(element) ? [element] : [...elements].filter((one) => choice.test(one));
}

function filterInvalid(): Problem {
  return new Problem('parameter-invalid', 'Each filter of _typeFilter is a type and criteria of a search, and nothing else.');
}

function elementInvalid(): Problem {
  return new Problem('parameter-invalid', 'An element of _elements is not one that FHIR knows.');
}
