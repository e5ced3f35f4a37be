/**
 * What can be said to the upstream beforehand about who may be seen, so that refilling stays cheap. It is never trusted: every resource that
 * comes back is judged. Also turns a compartment search (search.html#searchcontexts) into criteria where one parameter makes the compartment.
 */
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { Criterion } from '../request/request.ts';
import { isBounded } from './bounded.ts';
import type { Dialect } from './dialect.ts';

export interface NarrowGiven {
  readonly type: TypeFacts;
  readonly tables: FhirTables;
  readonly dialect: Dialect;
}

export interface Narrowed {
  readonly criteria: readonly Criterion[];
  /** Patient id to search in as `Patient/<id>/<Type>`; undefined = an ordinary search. */
  readonly compartment: string | undefined;
  /** Where the upstream cannot search in compartments: one of these must hold as well, each asked in a search of its own; empty = no such need. */
  readonly either: readonly Criterion[];
}

/**
 * `asked`: the Patient compartment that the client searches in, which is a criterion and must be sent. `only`: the patient in whose
 * compartment everything visible lies. Returns undefined when nothing can match.
 */
export function narrow(
  criteria: readonly Criterion[],
  asked: string | undefined,
  only: string | undefined,
  given: NarrowGiven,
): Narrowed | undefined {
  const { type, dialect } = given;
  const narrowed =
    asked === undefined ? { criteria, compartment: undefined, either: [] } : askedCompartment(criteria, type, asked, dialect);
  return withOneIdList(only === undefined ? narrowed : narrowTo(narrowed, only, given));
}

function askedCompartment(criteria: readonly Criterion[], type: TypeFacts, patient: string, dialect: Dialect): Narrowed {
  const single = onlyParameter(type, patient);
  if (single !== undefined) return { criteria: [...criteria, single], compartment: undefined, either: [] };
  if (type.patientCompartment.length === 0)
    throw new Problem('interaction-not-supported', 'Resources of this type are in no compartment.');
  if (!dialect.compartmentSearch) return { criteria, compartment: undefined, either: compartmentTerms(type, patient) };
  return { criteria, compartment: patient, either: [] };
}

function narrowTo(narrowed: Narrowed, patient: string, { type, dialect, tables }: NarrowGiven): Narrowed {
  if (type.name === 'Patient') return { ...narrowed, criteria: [...narrowed.criteria, idIs(type, patient)] };
  const single = onlyParameter(type, patient);
  if (single !== undefined) return { ...narrowed, criteria: [...narrowed.criteria, single] };
  if (type.patientCompartment.length === 0 || narrowed.compartment !== undefined || narrowed.either.length > 0) return narrowed;
  if (dialect.compartmentSearch) return { ...narrowed, compartment: patient };
  // Several searches cost more than one that leaves little anyhow.
  return isBounded(narrowed.criteria, false, tables) ? narrowed : { ...narrowed, either: compartmentTerms(type, patient) };
}

/** The parameters that make the compartment; a Patient is in its own. */
function compartmentTerms(type: TypeFacts, patient: string): readonly Criterion[] {
  const terms = type.patientCompartment.flatMap((name) => type.searchParameters.get(name) ?? []);
  const references = terms.map((definition) => plain(definition, [`Patient/${patient}`]));
  return type.name === 'Patient' ? [idIs(type, patient), ...references] : references;
}

function onlyParameter(type: TypeFacts, patient: string): Criterion | undefined {
  const [name, ...others] = type.patientCompartment;
  const definition = name === undefined || others.length > 0 ? undefined : type.searchParameters.get(name);
  return definition === undefined ? undefined : plain(definition, [`Patient/${patient}`]);
}

function idIs(type: TypeFacts, id: string): Criterion {
  return plain(type.searchParameters.get('_id')!, [id]);
}

function plain(definition: Criterion['definition'], values: readonly string[]): Criterion {
  return { name: definition.name, definition, modifier: undefined, values, chain: undefined, has: undefined };
}

/** Repeated `_id` is intersected here, since servers disagree on what it means (search-semantics §4). Nothing left: nothing is sent. */
function withOneIdList(narrowed: Narrowed): Narrowed | undefined {
  const lists = narrowed.criteria.filter(isIdList);
  if (lists.length === 0) return narrowed;
  const ids = [...new Set(lists[0]!.values)].filter((id) => lists.every(({ values }) => values.includes(id)));
  if (ids.length === 0) return undefined;
  const others = narrowed.criteria.filter((criterion) => !isIdList(criterion));
  return { ...narrowed, criteria: [plain(lists[0]!.definition, ids), ...others] };
}

function isIdList(criterion: Criterion): boolean {
  return criterion.name === '_id' && criterion.modifier === undefined;
}
