/** The index of rules by role, type and interaction, so that the cost of a decision does not grow with rules that cannot apply. */
import type { FhirTables } from '../fhir/tables.ts';
import type { SecurityCategory } from '../fhir/version.ts';
import type { Applicable, CompiledPolicies, CompiledRule } from './compiled.ts';
import type { DecidedInteraction } from './interactions.ts';

/** The key under which types stand that are not in the tables. No type has this name. */
const UNKNOWN_TYPE = '*';
/** The key under which rules stand that ask for no role; checked names are never empty. */
const ANY_ROLE = '';

/** Answers that are kept; there are as many as combinations of roles that ask for a type. */
const MOST_KEPT = 10_000;

interface Placed extends Applicable {
  readonly order: number;
}

export function indexRules(rules: readonly CompiledRule[], tables: FhirTables): CompiledPolicies['rulesFor'] {
  const index = new Map<string, Placed[]>();
  const types: [string, SecurityCategory][] = [...tables.types.values()].map((type) => [type.name, type.category]);
  types.push([UNKNOWN_TYPE, 'patient']);
  for (const [order, rule] of rules.entries()) {
    for (const [type, category] of types) {
      const covers = coverage(rule, type, category);
      if (!covers.plain && !covers.patients) continue;
      const placed: Placed = Object.freeze({
        rule,
        ...covers,
        paths: rule.paths.get(type) ?? [],
        announced: rule.announced.get(type) ?? [],
        changes: rule.changes.get(type) ?? [],
        order,
      });
      for (const role of rule.roles ?? [ANY_ROLE]) {
        for (const interaction of rule.interactions) put(index, keyOf(role, type, interaction), placed);
      }
    }
  }
  const found = new Map<string, readonly Placed[]>();
  return (roles, type, interaction) => {
    const known = tables.types.has(type) ? type : UNKNOWN_TYPE;
    const key = `${known} ${interaction} ${JSON.stringify(roles)}`;
    const before = found.get(key);
    if (before !== undefined) return before;
    if (found.size >= MOST_KEPT) found.clear();
    const rules = look(roles, known, interaction);
    found.set(key, rules);
    return rules;
  };

  function look(roles: readonly string[], known: string, interaction: DecidedInteraction): readonly Placed[] {
    const found = new Set<Placed>();
    for (const role of [ANY_ROLE, ...roles])
      for (const placed of index.get(keyOf(role, known, interaction)) ?? []) found.add(placed);
    return Object.freeze([...found].sort((one, other) => one.order - other.order));
  }
}

function keyOf(role: string, type: string, interaction: DecidedInteraction): string {
  return `${type} ${interaction} ${role}`;
}

function put(index: Map<string, Placed[]>, key: string, placed: Placed): void {
  const before = index.get(key);
  if (before === undefined) index.set(key, [placed]);
  else before.push(placed);
}

/**
 * an instance of a business, anonymous or individual type that is about a patient counts as patient data. A permit reaches it when it
 * names the category patient, or is bound to the patient by a relation; a deny reaches it under either category.
 */
function coverage(rule: CompiledRule, type: string, category: SecurityCategory): Pick<Applicable, 'plain' | 'patients'> {
  if (category === 'none' || (rule.types !== undefined && !rule.types.has(type))) return { plain: false, patients: false };
  const withPatient = category === 'not-classified' ? category : 'patient';
  const named = rule.categories?.has(category) ?? true;
  const namedWithPatient = rule.categories?.has(withPatient);
  if (rule.effect === 'deny') return { plain: named, patients: named || namedWithPatient === true };
  return { plain: named, patients: namedWithPatient ?? (category === withPatient || rule.relations !== 0) };
}
