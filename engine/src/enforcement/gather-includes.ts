/**
 * search.html#include, as search-semantics §6 has it: nothing is included upstream. References are followed from released forms, targets are
 * fetched by id and judged, and `_revinclude` is a search of its own. What is closed or hidden is as absent. `_revinclude=*` has been spread before.
 */
import type { TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { Visible } from '../release/visible.ts';
import type { Include } from '../request/request.ts';
import type { Given } from './given.ts';
import { includedBy } from './included-by.ts';
import type { Found, Need } from './need.ts';
import { plainCriterion } from './plain-search.ts';
import { referencedKeys, type Stages } from './stages.ts';

const ROUNDS = 8;

/** Each resource once, none of the matches, in the order of type and id. Throws Problem `too-costly`. */
export function* gatherIncludes(
  given: Given,
  stages: Stages,
  includes: readonly Include[],
  matches: readonly Visible[],
): Generator<Need, readonly Visible[], Found> {
  if (includes.length === 0) return [];
  const seen = new Set(matches.map(keyOf));
  const included: Visible[] = [];
  let from = matches;
  for (let round = 0; round < ROUNDS && from.length > 0; round++) {
    const wanted = new Map<string, Set<string>>();
    const found: Visible[] = [];
    const add = (one: Visible): void => {
      if (seen.has(keyOf(one))) return;
      seen.add(keyOf(one));
      found.push(one);
    };
    for (const include of includes) {
      if (round > 0 && !include.iterate) continue;
      if (include.direction === 'include') noteTargets(given, include, from, seen, wanted);
      else for (const one of yield* sources(given, stages, include, from)) add(one);
    }
    for (const [type, ids] of wanted) for (const one of yield* byId(given, stages, type, ids)) add(one);
    included.push(...found);
    if (included.length > given.limits.included) throw tooCostly();
    from = found;
  }
  return included.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

function noteTargets(
  given: Given,
  { source, parameter, target }: Include,
  from: readonly Visible[],
  seen: ReadonlySet<string>,
  wanted: Map<string, Set<string>>,
): void {
  const starts = from.filter(({ type }) => type === source);
  for (const definition of includedBy(given.tables.types.get(source)!, parameter)) {
    for (const key of referencedKeys(given, definition, starts)) {
      const [type = '', id = ''] = key.split('/');
      if (seen.has(key) || (target !== undefined && target !== type)) continue;
      wanted.set(type, (wanted.get(type) ?? new Set()).add(id));
    }
  }
}

function* byId(
  given: Given,
  stages: Stages,
  type: string,
  ids: ReadonlySet<string>,
): Generator<Need, readonly Visible[], Found> {
  if (ids.size > given.limits.included) throw tooCostly();
  const facts = given.tables.types.get(type);
  const permit = facts === undefined ? undefined : stages.permitFor(type);
  if (facts === undefined || permit === undefined) return [];
  const found = yield* stages.include(permit, facts, [plainCriterion(facts.searchParameters.get('_id')!, [...ids])]);
  // Whatever else an odd upstream sends along was not asked for.
  return found.filter(({ id }) => id !== undefined && ids.has(id));
}

function* sources(
  given: Given,
  stages: Stages,
  { source, parameter, target }: Include,
  from: readonly Visible[],
): Generator<Need, readonly Visible[], Found> {
  const facts: TypeFacts = given.tables.types.get(source)!;
  const permit = stages.permitFor(source);
  if (permit === undefined) return [];
  const found: Visible[] = [];
  for (const definition of includedBy(facts, parameter)) {
    const reachable = new Set(
      target === undefined ? definition.targets : [target].filter((one) => definition.targets.includes(one)),
    );
    const keys = from.filter(({ type }) => reachable.has(type)).map(keyOf);
    if (keys.length > 0) found.push(...(yield* stages.include(permit, facts, [plainCriterion(definition, keys)])));
  }
  return found;
}

function keyOf({ type, id }: Visible): string {
  return `${type}/${id}`;
}

function tooCostly(): Problem {
  return new Problem('too-costly', 'What is to be included is too much. Ask for less at once.');
}
