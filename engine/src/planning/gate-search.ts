/**
 * Which criteria and sorts may be evaluated at all (search-semantics §3, §4): a criterion may only be evaluated on what the caller may see.
 * The answer depends on caller, policies and request alone, never on data. What is let through here is pushed to the upstream as it stands.
 */
import type { Permit } from '../decision/permit.ts';
import type { SearchParameter, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { Criterion, Sort } from '../request/request.ts';
import { touches } from './touches.ts';

/** They run over other resources than the one matched, or are languages of their own. */
const neverServed: ReadonlySet<string> = new Set(['_filter', '_query', '_list', '_in', '_type']);
/** They read labels, the whole text, or reveal a place step by step: only where nothing at all is hidden or masked. */
const onlyInFullSight: ReadonlySet<string> = new Set(['_security', '_source', '_text', '_content', 'near']);
/** `:in` names a ValueSet, which would be read without being decided. */
const modifiersNeverServed: ReadonlySet<string> = new Set(['in', 'not-in']);

export interface SearchTerms {
  readonly criteria: readonly Criterion[];
  readonly sort: readonly Sort[];
}

/** Throws Problem `element-closed` or `parameter-unknown`; returns when every term may be sent. */
export function gateSearch(terms: SearchTerms, type: TypeFacts, permit: Permit): void {
  const closed = closedPaths(permit);
  const seesAll = permit.sight === 'full' && closed.length === 0;
  for (const criterion of terms.criteria) gateCriterion(criterion, type, closed, seesAll);
  for (const { definition } of terms.sort) {
    if (definition.type === 'special' || definition.type === 'composite') throw notServed();
    gateParameter(definition, type, closed, seesAll);
  }
}

/** Masked resources lose their narrative and gain a tag (release/mask.ts), so both are closed as soon as anything may be masked. */
function closedPaths(permit: Permit): readonly string[] {
  return permit.maskable.length === 0 ? [] : [...permit.maskable, 'text', 'meta.tag'];
}

function gateCriterion(criterion: Criterion, type: TypeFacts, closed: readonly string[], seesAll: boolean): void {
  const { definition, modifier } = criterion;
  if (modifier !== undefined && modifiersNeverServed.has(modifier)) throw notServed();
  // `:text` matches words in the narrative; above and below on references walk through parents that may be hidden.
  const walks = definition.type === 'reference' && (modifier === 'above' || modifier === 'below');
  if ((modifier === 'text' || walks) && !seesAll) throw elementClosed();
  gateParameter(definition, type, closed, seesAll);
}

function gateParameter(definition: SearchParameter, type: TypeFacts, closed: readonly string[], seesAll: boolean): void {
  if (neverServed.has(definition.name)) throw notServed();
  if ((onlyInFullSight.has(definition.name) || definition.type === 'special') && !seesAll) throw elementClosed();
  if (closed.length > 0 && pathsOf(definition, type).some((path) => touches(path, closed))) throw elementClosed();
}

/** A composite reads what its components read. A component that the table does not know reads the whole resource. */
function pathsOf(definition: SearchParameter, type: TypeFacts): readonly string[] {
  const components = definition.components.flatMap((name) => type.searchParameters.get(name)?.paths ?? [...type.elements]);
  return [...definition.paths, ...components];
}

function elementClosed(): Problem {
  return new Problem('element-closed', 'The search uses an element that is closed to you.');
}

function notServed(): Problem {
  return new Problem('parameter-unknown', 'The search uses a parameter or modifier that is not served.');
}
