/** What `decide` is asked, and the same with everything looked up that depends on caller, type and policies alone. */
import type { Caller } from '../caller.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { SecurityCategory } from '../fhir/version.ts';
import type { Applicable, CompiledPolicies } from '../policy/compiled.ts';
import { isDecided } from '../policy/interactions.ts';
import type { Interaction } from '../request/request.ts';
import { callerHolds } from './caller-holds.ts';
import { hasOwnPrivilege } from './own-privilege.ts';
import { type ScopeBound, scopeBound } from './scope-bound.ts';

export interface DecideInput {
  readonly caller: Caller;
  readonly interaction: Interaction;
  /** Resource type asked for. */
  readonly type: string;
  readonly policies: CompiledPolicies;
  readonly tables: FhirTables;
  /** Absolute, no trailing slash. */
  readonly bases: { readonly ours: string; readonly upstream: string };
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Question extends DecideInput {
  readonly category: SecurityCategory;
  readonly permits: readonly Applicable[];
  readonly denies: readonly Applicable[];
  readonly scope: ScopeBound | undefined;
}

export function question(input: DecideInput): Question {
  const { caller, interaction, type, policies, tables } = input;
  const rules = isDecided(interaction)
    ? policies.rulesFor(caller.roles, type, interaction).filter(({ rule }) => callerHolds(rule, caller))
    : [];
  return Object.freeze({
    ...input,
    // what is not in the table is patient data.
    category: tables.types.get(type)?.category ?? 'patient',
    permits: rules.filter((one) => one.rule.effect === 'permit' && hasOwnPrivilege(one, type, interaction)),
    denies: rules.filter(({ rule }) => rule.effect === 'deny'),
    scope: isDecided(interaction)
      ? scopeBound(caller, interaction, type, tables, [input.bases.ours, input.bases.upstream])
      : undefined,
  });
}
