/** What `enforce` decides on, gathered: everything at once and at one moment, so that the engine never has to ask for it. */
import type { Caller, FhirRequest, Given } from '@fireguard/engine';
import type { Collaborators } from './collaborators.ts';

export function given(caller: Caller, asked: FhirRequest, now: number, use: Collaborators): Given {
  return {
    caller,
    asked,
    policies: use.policies(),
    protection: use.protection,
    tables: use.tables,
    now,
    bases: { ours: use.base, upstream: use.upstream.base },
    clean: asItIs,
    seal: use.cursors.seal,
    unseal: use.cursors.unseal,
    pseudonyms: use.pseudonyms,
    dialect: use.dialect,
    limits: use.limits,
    exports: use.exports?.enabled,
    authorization: use.authorization,
  };
}

// No policy can ask for cleaning yet; content-safety brings the cleaner.
function asItIs(div: string): string {
  return div;
}
