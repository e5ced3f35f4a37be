/**
 * Whether some instance of a type could be hidden from this caller (search-semantics §3), from caller, policies and type alone. Full sight is proven, never
 * assumed: one permit must hold for every instance whatever it carries, whoever it is about and whatever they agreed to, and nothing may stand against it.
 */
import type { Applicable, CompiledSet } from '../policy/compiled.ts';
import type { Sight } from './permit.ts';
import type { Question } from './question.ts';

export function sightOf({ caller, type, tables, scope, permits, denies, policies, protection }: Question): Sight {
  const reachesAll = caller.kind === 'anonymous' || scope?.unbounded === true;
  const known = tables.types.has(type);
  const asksPurpose = caller.purposes.length === 0 && protection !== undefined && protection.purposesRequired.size > 0;
  const denied = denies.some(({ rule }) => !rule.elementsOnly) || policies.sets.some(deniesByItself);
  const keepsBack = (caller.withheld !== undefined && caller.withheld.length > 0) || caller.ceiling !== undefined;
  // what is inside may be hidden.
  if (type === 'Bundle') return 'filtered';
  if (keepsBack || !reachesAll || !known || asksPurpose || denied) return 'filtered';
  return permits.some((permit) => permitsAll(permit, policies.sets[permit.rule.set]!)) ? 'full' : 'filtered';
}

/** A set that denies unless it permits would need such a permit of its own; that is not looked into. */
function deniesByItself({ combining }: CompiledSet): boolean {
  return combining === 'deny-unless-permit';
}

/** INVARIANT: every condition of a rule that reads the resource, its labels, its patients or their consents is in this list. */
function permitsAll({ rule, plain, patients }: Applicable, set: CompiledSet): boolean {
  const { confidentiality, sensitivities, other } = rule.clears;
  return (
    plain &&
    patients &&
    rule.relations === 0 &&
    rule.labels === undefined &&
    rule.content === undefined &&
    !rule.readsResource &&
    !rule.deIdentify &&
    rule.consentExempt &&
    // Of an ordered set the first that applies speaks, which may be another one.
    !set.ordered &&
    confidentiality === 'V' &&
    sensitivities === '*' &&
    other === '*'
  );
}
