/** Why? The decision for one resource with every condition that was asked on the way, for `policy explain`. It releases nothing. */
import { checks } from './checks.ts';
import { residualOf } from './decide.ts';
import { type NearMiss, nearMisses } from './near-misses.ts';
import type { Candidate, KnownFacts, Refusal, Verdict } from './permit.ts';
import { type DecideInput, type Question, question } from './question.ts';
import type { TraceStep } from './trace.ts';

export interface Explanation {
  readonly result: Refusal | Verdict;
  /** Empty when the request was refused before any resource was looked at. */
  readonly steps: readonly TraceStep[];
  /** Permits about this interaction and type that did not apply, and why; empty when it is permitted. */
  readonly near: readonly NearMiss[];
}

/** The same checks and the same residual as `decide`, so that what is explained is what is enforced. */
export function explain(input: DecideInput, candidate: Candidate, facts: KnownFacts): Explanation {
  const asked = question(input);
  for (const check of checks) {
    const result = check(asked);
    if (result !== undefined) return explained(asked, result, []);
  }
  const steps: TraceStep[] = [];
  const trace = {
    step: (rule: string, condition: TraceStep['condition'], held: boolean) =>
      steps.push(Object.freeze({ rule, condition, held })),
  };
  const result = residualOf(asked).judge(candidate, facts, trace);
  return explained(asked, result, steps);
}

function explained(asked: Question, result: Explanation['result'], steps: readonly TraceStep[]): Explanation {
  const near = 'effect' in result && result.effect === 'permit' ? [] : nearMisses(asked, steps);
  return Object.freeze({ result, steps: Object.freeze([...steps]), near: Object.freeze(near) });
}
