/** Why one case is decided as it is: a sentence, and behind it the rules, the facts and every condition that was asked. For those who may know. */
import {
  type Callers,
  type Case,
  caseSentence,
  decideCase,
  type NearMiss,
  type TraceStep,
  type WorldOf,
} from '@fireguard/engine';
import { wordsOf } from './run-cases.ts';

export interface CaseExplanation {
  readonly case: string;
  readonly outcome: 'permit' | 'deny' | 'refused';
  readonly sentence: string;
  readonly rules: readonly { readonly id: string; readonly description?: string }[];
  /** What the decision was given to know, beside the resource. */
  readonly facts: readonly string[];
  readonly withheld: readonly string[];
  readonly obligations: readonly string[];
  /** Permits that did not apply, and why. */
  readonly near: readonly NearMiss[];
  readonly trace: readonly TraceStep[];
}

export function explainCase(one: Case, callers: Callers, worldOf: WorldOf): CaseExplanation {
  const { result, explanation } = decideCase(one, callers, worldOf);
  const { policies } = worldOf(one.fhirVersion ?? 'R4');
  const descriptions = new Map(policies.rules.map(({ id, description }) => [id, description]));
  return {
    case: one.case,
    outcome: result.expect,
    sentence: caseSentence(one, wordsOf(one, callers), explanation),
    rules: result.rules.map((id) => {
      const description = descriptions.get(id);
      return description === undefined ? { id } : { id, description };
    }),
    facts: factsOf(one),
    withheld: result.mask ?? [],
    obligations: result.obligations ?? [],
    near: explanation.near,
    trace: explanation.steps,
  };
}

function factsOf({ relations, consents, memberships }: Case): readonly string[] {
  return [
    ...Object.entries(relations ?? {}).map(
      ([patient, known]) => `the caller stands to Patient/${patient} as ${known.join(' and ')}`,
    ),
    ...Object.entries(consents ?? {}).map(([patient, known]) =>
      known === 'unknown'
        ? `the consents of Patient/${patient} are not known`
        : `Patient/${patient} has ${known.length === 1 ? 'one consent' : `${known.length} consents`}`,
    ),
    ...(memberships ?? []).map((group) => `the caller belongs to ${group}`),
  ];
}
