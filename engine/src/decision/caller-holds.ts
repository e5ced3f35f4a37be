/** The conditions of a rule that depend on the caller and the moment alone: settled once per request. */
import { type Caller, type Coding, identityOf } from '../caller.ts';
import type { CompiledRule, LabelCode } from '../policy/compiled.ts';
import { purposeReaches, purposeSubsumes } from '../terminology/purpose.ts';
import { environmentHolds } from './environment-holds.ts';

/**
 * Does the rule hold for this caller, now? `unsure`: a permit would if the person had signed in more surely, or a deny would not. What cannot be
 * told makes a deny hold and a permit not.
 */
export function ruleHolds(rule: CompiledRule, caller: Caller, now: number): 'yes' | 'no' | 'unsure' {
  if (!callerHolds(rule, caller)) return 'no';
  const environment = environmentHolds(rule.environment, caller, now);
  if (rule.effect === 'permit') return environment === 'unknown' ? 'no' : environment;
  if (environment === 'no') return 'no';
  if (rule.unless === undefined) return 'yes';
  const excepted = environmentHolds(rule.unless, caller, now);
  return excepted === 'yes' ? 'no' : excepted === 'unsure' ? 'unsure' : 'yes';
}

/** Kind, client and purpose; the role was settled by the index, the relation depends on the resource. */
function callerHolds(rule: CompiledRule, caller: Caller): boolean {
  if (!rule.kinds.has(caller.kind)) return false;
  if (rule.clients !== undefined && !(caller.client !== undefined && rule.clients.has(caller.client.id))) return false;
  if (rule.identities !== undefined && !mayBeOneOf(rule.identities, rule.effect, caller)) return false;
  if (rule.everyPurpose !== undefined && !everyPurposeHolds(rule.everyPurpose, caller.purposes)) return false;
  if (rule.purposesOtherThan !== undefined && !saysAnother(rule.purposesOtherThan, caller.purposes)) return false;
  return rule.purposes === undefined || purposesHold(rule, rule.purposes, caller.purposes);
}

/** A person of whom no FHIR resource is known may be anybody: reason enough for a deny. */
function mayBeOneOf(identities: ReadonlySet<string>, effect: CompiledRule['effect'], caller: Caller): boolean {
  const me = identityOf(caller);
  return me === undefined ? effect === 'deny' && caller.kind === 'user' : identities.has(me);
}

/** FHIR R6 Permission.rule.activity.purpose: several mean all of them together. */
function everyPurposeHolds(named: readonly LabelCode[], asked: readonly Coding[]): boolean {
  return named.every((name) => asked.some((purpose) => purposeSubsumes(name, purpose)));
}

/** is the caller bound to none of these purposes, or to others beside them? Who says none may have any. */
function saysAnother(named: readonly LabelCode[], asked: readonly Coding[]): boolean {
  return asked.length === 0 || !asked.every((purpose) => named.some((name) => purposeReaches(name, purpose)));
}

/** A permit wants all purposes of the caller among those named, a deny takes any (R-025, D15). No purpose is none of them. */
function purposesHold(rule: CompiledRule, named: readonly LabelCode[], asked: readonly Coding[]): boolean {
  if (rule.effect === 'deny') return asked.some((purpose) => named.some((name) => purposeReaches(name, purpose)));
  return asked.length > 0 && asked.every((purpose) => named.some((name) => purposeSubsumes(name, purpose)));
}
