/**
 * What a person ticked, as scopes: record parts, each narrowed to the kinds ticked inside it; who the person is and the context always belong; staying
 * connected only if chosen. INVARIANT: a form is never trusted: a value that the page did not offer is none, and the rest is narrowed against what was asked.
 */
import { parseScopes, type ScopeSet } from '@fireguard/engine';
import { consentChoices } from './pages/consent-choices.ts';
import { texts } from './pages/texts.ts';

export function chosenScopes(form: URLSearchParams, asked: ScopeSet, stays: boolean): ScopeSet {
  const parts = consentChoices(asked, texts)
    .flatMap(({ choices }) => choices)
    .filter(({ value }) => form.getAll('scope').includes(value))
    .flatMap(({ value, kinds }) => {
      const only = form.getAll(`only ${value}`);
      return only.length === 0 ? [value] : (kinds ?? []).flatMap((kind) => (only.includes(kind.value) ? [kind.value] : []));
    });
  const ticked = parseScopes(parts.join(' ')).filter(({ kind }) => kind === 'resource' || kind === 'offline');
  const belong = asked.filter(
    ({ kind }) => kind === 'identity' || kind === 'launch' || kind === 'custom' || (kind === 'offline' && stays),
  );
  return [...ticked, ...belong];
}
