/** How the caller stands to one patient: relations as bits, and what the patient's consents say. Worked out once per patient and facts. */
import type { Caller } from '../caller.ts';
import type { ConsentContext, ConsentEffect } from '../consent/consent-effect.ts';
import { type ConsentJudge, judgeConsents } from '../consent/judge-consents.ts';
import type { ConsentMatter } from '../consent/matter.ts';
import type { Labels } from '../label/labels.ts';
import { relationBits } from '../policy/relations.ts';
import type { Candidate, KnownFacts } from './permit.ts';
import type { ConsentDenial } from './reasons.ts';

export interface Standing {
  /** Bits of `relationBits`. */
  readonly relations: number;
  /** Why the consents close a resource; undefined when they do not. */
  readonly objection: (candidate: Candidate, labels: Labels) => ConsentDenial | undefined;
  /** The consents' agreement to it, where they agree for certain. */
  readonly agreement: (candidate: Candidate, labels: Labels) => Agreement | undefined;
}

export type Agreement = Extract<ConsentEffect, { kind: 'permit' }>;

const SELF = relationBits(['self']);
const OVERRIDE = relationBits(['break-the-glass']);
const GUARDIAN = relationBits(['guardian']);

export type StandingOf = (patient: string, facts: KnownFacts) => Standing;
export type StandingContext = Omit<ConsentContext, 'patient' | 'memberships'>;

/** The look-up for one permit. It remembers the facts that it saw last, since all resources of a page come with the same. */
export function standings(context: StandingContext): StandingOf {
  let seen: KnownFacts | undefined;
  let known = new Map<string, Standing>();
  return (patient, facts) => {
    if (facts !== seen) {
      seen = facts;
      known = new Map();
    }
    let standing = known.get(patient);
    if (standing === undefined) {
      standing = standingOf(patient, facts, context);
      known.set(patient, standing);
    }
    return standing;
  };
}

/** this caller, this patient, this moment. A time that is no number has passed. */
export function isOverriding({ kind, override }: Caller, patient: string, now: number): boolean {
  return kind !== 'anonymous' && override !== undefined && override.patient === patient && override.expiresAt > now;
}

/** A consent never stands between patients and their own record. INVARIANT: consents that were not asked for deny (I6). */
function standingOf(patient: string, facts: KnownFacts, context: StandingContext): Standing {
  const overrides = isOverriding(context.caller, patient, context.now);
  // INVARIANT: no fact is an override; only the caller's own, open one is.
  const relations = (relationBits(facts.relations.get(patient) ?? []) & ~OVERRIDE) | (overrides ? OVERRIDE : 0);
  const consents = facts.consents.get(patient);
  if ((relations & SELF) !== 0) return Object.freeze({ relations, objection: nothing, agreement: nothing });
  if (consents === undefined) return Object.freeze({ relations, objection: () => unknown, agreement: nothing });
  const judge = judgeConsents(consents, { ...context, patient, memberships: facts.memberships });
  if (judge.always?.kind === 'none') return Object.freeze({ relations, objection: nothing, agreement: nothing });
  const effect = effectOf(judge, facts);
  const spared = (relations & GUARDIAN) !== 0;
  return Object.freeze<Standing>({
    relations,
    objection: (candidate, labels) => objectionIn(effect(candidate, labels), spared, overrides),
    agreement: (candidate, labels) => {
      const said = effect(candidate, labels);
      return said.kind === 'permit' ? said : undefined;
    },
  });
}

/** No consent says anything. */
const nothing = (): undefined => undefined;

const unknown: ConsentDenial = Object.freeze({ why: 'unknown', consent: undefined });

function effectOf(judge: ConsentJudge, facts: KnownFacts): (candidate: Candidate, labels: Labels) => ConsentEffect {
  const { always } = judge;
  if (always !== undefined) return () => always;
  return (candidate, labels) => judge.effect(matterOf(candidate, labels, facts));
}

function matterOf({ type, id, document, node }: Candidate, labels: Labels, { pointers }: KnownFacts): ConsentMatter {
  return { type, id, document, node, labels, pointers: pointers ?? none };
}

const none: ReadonlyMap<string, undefined> = new Map();

/** an override lifts what the patient said in general, never what was said about breaking the glass or cannot be read. */
function objectionIn(effect: ConsentEffect, spared: boolean, overrides: boolean): ConsentDenial | undefined {
  if (effect.kind !== 'deny' || (spared && effect.sparesGuardian) || (overrides && effect.overridable)) return undefined;
  return { why: effect.why, consent: effect.consent };
}
