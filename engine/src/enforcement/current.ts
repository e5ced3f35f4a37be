/**
 * The current state of one instance, judged for reading. Hidden, absent and deleted are one answer to every flow that stands on this: `Missing`
 * carries reasons for the audit record and nothing that may be told.
 */
import type { Decision } from '../decision/decision.ts';
import type { DenyAs, Permit } from '../decision/permit.ts';
import { planRead } from '../planning/plan-read.ts';
import { breakGlassHint } from '../release/break-glass-hint.ts';
import { denied, nothingDisclosed } from '../release/denied.ts';
import { withheldLabels } from '../release/recorded-labels.ts';
import { judge, type Visible } from '../release/visible.ts';
import { presentedToken } from './admit.ts';
import { candidate, type Draft, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Denied, Disclosure } from './outcome.ts';
import { instanceIn, upstreamAnswer } from './upstream-answer.ts';

export interface Current {
  readonly kind: 'current';
  readonly visible: Visible;
  readonly draft: Draft;
}

export interface Missing {
  readonly kind: 'missing';
  /** `gone` only for a caller in full sight, from whom nothing could have been hidden. */
  readonly as: DenyAs | 'gone';
  readonly decision: Decision;
  readonly disclosure: Disclosure;
  readonly wouldOpen?: boolean;
}

export function* current(given: Given, book: FactBook, permit: Permit, id: string): Generator<Need, Current | Missing, Found> {
  const { type } = permit;
  const found = instanceIn(upstreamAnswer(yield planRead(type, id)), type, id);
  if (typeof found === 'string') {
    return { kind: 'missing', as: found === 'gone' && permit.sight === 'full' ? 'gone' : 'not-found', ...nothingThere };
  }
  const one = draft(given, type, id, found, found.root);
  yield* book.gather([permit], [one]);
  const judged = judge(permit, candidate(one, book), book);
  if (judged.kind === 'visible') return { kind: 'current', visible: judged, draft: one };
  const key = `${type}/${id}`;
  const disclosure = { patients: judged.patients, resources: [key], ...withheldLabels(judged, key), masked: [], withheld: 1 };
  return { kind: 'missing', as: judged.denyAs, decision: judged.decision, disclosure, wouldOpen: judged.wouldOpen };
}

export const nothingThere = {
  decision: { effect: 'deny', rules: ['builtin:not-found'], reason: 'There is no such resource.', cause: 'not-found' },
  disclosure: nothingDisclosed,
} as const;

export function deniedMissing(given: Given, { as, decision, disclosure, wouldOpen }: Missing): Denied {
  const hint = wouldOpen === true ? breakGlassHint : undefined;
  return denied(as === 'empty' ? 'not-found' : as, decision, disclosure, presentedToken(given), hint);
}
