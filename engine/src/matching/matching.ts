/** What a match depends on beside criterion and resource. */
export interface Matching {
  /** Our base and the upstream's: references below either mean the same. Absolute, no final slash. */
  readonly bases: readonly string[];
  /** String search takes `Äda` for `Ada`, as the server behind does. */
  readonly foldsAccents: boolean;
  /** Whether a code without a system of its own (status, boolean) meets every system that is asked for, or none. */
  readonly bareCodes: 'any-system' | 'no-system';
  /**
   * Milliseconds since the epoch: what is meant approximately (`ap`, `:text`) is matched, as of this time. Undefined: it is not, as in scopes, which must
   * mean one thing.
   */
  readonly approximateAt?: number;
}
