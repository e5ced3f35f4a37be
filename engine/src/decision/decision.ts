/** A decision as a value: what was decided, by which rule, on which facts. Explains itself; grants nothing (a `Permit` does). */
export interface Decision {
  readonly effect: 'permit' | 'deny';
  /** Ids of the rules that decided, the deciding one first. Built-in refusals have ids beginning with `builtin:` (`builtin:scope`, `builtin:no-rule`, `builtin:category`). */
  readonly rules: readonly string[];
  /** One sentence for a privacy officer. Never sent to the caller. */
  readonly reason: string;
  /** consents that decided, as `Consent/id`. */
  readonly consents?: readonly string[];
  /** Distinct cause of a deny. */
  readonly cause: 'authentication' | 'scope' | 'policy' | 'consent' | 'label' | 'not-found' | 'problem' | undefined;
}
