/**
 * `_revinclude=*` as what it stands for: one `_revinclude` for each reference that may lead to what is searched, of every type that is open to the
 * caller and that the server behind can search. What it becomes, and whether that is too much, depends on caller, policies, request and the
 * server's capability statement alone, and is known before any data.
 */
import type { FhirTables, SearchParameter, TypeFacts } from '../fhir/tables.ts';
import { selectiveReferences } from '../planning/bounded.ts';
import { Problem } from '../problem.ts';
import type { Include, SearchRequest } from '../request/request.ts';
import type { Given } from './given.ts';
import { includedBy } from './included-by.ts';
import type { Found, Need } from './need.ts';
import { searchedTypes } from './searched-types.ts';
import type { Stages } from './stages.ts';

/** Throws Problem `too-costly` for more includes than allowed, or more types than one request may search. */
export function* spreadIncludes(
  given: Given,
  stages: Stages,
  search: SearchRequest,
): Generator<Need, readonly Include[], Found> {
  if (search.includes.length > given.limits.includes) throw tooCostly();
  const named = search.includes.filter(({ source }) => source !== '*');
  if (named.length === search.includes.length) return named;
  const open = referringTypes(given.tables, search).filter(({ name }) => stages.permitFor(name) !== undefined);
  const served = yield* searchedTypes();
  const types = open.filter(({ name }) => served.has(name));
  if (types.length > given.limits.types) throw tooCostly();
  const spread = types.flatMap((type) =>
    withoutTwins(
      leading(type, search).filter(({ name }) => served.get(type.name)!.has(name)),
      search,
    ).map(({ name }) => revinclude(type.name, name)),
  );
  return [...named, ...spread];
}

function revinclude(source: string, parameter: string): Include {
  return { direction: 'revinclude', iterate: false, source, parameter, target: undefined };
}

/** Types with a reference that may lead to what is searched. The audit trail is none: it is not read as a whole (IHE ITI-81 asks for a date). */
export function referringTypes(tables: FhirTables, search: SearchRequest): readonly TypeFacts[] {
  return [...tables.types.values()].filter(
    (type) => type.category !== 'none' && type.name !== 'AuditEvent' && leading(type, search).length > 0,
  );
}

function leading(type: TypeFacts, { types }: SearchRequest): readonly SearchParameter[] {
  return includedBy(type, '*').filter(({ targets }) => types.length === 0 || targets.some((one) => types.includes(one)));
}

/** Of parameters that read the same elements for what is searched (`patient` and `subject`), one: that which bounds a search, if any does. */
function withoutTwins(parameters: readonly SearchParameter[], { types }: SearchRequest): readonly SearchParameter[] {
  const found = new Map<string, SearchParameter>();
  for (const one of parameters) {
    const targets = types.length === 0 ? one.targets : one.targets.filter((target) => types.includes(target));
    const key = one.filter === undefined ? `${[...one.paths].sort()} ${[...targets].sort()}` : one.name;
    if (!found.has(key) || selectiveReferences.has(one.name)) found.set(key, one);
  }
  return [...found.values()];
}

function tooCostly(): Problem {
  return new Problem('too-costly', 'What is to be included is too much. Ask for less at once, or name the types.');
}
