/** How a request ends: `Released` (something may leave) or `Denied` (a value with its reasons). Both carry what the audit record needs. */
import type { Decision } from '../decision/decision.ts';
import type { Released } from '../release/released.ts';

export interface Denied {
  readonly kind: 'denied';
  /** HTTP status and OperationOutcome that policy chose for this deny (R-134 ff.); equal for hidden and absent. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  readonly decision: Decision;
  readonly disclosure: Disclosure;
  /** RFC 9470 §3: parameters of the challenge that asks for a surer sign-in; the token itself is good. */
  readonly stepUp?: string;
}

/** What left, or would have: for the audit record. References only, never content. */
export interface Disclosure {
  /** Ids of patients whose data were touched. */
  readonly patients: readonly string[];
  /** `Type/id` or `Type/id/_history/v` of what was released or written (bounded: the first 1,000). */
  readonly resources: readonly string[];
  /** of those among `resources` that carry some, their labels as `system|code`. */
  readonly labels?: RecordedLabels;
  /** Element paths masked in at least one resource. */
  readonly masked: readonly string[];
  /** Number of resources that the upstream returned and policy withheld. */
  readonly withheld: number;
}

export type RecordedLabels = Readonly<Record<string, readonly string[]>>;

export type Outcome = Denied | Released;
