/** What `decide` is asked, and the same with everything looked up that depends on caller, type and policies alone. */
import type { Caller } from '../caller.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { SecurityCategory } from '../fhir/version.ts';
import type { Applicable, CompiledPolicies, CompiledRule } from '../policy/compiled.ts';
import { isDecided } from '../policy/interactions.ts';
import type { Interaction } from '../request/request.ts';
import { ruleHolds } from './caller-holds.ts';
import { hasOwnPrivilege } from './own-privilege.ts';
import type { Protection } from './protection.ts';
import { type Pseudonyms, projectOf } from './pseudonyms.ts';
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
  /** What the site settles about consents; what nobody settled is FHIR's and ours. */
  readonly protection?: Protection | undefined;
  /** Asked of the parts of a stored Bundle, not of a resource by itself. */
  readonly isInside?: boolean | undefined;
  /** What the host makes pseudonyms with. */
  readonly pseudonyms?: Pseudonyms | undefined;
}

/** A rule may be for the parts of stored Bundles alone, or for none of them. */
export function isMeant({ inside }: CompiledRule, { isInside }: Pick<DecideInput, 'isInside'>): boolean {
  return inside === undefined || inside === (isInside === true);
}

export interface Question extends DecideInput {
  readonly category: SecurityCategory;
  readonly permits: readonly Applicable[];
  readonly denies: readonly Applicable[];
  /** Permits that would hold, and denies that would not, if the person had signed in more surely; the denies stand in `denies` too. */
  readonly unsure: readonly Applicable[];
  /** Permits that would hold if the caller said why they ask. */
  readonly unreasoned: readonly Applicable[];
  readonly scope: ScopeBound | undefined;
}

export function question(input: DecideInput): Question {
  const { caller, interaction, type, policies, tables } = input;
  const permits: Applicable[] = [];
  const denies: Applicable[] = [];
  const unsure: Applicable[] = [];
  const unreasoned: Applicable[] = [];
  const project = projectOf(policies, caller, input.now);
  for (const one of isDecided(interaction) ? policies.rulesFor(caller.roles, type, interaction) : []) {
    if (!isMeant(one.rule, input)) continue;
    const holds = ruleHolds(one.rule, caller, input.now);
    if (holds === 'no') continue;
    if (one.rule.effect === 'deny') denies.push(one);
    // INVARIANT: whoever sees pseudonyms is let in by rules of that project alone, and never without somebody to make them.
    else if (one.rule.pseudonyms !== project || (project !== undefined && input.pseudonyms === undefined)) continue;
    else if (!hasOwnPrivilege(one, type, interaction)) continue;
    else if (one.rule.rationale && caller.rationale === undefined) {
      if (holds === 'yes') unreasoned.push(one);
      continue;
    } else if (holds === 'yes') permits.push(one);
    if (holds === 'unsure') unsure.push(one);
  }
  return Object.freeze({
    ...input,
    // what is not in the table is patient data.
    category: tables.types.get(type)?.category ?? 'patient',
    permits: Object.freeze(permits),
    denies: Object.freeze(denies),
    unsure: Object.freeze(unsure),
    unreasoned: Object.freeze(unreasoned),
    scope: isDecided(interaction)
      ? scopeBound(caller, interaction, type, tables, [input.bases.ours, input.bases.upstream])
      : undefined,
  });
}
