/**
 * What can be said to the upstream beforehand about who may be seen, so that refilling stays cheap. It is never trusted: every resource that
 * comes back is judged. Also turns a compartment search (search.html#searchcontexts) into criteria where one parameter makes the compartment.
 */
import type { TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { Criterion } from '../request/request.ts';
import type { Dialect } from './dialect.ts';

export interface Narrowed {
  readonly criteria: readonly Criterion[];
  /** Patient id to search in as `Patient/<id>/<Type>`; undefined = an ordinary search. */
  readonly compartment: string | undefined;
}

/**
 * `asked`: the Patient compartment that the client searches in, which is a criterion and must be sent. `only`: the patient in whose
 * compartment everything visible lies. Returns undefined when nothing can match.
 */
export function narrow(
  criteria: readonly Criterion[],
  type: TypeFacts,
  asked: string | undefined,
  only: string | undefined,
  dialect: Dialect,
): Narrowed | undefined {
  const narrowed =
    asked === undefined ? { criteria, compartment: undefined } : askedCompartment(criteria, type, asked, dialect);
  return withOneIdList(only === undefined ? narrowed : narrowTo(narrowed, type, only, dialect));
}

function askedCompartment(criteria: readonly Criterion[], type: TypeFacts, patient: string, dialect: Dialect): Narrowed {
  const single = onlyParameter(type, patient);
  if (single !== undefined) return { criteria: [...criteria, single], compartment: undefined };
  if (type.patientCompartment.length === 0 || !dialect.compartmentSearch) {
    throw new Problem('interaction-not-supported', 'Searching this type in a compartment is not served.');
  }
  return { criteria, compartment: patient };
}

function narrowTo(narrowed: Narrowed, type: TypeFacts, patient: string, dialect: Dialect): Narrowed {
  if (type.name === 'Patient') return { ...narrowed, criteria: [...narrowed.criteria, idIs(type, patient)] };
  const single = onlyParameter(type, patient);
  if (single !== undefined) return { ...narrowed, criteria: [...narrowed.criteria, single] };
  const possible = type.patientCompartment.length > 0 && dialect.compartmentSearch && narrowed.compartment === undefined;
  return possible ? { ...narrowed, compartment: patient } : narrowed;
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
