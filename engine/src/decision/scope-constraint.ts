/** SMART App Launch 2.2 §Finer-grained resource constraints: one parameter of a granular scope as a question to a resource. */
import type { FhirTables, TypeFacts } from '../fhir/tables.ts';
import { type Matcher, matcherFor } from '../matching/matcher.ts';
import { Problem } from '../problem.ts';
import { parseCriterion } from '../request/criterion.ts';
import type { ResourceScope, ScopeParameter } from '../scope/scope.ts';

/**
 * As a search would understand it; undefined when it cannot be checked exactly. The systems of bare codes are not in the document, so a code that is asked
 * with a system does not meet one.
 */
export function scopeConstraint(
  { name, modifier, value }: ScopeParameter,
  type: TypeFacts,
  tables: FhirTables,
  bases: readonly string[],
): Matcher | undefined {
  try {
    const pair = { name: modifier === undefined ? name : `${name}:${modifier}`, value };
    const criterion = parseCriterion(pair, [type], tables);
    return criterion && matcherFor(criterion, type, { bases, foldsAccents: false, bareCodes: 'no-system' });
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Whether all that the scope says can be held, on every type that it names: what an authorization server may grant. */
export function isEnforceableScope(scope: ResourceScope, tables: FhirTables): boolean {
  const named = tables.types.get(scope.type);
  const types = scope.type === '*' ? [...tables.types.values()] : named === undefined ? [] : [named];
  return (
    types.length > 0 &&
    scope.parameters.every((parameter) => types.every((type) => scopeConstraint(parameter, type, tables, []) !== undefined))
  );
}
