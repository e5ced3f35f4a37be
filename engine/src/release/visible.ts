/**
 * A resource that was judged visible: the only thing that `release/` lets out. INVARIANT: only `judge` makes one, with a permit that only
 * `decide` makes, so nothing leaves that was not judged for this caller. An error inside the judgement passes through: nothing is released.
 */
import type { Decision } from '../decision/decision.ts';
import {
  type Candidate,
  type DenyAs,
  type HighWater,
  type KnownFacts,
  type Obligation,
  Permit,
  type Verdict,
} from '../decision/permit.ts';
import type { JsonDocument, JsonNode } from '../json/scan.ts';

type Permitted = Extract<Verdict, { readonly effect: 'permit' }>;

let mint: (candidate: Candidate, verdict: Permitted) => Visible;

export class Visible {
  readonly kind = 'visible';
  readonly type: string;
  /** Undefined for a resource that is about to be created. */
  readonly id: string | undefined;
  readonly document: JsonDocument;
  readonly node: JsonNode;
  readonly patients: readonly string[];
  /** Element paths that must be removed before it leaves. */
  readonly mask: readonly string[];
  /** What must be added before it leaves. */
  readonly obligations: readonly Obligation[];
  /** What a whole that holds it is labelled with. */
  readonly marks: HighWater | undefined;
  /** How confidential it is at most. */
  readonly reach: number;
  /** Judged for a write: the caller may set, change and remove its security labels. */
  readonly mayLabel: boolean;
  readonly decision: Decision;
  readonly #sealed = true;

  private constructor(candidate: Candidate, { mask, obligations, marks, reach, mayLabel, decision }: Permitted) {
    this.type = candidate.type;
    this.id = candidate.id;
    this.document = candidate.document;
    this.node = candidate.node;
    this.patients = candidate.patients;
    this.mask = mask;
    this.obligations = obligations;
    this.marks = marks;
    this.reach = reach;
    this.mayLabel = mayLabel;
    this.decision = decision;
    Object.freeze(this);
  }

  static isVisible(value: unknown): value is Visible {
    return typeof value === 'object' && value !== null && #sealed in value;
  }

  static {
    mint = (candidate, verdict) => new Visible(candidate, verdict);
  }
}

/** Whether it is told that something could be withheld; a version is told only where that is not so. */
export function isMarked({ mask, obligations }: Pick<Visible, 'mask' | 'obligations'>): boolean {
  return mask.length > 0 && obligations.every(({ kind }) => kind !== 'silence');
}

export interface Withheld {
  readonly kind: 'withheld';
  readonly decision: Decision;
  readonly denyAs: DenyAs;
  readonly patients: readonly string[];
  /** Whoever asks may break the glass, and it would help. */
  readonly wouldOpen: boolean;
  /** What was judged, and by what: for its record alone. */
  readonly by: Permit;
  readonly candidate: Candidate;
  readonly facts: KnownFacts;
}

export function judge(permit: Permit, candidate: Candidate, facts: KnownFacts): Visible | Withheld {
  if (!Permit.isPermit(permit) || permit.type !== candidate.type) throw new Error('judged without a permit for the type');
  const verdict = permit.judge(candidate, facts);
  switch (verdict.effect) {
    case 'permit':
      return mint(candidate, verdict);
    case 'deny':
      return {
        kind: 'withheld',
        decision: verdict.decision,
        denyAs: verdict.denyAs,
        patients: candidate.patients,
        wouldOpen: verdict.wouldOpen === true,
        by: permit,
        candidate,
        facts,
      };
  }
}
