/** The checks before any look-up, in order: the first that objects refuses. They read caller, type, policies and time, never a resource. */
import type { Applicable } from '../policy/compiled.ts';
import { isDecided } from '../policy/interactions.ts';
import type { DenyAs, Refusal } from './permit.ts';
import type { Question } from './question.ts';
import { denyDecision, ruleDenial, setDenial } from './reasons.ts';
import { stepUpFor } from './step-up.ts';

type Check = (question: Question) => Refusal | undefined;

/** INVARIANT: this order. Who is not known learns nothing of scopes; who has no scope learns nothing of policies. */
export const checks: readonly Check[] = [
  hasEndpoint,
  isServed,
  isAuthenticated,
  isUnexpired,
  isInScope,
  hasPurpose,
  isNotDenied,
  isReasoned,
  isPermitted,
  isPermittedByEach,
  isSure,
];

/** Parameters and OperationOutcome have no endpoint. */
function hasEndpoint({ category, type }: Question): Refusal | undefined {
  return category === 'none' ? refusal('builtin:category', 'not-found', `${type} has no endpoint.`, 'not-found') : undefined;
}

/** I5: what is not decided as such is decided through its parts, or not at all. */
function isServed({ interaction }: Question): Refusal | undefined {
  return isDecided(interaction)
    ? undefined
    : refusal('builtin:interaction', 'policy', `No rule can be about ${interaction}.`, 'forbidden');
}

/** anonymous callers are let on to what a rule opens for them by name; a signed-in one must have a token and be someone. */
function isAuthenticated({ caller, permits }: Question): Refusal | undefined {
  const known =
    caller.kind === 'anonymous'
      ? permits.length > 0
      : caller.token !== undefined && (caller.kind === 'system' || caller.user !== undefined);
  return known
    ? undefined
    : refusal('builtin:authentication', 'authentication', 'The caller is not authenticated.', 'unauthorized');
}

function isUnexpired({ caller, now }: Question): Refusal | undefined {
  // Written so that a time which is no number counts as expired.
  const fresh = caller.token === undefined || caller.token.expiresAt > now;
  return fresh ? undefined : refusal('builtin:expired', 'authentication', 'The token has expired.', 'unauthorized');
}

/** a scope is an upper bound, never a permit. An anonymous caller has none; the rules let them read what is for everyone. */
function isInScope({ caller, scope, interaction, type }: Question): Refusal | undefined {
  if (caller.kind === 'anonymous' || scope !== undefined) return undefined;
  return refusal('builtin:scope', 'scope', `The scopes of the token do not cover ${interaction} of ${type}.`, 'forbidden');
}

/** Where the site wants to know what for, nothing is shown to whoever does not say. */
function hasPurpose({ caller, category, type, protection }: Question): Refusal | undefined {
  if (caller.purposes.length > 0 || protection?.purposesRequired.has(category) !== true) return undefined;
  return refusal('builtin:purpose', 'policy', `${type} is closed to callers who say no purpose of use.`, 'forbidden');
}

/** A deny without any condition on the resource closes the type; one that a surer sign-in lifts is `isSure`'s. */
function isNotDenied({ caller, denies, unsure, permits, policies }: Question): Refusal | undefined {
  const closing = denies.find((deny) => closes(deny) && !mayBeOverridden(deny) && !unsure.includes(deny) && !mayBeBeaten(deny));
  if (closing === undefined) return undefined;
  return Object.freeze({
    kind: 'refusal',
    decision: ruleDenial(closing.rule).decision,
    denyAs: closing.rule.denyAs ?? 'forbidden',
  });

  /** Whoever broke the glass stands above it for one patient; which resources are theirs is not known yet. */
  function mayBeOverridden({ rule }: Applicable): boolean {
    return rule.overridable && caller.override !== undefined;
  }

  /** By a permit of the same set, where the set's algorithm lets it. */
  function mayBeBeaten({ rule: { set } }: Applicable): boolean {
    return (
      policies.sets[set]!.permitFirst &&
      [...permits, ...unsure].some(({ rule }) => rule.effect === 'permit' && rule.set === set)
    );
  }
}

function closes({ rule, plain, patients }: Applicable): boolean {
  // A patient's consent, which is not known yet, may lift one that is consentable.
  return plain && patients && !rule.elementsOnly && !rule.readsResource && !rule.consentable;
}

/** Whoever would be let in for a reason is told so, and learns nothing of any resource. */
function isReasoned({ permits, unsure, unreasoned }: Question): Refusal | undefined {
  if (unreasoned.length === 0 || [...permits, ...unsure].some(({ rule }) => rule.effect === 'permit')) return undefined;
  const decision = denyDecision(
    unreasoned.map(({ rule }) => rule.id),
    'policy',
    `A reason is demanded, and none was given: ${unreasoned[0]!.rule.description}`,
  );
  return Object.freeze({ kind: 'refusal', decision, denyAs: 'forbidden', wantsRationale: true });
}

function isPermitted({ permits, unsure, interaction, type }: Question): Refusal | undefined {
  return permits.length > 0 || unsure.some(({ rule }) => rule.effect === 'permit')
    ? undefined
    : refusal('builtin:no-rule', 'policy', `No rule permits ${interaction} of ${type} to this caller.`, 'forbidden');
}

/** A set that denies unless it permits must have a permit of its own that may apply. */
function isPermittedByEach({ permits, unsure, policies: { sets } }: Question): Refusal | undefined {
  const without = sets.find(
    ({ combining }, set) =>
      combining === 'deny-unless-permit' &&
      ![...permits, ...unsure].some(({ rule }) => rule.effect === 'permit' && rule.set === set),
  );
  return without && Object.freeze({ kind: 'refusal', decision: setDenial(without).decision, denyAs: 'forbidden' });
}

/** RFC 9470: nothing stands in the way but how surely the person signed in. Known from caller and type alone, so it tells nothing of any resource. */
function isSure({ permits, unsure }: Question): Refusal | undefined {
  const closing = unsure.filter((one) => one.rule.effect === 'deny' && closes(one));
  const lacking = permits.length > 0 ? closing : unsure.filter((one) => one.rule.effect === 'permit' || closes(one));
  if (lacking.length === 0) return undefined;
  const { rule } = lacking[0]!;
  return Object.freeze({
    kind: 'refusal',
    decision: denyDecision(
      lacking.map((one) => one.rule.id),
      'authentication',
      `The person must sign in more surely or again: ${rule.description}`,
    ),
    denyAs: 'unauthorized',
    stepUp: stepUpFor(lacking),
  });
}

function refusal(rule: string, cause: Refusal['decision']['cause'], reason: string, denyAs: DenyAs): Refusal {
  return Object.freeze({ kind: 'refusal', decision: denyDecision([rule], cause, reason), denyAs });
}
