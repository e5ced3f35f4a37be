/**
 * What a person ticked, as scopes: record parts, each narrowed to the kinds ticked inside it; who the person is and the context always belong; staying
 * connected only if chosen. To be narrowed against what was asked: a form is never trusted.
 */
import { parseScopes, type ScopeSet } from '@fireguard/engine';

export function chosenScopes(form: URLSearchParams, asked: ScopeSet, stays: boolean): ScopeSet {
  const parts = form
    .getAll('scope')
    .flatMap((value) => value.split(' '))
    .map((scope) => form.getAll(`only ${scope}`).join(' ') || scope);
  const ticked = parseScopes(parts.join(' ')).filter(({ kind }) => kind === 'resource' || kind === 'offline');
  const belong = asked.filter(
    ({ kind }) => kind === 'identity' || kind === 'launch' || kind === 'custom' || (kind === 'offline' && stays),
  );
  return [...ticked, ...belong];
}
