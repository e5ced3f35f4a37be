/**
 * Why not the other rules? For every permit that is about this interaction and type, the first condition that did not hold, in words. For privacy officers:
 * it names roles, relations and labels, never what the resource holds.
 */
import type { Caller } from '../caller.ts';
import type { CompiledRule } from '../policy/compiled.ts';
import { isDecided } from '../policy/interactions.ts';
import { relationBits, relationNames } from '../policy/relations.ts';
import { ruleHolds } from './caller-holds.ts';
import { environmentHolds } from './environment-holds.ts';
import { isMeant, type Question } from './question.ts';
import type { TraceStep } from './trace.ts';

export interface NearMiss {
  readonly rule: string;
  readonly description: string;
  /** A half sentence: `it is for physician or nurse`. */
  readonly because: string;
}

/** `steps`: what was asked of the resource; empty when it was refused before. */
export function nearMisses(asked: Question, steps: readonly TraceStep[]): readonly NearMiss[] {
  const { interaction, type, policies, tables } = asked;
  if (!isDecided(interaction)) return [];
  const everyRole = [...new Set(policies.rules.flatMap(({ roles }) => [...(roles ?? [])]))];
  const about = policies.rulesFor(everyRole, tables.types.has(type) ? type : '*', interaction);
  return about.flatMap(({ rule }) => {
    if (rule.effect !== 'permit') return [];
    const because = placeMiss(rule, asked) ?? callerMiss(rule, asked) ?? resourceMiss(rule, steps);
    return because === undefined ? [] : [Object.freeze({ rule: rule.id, description: rule.description, because })];
  });
}

function placeMiss(rule: CompiledRule, asked: Question): string | undefined {
  if (isMeant(rule, asked)) return undefined;
  return rule.inside === true ? 'it is for parts of stored Bundles alone' : 'it is for resources by themselves, not in Bundles';
}

function callerMiss(rule: CompiledRule, { caller, now }: Question): string | undefined {
  const { roles, kinds, clients, purposes } = rule;
  if (roles !== undefined && !caller.roles.some((role) => roles.has(role))) return `it is for the roles ${anyOf([...roles])}`;
  if (!kinds.has(caller.kind)) return `it is for callers of the kind ${anyOf([...kinds])}`;
  if (clients !== undefined && !(caller.client !== undefined && clients.has(caller.client.id))) return 'it is for other apps';
  if (rule.rationale && caller.rationale === undefined) return 'it demands a reason, and none was given';
  if (ruleHolds(rule, caller, now) !== 'no') return undefined;
  return purposes !== undefined && environmentHolds(rule.environment, caller, now) === 'yes'
    ? `it is for the purpose of ${anyOf(purposes.map(({ code }) => code))}, and ${purposesOf(caller)}`
    : 'the circumstances that it asks for (sign-in, time, network, certificate) are not there';
}

function purposesOf({ purposes }: Caller): string {
  return purposes.length === 0 ? 'no purpose was said' : `the purpose is ${purposes.map(({ code }) => code).join(' and ')}`;
}

/** The conditions of a rule are asked in order, so the last one asked is the one that failed. */
function resourceMiss(rule: CompiledRule, steps: readonly TraceStep[]): string | undefined {
  const failed = steps.findLast((step) => step.rule === rule.id && !step.held);
  switch (failed?.condition) {
    case undefined:
    case 'scope':
    case 'consent':
    case 'inside':
      return undefined;
    case 'category':
      return 'it is not about resources of this kind that are (or are not) about a patient';
    case 'memberships':
      return 'the caller does not belong to the organizations or groups that it names';
    case 'relations':
      return `the caller does not stand to every patient concerned as ${anyOf(relationNames.filter((name) => (relationBits([name]) & rule.relations) !== 0))}`;
    case 'labels':
      return 'the resource does not carry the label that it asks for';
    case 'content':
      return 'the resource does not hold what it asks for, or that cannot be told';
    case 'clears':
      return 'it does not clear every protective label that the resource carries';
  }
}

function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
