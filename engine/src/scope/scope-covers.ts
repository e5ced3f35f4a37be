/** which scopes reach an interaction. Their context and parameters are still to be enforced by whoever asks. */
import type { Action, ResourceScope, ScopeSet } from './scope.ts';

/** The resource scopes that cover `action` on `type`; empty means that the token does not. */
export function scopeCovers(set: ScopeSet, action: Action, type: string): readonly ResourceScope[] {
  return set.filter(
    (scope): scope is ResourceScope =>
      scope.kind === 'resource' && (scope.type === '*' || scope.type === type) && scope.actions.includes(action),
  );
}
