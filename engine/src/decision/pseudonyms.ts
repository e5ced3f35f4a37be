/**
 * Pseudonyms in place of ids, for callers whom a rule of research with `pseudonyms` lets in. INVARIANT: such a caller is let in by the rules
 * of that one project alone, whatever else permits them, so that an answer never holds an id and a pseudonym side by side.
 */
import type { Caller } from '../caller.ts';
import type { CompiledPolicies, CompiledRule } from '../policy/compiled.ts';
import { ruleHolds } from './caller-holds.ts';

/** What a host makes with a key that never leaves it. Without it, whoever is to see pseudonyms sees nothing. */
export interface Pseudonyms {
  /** The pseudonym of one resource in one project: an id by its form, the same every time. */
  readonly of: (project: string, type: string, id: string) => string;
  /** The id behind it; undefined for whatever is no pseudonym of this project and type. */
  readonly behind: (project: string, type: string, pseudonym: string) => string | undefined;
  /** By how many whole days the dates of a patient are moved in a project; the same for all of them, never zero. */
  readonly days: (project: string, patient: string) => number;
}

const naming = new WeakMap<CompiledPolicies, readonly CompiledRule[]>();
/** No project is called so. */
const UNDECIDED = '';

/** The project under whose pseudonyms this caller sees everything; undefined: under none. Several at once are none that any rule names. */
export function projectOf(policies: CompiledPolicies, caller: Caller, now: number): string | undefined {
  let rules = naming.get(policies);
  if (rules === undefined) {
    rules = policies.rules.filter(({ pseudonyms }) => pseudonyms !== undefined);
    naming.set(policies, rules);
  }
  if (rules.length === 0) return undefined;
  const projects = new Set<string>();
  for (const rule of rules) if (hasRole(rule, caller) && ruleHolds(rule, caller, now) === 'yes') projects.add(rule.pseudonyms!);
  if (projects.size > 1) return UNDECIDED;
  return [...projects][0];
}

function hasRole({ roles }: CompiledRule, caller: Caller): boolean {
  return roles === undefined || caller.roles.some((role) => roles.has(role));
}
