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
  return explainer(input)(candidate, facts);
}

/** For many resources of one request. */
export function explainer(input: DecideInput): (candidate: Candidate, facts: KnownFacts) => Explanation {
  const asked = question(input);
  for (const check of checks) {
    const result = check(asked);
    if (result !== undefined) return () => explained(asked, result, []);
  }
  const residual = residualOf(asked);
  return (candidate, facts) => {
    const steps: TraceStep[] = [];
    const step = (rule: string, condition: TraceStep['condition'], held: boolean): void => {
      steps.push({ rule, condition, held });
    };
    return explained(asked, residual.judge(candidate, facts, { step }), steps);
  };
}

function explained(asked: Question, result: Explanation['result'], steps: readonly TraceStep[]): Explanation {
  let near: readonly NearMiss[] | undefined;
  return Object.freeze({
    result,
    steps: Object.freeze(steps),
    // Looked for when somebody asks.
    get near() {
      near ??= Object.freeze('effect' in result && result.effect === 'permit' ? [] : nearMisses(asked, steps));
      return near;
    },
  });
}
