/**
 * Which scopes a token of this request may have, at each moment of its making (oidc-provider asks before each): as the app asks, after the
 * person answered, and again whenever a code or refresh token is used, because the client's registration or the person's roles may have changed since.
 */
import { type FhirTables, narrow, parseScopes } from '@fireguard/engine';
import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { KnownPerson } from './audit-drafts.ts';
import { negotiateScope, unenforceable } from './negotiate-scope.ts';
import { type ScopesByRole, scopesOfPerson } from './scopes-of-person.ts';

/** Space-separated; also narrows the request's own `scope`, from which the provider makes the rest. Throws invalid_scope when nothing is left. */
export async function grantableScope(
  ctx: KoaContextWithOIDC,
  client: Client,
  tables: FhirTables,
  byRole: ScopesByRole,
): Promise<string> {
  const registered = registeredScope(client);
  const params = ctx.oidc.params ?? {};
  const named = typeof params['scope'] === 'string' ? params['scope'] : undefined;

  const consented = ctx.oidc.result?.consent?.grantId;
  if (ctx.oidc.route === 'resume' && consented !== undefined) {
    const grant = await ctx.oidc.provider.Grant.find(consented);
    const resource = Object.keys(grant?.resources ?? {})[0];
    const granted = grant === undefined || resource === undefined ? '' : grant.getResourceScope(resource);
    params['scope'] = granted;
    return granted;
  }

  const source = ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken;
  if (ctx.oidc.route === 'token' && source !== undefined) {
    const granted = parseScopes(source.scope ?? '');
    // Only scopes that are still allowed as they stand: a token cannot be given half of one that was consented to.
    const person = ctx.oidc.entities.Account?.['person'] as KnownPerson | undefined;
    const allowed = narrow(scopesOfPerson(granted, person?.roles ?? [], byRole), parseScopes(registered));
    const still = new Set(allowed);
    return granted.flatMap(({ text }) => (still.has(text) ? [text] : [])).join(' ');
  }

  const isService = ctx.oidc.route === 'token';
  const asked = named ?? (isService ? unnamed(registered) : '');
  const scope = negotiateScope(asked, registered, isService ? 'system' : 'user', tables).join(' ');
  const [refused] = unenforceable(asked, tables);
  if (refused !== undefined && !parseScopes(scope).some(({ kind }) => kind === 'resource'))
    throw new errors.InvalidScope(`this constraint cannot be checked here: ${refused.slice(0, 200)}`, asked);
  if (scope === '') throw new errors.InvalidScope('none of the requested scopes can be granted', asked);
  params['scope'] = scope;
  return scope;
}

/**
 * RFC 6749 §3.3: a service that names no scope gets what it is registered for, as far as that is data. Rights over other things (introspection, launches) have
 * to be asked for by name.
 */
function unnamed(registered: string): string {
  return parseScopes(registered)
    .flatMap(({ kind, text }) => (kind === 'resource' ? [text] : []))
    .join(' ');
}

export function registeredScope(client: Client): string {
  const scope = client.metadata()['fireguard_scope'];
  return typeof scope === 'string' ? scope : '';
}
