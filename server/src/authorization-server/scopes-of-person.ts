/**
 * What apps may get at most in the name of a person (`signIn.scopesByRole`): where all roles of a person are named there, what any of them allows; otherwise
 * there is no such limit, and policy alone decides. INVARIANT: it only takes away, and holds again whenever a token is renewed.
 */
import { narrow, parseScopes, type ScopeSet } from '@fireguard/engine';

export type ScopesByRole = Readonly<Record<string, string>>;

/** What is left of `scopes`; who the person is and what is not about data stay. */
export function scopesOfPerson(scopes: ScopeSet, roles: readonly string[], byRole: ScopesByRole): ScopeSet {
  const limits = roles.map((role) => (Object.hasOwn(byRole, role) ? byRole[role] : undefined));
  if (limits.length === 0 || limits.includes(undefined)) return scopes;
  const limit = parseScopes(limits.join(' '));
  return scopes.flatMap((scope) => (scope.kind === 'resource' ? parseScopes(narrow([scope], limit).join(' ')) : [scope]));
}
