/**
 * All consents of one patient, made ready for one caller, purpose and moment: what they say of a resource together (requirements 4.1; several
 * consents: FHIR is silent, so the configured rule). Worked out once where no consent reads the resource.
 */
import { isBreakGlass, normalisePurpose } from '../terminology/purpose.ts';
import { type ConsentContext, type ConsentEffect, noEffect } from './consent-effect.ts';
import type { Directive, Provision } from './directive.ts';
import { implicitProvision } from './implicit-policy.ts';
import type { ConsentMatter } from './matter.ts';
import { isMembers } from './members.ts';
import { DENY, NONE, PERMIT, type Prepared, prepare, readsData, rootOutcomes } from './outcomes.ts';
import { readConsent } from './read-consent.ts';

export interface ConsentJudge {
  /** Undefined when the effect depends on the resource. */
  readonly always: ConsentEffect | undefined;
  readonly effect: (matter: ConsentMatter) => ConsentEffect;
}

/** One consent, prepared. */
interface Voice {
  readonly consent: string | undefined;
  readonly given: number | undefined;
  readonly mayPermit: boolean;
  readonly roots: readonly (Prepared | undefined)[];
  /** A denial without any condition but its time leaves those who answer for the patient alone. */
  readonly plain: boolean;
}

/** `texts`: the patient's Consents as JSON, of any status. INVARIANT: one that cannot be read denies, whatever the others say. */
export function judgeConsents(texts: readonly Uint8Array[], context: ConsentContext): ConsentJudge {
  const voices: Voice[] = [];
  let forbidsOverride = false;
  for (const text of texts) {
    const read = readConsent(text, context);
    if (read.kind === 'unreadable') return constant(denial('unreadable', read.consent, false, false));
    if (read.kind === 'directive') {
      forbidsOverride ||= read.directive.readings.some(deniesBreakGlass);
      const one = voice(read.directive, context);
      if (one.roots.some((root) => root !== undefined)) voices.push(one);
    }
  }
  const implicit = implicitJudge(context);
  if (voices.length === 0) return constant(implicit);
  const ordered = context.rules.conflict === 'most-recent' ? voices.sort(later) : voices;
  const effect = (matter: ConsentMatter) => together(ordered, matter, context, implicit, !forbidsOverride);
  const reads = voices.some(({ roots }) => roots.some((root) => root !== undefined && readsData(root)));
  return reads
    ? Object.freeze({ always: undefined, effect })
    : constant(together(ordered, nothing, context, implicit, !forbidsOverride));
}

/** Asked only where no condition reads it. */
const nothing = Object.freeze({}) as ConsentMatter;

function constant(effect: ConsentEffect): ConsentJudge {
  return Object.freeze({ always: effect, effect: () => effect });
}

function voice({ consent, given, verified, readings }: Directive, context: ConsentContext): Voice {
  return {
    consent,
    given,
    mayPermit: verified || !context.rules.verified,
    roots: readings.map((one) => prepare(one, context)),
    plain: readings.every(isPlain),
  };
}

function isPlain({ conditions, exceptions }: Provision): boolean {
  return exceptions.length === 0 && conditions.every(({ element }) => element === 'period');
}

/** Does a denial, or the exception to an agreement, name breaking the glass? Whatever else it says then, nobody breaks it. */
function deniesBreakGlass({ effect, conditions, exceptions }: Provision): boolean {
  const names = conditions.some(({ element, values }) => element === 'purpose' && values.some(isNamedBreakGlass));
  return (effect === 'deny' && names) || exceptions.some(deniesBreakGlass);
}

function isNamedBreakGlass(value: unknown): boolean {
  const purpose = isMembers(value)
    ? normalisePurpose(value as { readonly system?: string; readonly code?: string })
    : undefined;
  return purpose !== undefined && isBreakGlass(purpose);
}

/** The newest first; what does not say when may be the newest. */
function later(one: Voice, other: Voice): number {
  return (other.given ?? Number.POSITIVE_INFINITY) - (one.given ?? Number.POSITIVE_INFINITY) || 0;
}

function outcomesOf({ roots, mayPermit }: Voice, matter: ConsentMatter, context: ConsentContext): number {
  let outcomes = 0;
  for (const root of roots) outcomes |= root === undefined ? NONE : rootOutcomes(root, matter, context);
  // What does not count as a permission is no objection either.
  return outcomes === PERMIT && !mayPermit ? NONE : outcomes;
}

function together(
  voices: readonly Voice[],
  matter: ConsentMatter,
  context: ConsentContext,
  implicit: ConsentEffect,
  overridable: boolean,
): ConsentEffect {
  const { conflict } = context.rules;
  let permit: Voice | undefined;
  let objection: ConsentEffect | undefined;
  let spares = true;
  for (const one of voices) {
    const outcomes = outcomesOf(one, matter, context);
    if ((outcomes & DENY) !== 0) {
      const why = outcomes === DENY ? 'directive' : 'not-enforced';
      const sparesGuardian = why === 'directive' && one.plain;
      // INVARIANT: one that leaves guardians alone does not speak for another that does not.
      if (objection === undefined || (spares && !sparesGuardian)) {
        objection = denial(why, one.consent, sparesGuardian, overridable);
        spares = sparesGuardian;
      }
      if (conflict !== 'permit-overrides' && !spares) break;
    } else if (outcomes === PERMIT) {
      permit ??= one;
      // What was said earlier no longer matters, unless two were said at once.
      if (conflict === 'permit-overrides') break;
      if (conflict === 'most-recent' && isAlone(one, voices)) break;
    }
  }
  if (objection !== undefined && !(conflict === 'permit-overrides' && permit !== undefined)) return objection;
  return permit === undefined ? implicit : permission(permit, context);
}

function isAlone(one: Voice, voices: readonly Voice[]): boolean {
  return one.given !== undefined && voices.every((other) => other === one || other.given !== one.given);
}

/** D15: an agreement to treatment is none to breaking the glass: no objection, but nothing that lifts a rule. */
function permission({ consent }: Voice, { caller }: ConsentContext): ConsentEffect {
  return caller.purposes.some(isBreakGlass) ? noEffect : Object.freeze({ kind: 'permit', consent });
}

/** What holds where no consent says anything: certain permission, or else a denial, unless it is left to the rules. */
function implicitJudge(context: ConsentContext): ConsentEffect {
  if (context.rules.implicit === 'policy') return noEffect;
  const root = prepare(implicitProvision(context.rules.implicit), context);
  const outcomes = root === undefined ? NONE : rootOutcomes(root, nothing, context);
  return outcomes === PERMIT ? noEffect : denial('implicit', undefined, false, false);
}

type Why = Extract<ConsentEffect, { kind: 'deny' }>['why'];

function denial(why: Why, consent: string | undefined, sparesGuardian: boolean, overridable: boolean): ConsentEffect {
  return Object.freeze({ kind: 'deny', why, sparesGuardian, overridable, consent });
}
