/** Why? The decision for one resource with every condition that was asked on the way, for `policy explain`. It releases nothing. */
import { checks } from './checks.ts';
import { residualOf } from './decide.ts';
import type { Candidate, KnownFacts, Refusal, Verdict } from './permit.ts';
import { type DecideInput, question } from './question.ts';
import type { TraceStep } from './trace.ts';

export interface Explanation {
  readonly result: Refusal | Verdict;
  /** Empty when the request was refused before any resource was looked at. */
  readonly steps: readonly TraceStep[];
}

/** The same checks and the same residual as `decide`, so that what is explained is what is enforced. */
export function explain(input: DecideInput, candidate: Candidate, facts: KnownFacts): Explanation {
  const asked = question(input);
  for (const check of checks) {
    const result = check(asked);
    if (result !== undefined) return Object.freeze({ result, steps: Object.freeze([]) });
  }
  const steps: TraceStep[] = [];
  const trace = {
    step: (rule: string, condition: TraceStep['condition'], held: boolean) =>
      steps.push(Object.freeze({ rule, condition, held })),
  };
  const result = residualOf(asked).judge(candidate, facts, trace);
  return Object.freeze({ result, steps: Object.freeze(steps) });
}
