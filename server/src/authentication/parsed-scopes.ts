/** Scope strings parsed once: apps ask with the same few all day. Bounded; parsing is pure, so a remembered result cannot be wrong. */
import { parseScopes, type ScopeSet } from '@fireguard/engine';

const MOST = 1000;

export function parsedScopes(): (text: string) => ScopeSet {
  const known = new Map<string, ScopeSet>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= MOST) known.clear();
    const scopes = Object.freeze(parseScopes(text));
    known.set(text, scopes);
    return scopes;
  };
}
