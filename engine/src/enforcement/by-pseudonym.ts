/**
 * What callers ask who see pseudonyms: a request that names pseudonyms, as one that names the ids behind them. INVARIANT: an id that is asked for as it is
 * finds nothing, so nobody can tell whether a pseudonym is of somebody whose id they know; and what could tell an id otherwise is refused, by the request alone.
 */
import { type Pseudonyms, projectOf } from '../decision/pseudonyms.ts';
import type { FhirTables, SearchParameter } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { Criterion, FhirRequest, OperationRequest, SearchRequest } from '../request/request.ts';
import type { Given } from './given.ts';

/** An id by its form, and nobody's: what asks for no pseudonym asks for this. */
const NOBODY = '.'.repeat(64);
/** They read times of writing, sources, the whole text, or are languages of their own. */
const closed: ReadonlySet<string> = new Set(['_lastUpdated', '_source', '_text', '_content', '_filter', '_query']);
/** Of an export: what names neither ids nor times. */
const exportParameters: ReadonlySet<string> = new Set(['_type', '_outputFormat', '_elements']);

/** As it was, for whoever sees ids. Throws Problem `interaction-not-supported`, `parameter-unknown` or `element-closed`. */
export function byPseudonym(given: Given): Given {
  const { pseudonyms } = given;
  // Without them nobody is let in who is to see them: decision/question.ts.
  if (pseudonyms === undefined) return given;
  const project = projectOf(given.policies, given.caller, given.now);
  if (project === undefined) return given;
  const names = { of: (type: string, id: string) => pseudonyms.of(project, type, id) };
  const place = { project, pseudonyms, tables: given.tables, ours: given.bases.ours };
  return { ...given, asked: translated(given.asked, place), bases: { ...given.bases, names } };
}

interface Place {
  readonly project: string;
  readonly pseudonyms: Pseudonyms;
  readonly tables: FhirTables;
  readonly ours: string;
}

function translated(asked: FhirRequest, place: Place): FhirRequest {
  switch (asked.interaction) {
    case 'capabilities':
      return asked;
    case 'read': {
      if (asked.raw !== undefined) throw notSupported();
      const id = place.pseudonyms.behind(place.project, asked.type, asked.id) ?? NOBODY;
      return { ...asked, id, conditions: withoutVersions(asked.conditions) };
    }
    case 'search':
      return searched(asked, place);
    case 'operation':
      return exported(asked);
    default:
      throw notSupported();
  }
}

/** They read versions and times of writing. */
function withoutVersions(conditions: FhirRequest['conditions']): FhirRequest['conditions'] {
  return { ...conditions, ifMatch: undefined, ifNoneMatch: undefined, ifModifiedSince: undefined };
}

/** A page that goes on has its criteria in the cursor, as they were translated then. */
function searched(asked: SearchRequest, place: Place): SearchRequest {
  if (asked.level !== 'type') throw notSupported();
  if (asked.special.size > 0) throw new Problem('parameter-unknown', 'A parameter of this search is not served.');
  // In the order of ids, or of references that are not shown.
  if (asked.sort.some(({ definition }) => closed.has(definition.name) || isOfIds(definition))) throw elementClosed();
  const criteria = asked.criteria.map((one) => criterion(one, asked.types[0]!, place));
  return { ...asked, criteria, shown: asked.criteria };
}

function criterion(one: Criterion, type: string, place: Place): Criterion {
  const { definition, modifier, chain, has, values } = one;
  if (has !== undefined) throw elementClosed();
  if (chain !== undefined) {
    const last = lastOf(one, place.tables);
    if (last === undefined || closed.has(last.name) || isOfIds(last)) throw elementClosed();
    return one;
  }
  if (closed.has(definition.name) || definition.type === 'special') throw elementClosed();
  if (definition.type === 'composite') return withoutReferences(one, type, place.tables);
  if (!isOfIds(definition)) return one;
  if (definition.name === '_id')
    return modifier === undefined ? { ...one, values: values.map((value) => behind(type, value, place) ?? NOBODY) } : refuse();
  // `missing`, too: a reference that can be read by nobody here is there, and not shown.
  if (modifier !== undefined && !place.tables.types.has(modifier)) return refuse();
  const targets = modifier === undefined ? definition.targets : [modifier];
  return { ...one, values: values.map((value) => reference(value, targets, place)) };
}

function isOfIds({ name, type }: SearchParameter): boolean {
  return name === '_id' || type === 'reference' || type === 'composite' || type === 'special';
}

function withoutReferences(one: Criterion, type: string, tables: FhirTables): Criterion {
  const known = tables.types.get(type)?.searchParameters;
  if (one.definition.components.some((component) => known?.get(component)?.type === 'reference')) throw elementClosed();
  return one;
}

/** The parameter at the end of a chain whose every link says its type. */
function lastOf({ chain = [] }: Criterion, tables: FhirTables): SearchParameter | undefined {
  const [before, last] = chain.slice(-2);
  return before?.type === undefined ? undefined : tables.types.get(before.type)?.searchParameters.get(last?.name ?? '');
}

/** `Type/pseudonym`, the same below our base, or a pseudonym of one of the targets. */
function reference(value: string, targets: readonly string[], place: Place): string {
  const local = value.startsWith(`${place.ours}/`) ? value.slice(place.ours.length + 1) : value;
  const [, type, pseudonym] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]+)$/.exec(local) ?? [];
  if (type !== undefined) return `${type}/${behind(type, pseudonym!, place) ?? NOBODY}`;
  for (const target of targets) {
    const id = behind(target, local, place);
    if (id !== undefined) return `${target}/${id}`;
  }
  return `${targets[0] ?? 'Patient'}/${NOBODY}`;
}

function behind(type: string, pseudonym: string, { pseudonyms, project }: Place): string | undefined {
  return pseudonyms.behind(project, type, pseudonym);
}

function exported(asked: OperationRequest): OperationRequest {
  const isExport = asked.name.replace(/^\$/, '') === 'export' && asked.id === undefined && asked.body === undefined;
  if (!isExport || [...asked.parameters.keys()].some((name) => !exportParameters.has(name))) throw notSupported();
  return asked;
}

function refuse(): never {
  throw elementClosed();
}

function elementClosed(): Problem {
  return new Problem('element-closed', 'The search uses an element that is closed to you.');
}

function notSupported(): Problem {
  return new Problem('interaction-not-supported', 'This cannot be asked by pseudonyms.');
}
