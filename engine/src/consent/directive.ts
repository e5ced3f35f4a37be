/** A Consent of any FHIR version in one form: a tree of provisions, each with its effect, its conditions and the exceptions to it. */

export type Effect = 'permit' | 'deny';

/** One element of a provision, as written; `values` is never empty. */
export interface Condition {
  readonly element:
    | 'period'
    | 'actor'
    | 'purpose'
    | 'action'
    | 'securityLabel'
    | 'class'
    | 'code'
    | 'dataPeriod'
    | 'data'
    /** Anything that is not understood: it could hold, and could not. */
    | 'unknown';
  readonly values: readonly unknown[];
}

export interface Provision {
  readonly effect: Effect;
  /** All must hold. */
  readonly conditions: readonly Condition[];
  /** One of them that holds stands in place of `effect`; among themselves, deny overrides. */
  readonly exceptions: readonly Provision[];
}

export interface Directive {
  /** `Consent/id`, where it has one. */
  readonly consent: string | undefined;
  /** When it was given, milliseconds since the epoch; undefined = not said, or unreadable. */
  readonly given: number | undefined;
  readonly verified: boolean;
  /** More than one where the structure can be read in several ways: what any of them denies is not released. */
  readonly readings: readonly Provision[];
}

export const flipped: Readonly<Record<Effect, Effect>> = Object.freeze({ permit: 'deny', deny: 'permit' });

/** Conditions on the data, and those that may be; the others are about who asks, for what and when. */
export const dataElements: ReadonlySet<Condition['element']> = new Set([
  'securityLabel',
  'class',
  'code',
  'dataPeriod',
  'data',
  'unknown',
]);
