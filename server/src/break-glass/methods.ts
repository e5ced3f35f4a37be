/** by which ways break-the-glass can be declared here, for discovery. None where no rule lets anybody break it. */
import { type CompiledPolicies, mayBreakGlass } from '@fireguard/engine';

export type BreakGlassMethod = 'page' | 'category-header' | 'authorization-code' | 'client-credentials';

export function breakGlassMethods(policies: CompiledPolicies): readonly BreakGlassMethod[] {
  const named = policies.rules.flatMap(({ roles }) => [...(roles ?? [])]);
  return mayBreakGlass(policies, named) ? ['page', 'category-header', 'authorization-code', 'client-credentials'] : [];
}
