/** The sentences in which a decision explains itself to a privacy officer. They name rules and consents, never what a resource holds. */
import type { CompiledRule, CompiledSet } from '../policy/compiled.ts';
import type { Decision } from './decision.ts';
import type { DenyAs, Verdict } from './permit.ts';

export interface ConsentDenial {
  readonly why: 'directive' | 'not-enforced' | 'unreadable' | 'implicit' | 'unknown';
  readonly consent: string | undefined;
}

type Denial = Extract<Verdict, { effect: 'deny' }>;

/** The sentences of a rule are made once and kept as long as the rule is. */
function once<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const known = new WeakMap<Of, Made>();
  return (of) => {
    let made = known.get(of);
    if (made === undefined) {
      made = make(of);
      known.set(of, made);
    }
    return made;
  };
}

/** A deny that answers as if nothing were there. */
export function denial(rule: string, cause: Decision['cause'], reason: string, denyAs: DenyAs = 'not-found'): Denial {
  return Object.freeze({ effect: 'deny', decision: denyDecision([rule], cause, reason), denyAs });
}

export function denyDecision(rules: readonly string[], cause: Decision['cause'], reason: string): Decision {
  return Object.freeze({ effect: 'deny', rules: Object.freeze([...rules]), reason, cause });
}

/** `rules`: those that apply, the first of them giving its words. */
export function permitDecision(rules: readonly CompiledRule[], also: readonly CompiledRule[] = []): Decision {
  const ids = [...rules, ...also].map((rule) => rule.id);
  const withheld = also.length === 0 ? '' : ` Elements are withheld: ${quote(also[0]!)}`;
  return Object.freeze({
    effect: 'permit',
    rules: Object.freeze(ids),
    reason: `Permitted: ${quote(rules[0]!)}${withheld}`,
    cause: undefined,
  });
}

/** INVARIANT: an answer that tells of hidden things is given only by a rule that says so (I11). */
export const ruleDenial = once((rule: CompiledRule): Denial => {
  const tells = rule.denyAs === 'forbidden' || rule.denyAs === 'unauthorized';
  const denyAs = tells && !rule.announces ? 'not-found' : (rule.denyAs ?? 'not-found');
  return denial(rule.id, 'policy', `Denied: ${quote(rule)}`, denyAs);
});

export const setDenial = once(
  ({ name }: CompiledSet): Denial =>
    denial('builtin:set', 'policy', `Policy set ${name} denies what none of its own rules permits.`),
);

export const noRuleDenial = once(
  (nearest: CompiledRule): Denial =>
    denial('builtin:no-rule', 'policy', `No rule permits it. The conditions of the nearest one do not hold: ${quote(nearest)}`),
);

export const labelDenial = once(
  (rule: CompiledRule): Denial =>
    denial(
      'builtin:label',
      'label',
      `A rule would permit it, but does not clear every protective label it carries: ${quote(rule)}`,
    ),
);

/** `inside`: why the first of what is closed is closed. */
export function insideDenial(inside: Decision): Denial {
  const denied = denial('builtin:inside', inside.cause, `It holds something that is closed to the caller. ${inside.reason}`);
  const rules = Object.freeze(['builtin:inside', ...inside.rules]);
  const consents = inside.consents === undefined ? {} : { consents: inside.consents };
  return Object.freeze({ ...denied, decision: Object.freeze({ ...denied.decision, rules, ...consents }) });
}

export function consentDenial({ why, consent }: ConsentDenial): Denial {
  const which = consent === undefined ? 'A consent of the patient' : `The patient's ${consent}`;
  const words = {
    directive: `${which} denies it.`,
    'not-enforced': `${which} holds conditions that cannot be told apart and could mean this caller and this resource, so it is closed.`,
    unreadable: `${which} cannot be read with certainty, so the record is closed.`,
    implicit: 'No consent of the patient permits it, and here nothing is shared without one.',
    unknown: "The patient's consents are not known, so the record is closed.",
  };
  const denied = denial(`builtin:consent-${why}`, 'consent', words[why]);
  if (consent === undefined) return denied;
  return Object.freeze({ ...denied, decision: Object.freeze({ ...denied.decision, consents: Object.freeze([consent]) }) });
}

function quote(rule: CompiledRule): string {
  return /[.!?]$/.test(rule.description) ? rule.description : `${rule.description}.`;
}
