/** The steps of one judgement, for `policy explain`: which condition of which rule was asked, and whether it held. Off unless asked for. */
export type TraceCondition =
  | 'scope'
  | 'category'
  | 'memberships'
  | 'relations'
  | 'labels'
  | 'content'
  | 'clears'
  | 'consent'
  | 'inside';

export interface TraceStep {
  /** Rule id, or `builtin:…`. */
  readonly rule: string;
  readonly condition: TraceCondition;
  readonly held: boolean;
}

export interface Trace {
  readonly step: (rule: string, condition: TraceCondition, held: boolean) => void;
}
