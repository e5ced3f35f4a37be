/** who may break the glass is for rules to say: those whom one of them permits by that relation. */
import type { CompiledPolicies } from '../policy/compiled.ts';
import { relationBits } from '../policy/relations.ts';

const BROKEN = relationBits(['break-the-glass']);

export function mayBreakGlass({ rules }: CompiledPolicies, roles: readonly string[]): boolean {
  return rules.some(
    ({ effect, relations, roles: named }) =>
      effect === 'permit' && (relations & BROKEN) !== 0 && (named === undefined || roles.some((role) => named.has(role))),
  );
}
