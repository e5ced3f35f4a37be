/**
 * SMART App Launch 2.2 §Scope negotiation: which of the scopes asked for could be granted at all, before anybody is asked.
 * INVARIANT: never wider than what the client is registered for; nothing is granted that the gateway could not enforce.
 */
import { type FhirTables, isEnforceableScope, narrow, parseScopes, type Scope } from '@fireguard/engine';

export type Flow = 'user' | 'system';

/** The grantable scope strings, in the order asked; empty when there are none. `tables`: of the FHIR version that the gateway serves. */
export function negotiateScope(requested: string, registered: string, flow: Flow, tables: FhirTables): readonly string[] {
  const asked = parseScopes(requested).filter((scope) => suits(scope, flow, tables));
  const granted = narrow(
    asked,
    parseScopes(registered).filter((scope) => suits(scope, flow, tables)),
  );
  const openid = granted.includes('openid');
  // fhirUser and profile are claims of an identity: without openid nothing could carry them.
  return granted.filter((text) => openid || !['fhirUser', 'profile'].includes(text));
}

function suits(scope: Scope, flow: Flow, tables: FhirTables): boolean {
  switch (scope.kind) {
    case 'resource':
      return (scope.context === 'system') === (flow === 'system') && isEnforceableScope(scope, tables);
    case 'launch':
      // A patient or a visit can be chosen here, `launch` is the EHR's; a context that nobody can supply is not promised.
      return flow === 'user' && scope.role === undefined && [undefined, 'patient', 'encounter'].includes(scope.target);
    case 'identity':
    case 'offline':
      return flow === 'user';
    case 'custom':
      return true;
    case 'invalid':
      return false;
  }
}

/** Of what was asked, the granular scopes whose constraint nothing here could check on a resource. */
export function unenforceable(requested: string, tables: FhirTables): readonly string[] {
  return parseScopes(requested).flatMap((scope) =>
    scope.kind === 'resource' && scope.parameters.length > 0 && !isEnforceableScope(scope, tables) ? [scope.text] : [],
  );
}
