/**
 * A write that is decided and not yet sent: alone it is sent at once, in a transaction together with the others. INVARIANT: `plan` holds the
 * very state that was judged, and the version of the state that it replaces.
 */
import type { Permit } from '../decision/permit.ts';
import type { PlannedWrite } from '../planning/plan-write.ts';
import type { Visible } from '../release/visible.ts';
import type { PreferReturn } from '../request/request.ts';
import type { Outcome } from './outcome.ts';

export interface Prepared {
  readonly kind: 'prepared';
  readonly plan: PlannedWrite;
  /** What is told when it has succeeded; 204 shows nothing. */
  readonly status: 200 | 201 | 204;
  /** As judged for the write. */
  readonly judged: Visible;
  /** To show the stored state; undefined = the caller may not read the type. */
  readonly read: Permit | undefined;
  readonly prefer: PreferReturn | undefined;
  readonly tellVersion: boolean;
  /** Whether the client itself named the version that it wanted to change. */
  readonly expected: boolean;
}

/** Or the answer, where there is nothing to send. */
export type PreparedOrAnswered = Prepared | Outcome;
