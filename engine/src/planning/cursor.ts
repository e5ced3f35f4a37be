/**
 * Where the next page begins (search-semantics §7). The host encrypts it and pads it to one size; to a client it is opaque. The anchor is the
 * last delivered resource, never an offset: an offset would repeat or skip entries after a hidden insertion.
 */
export interface Cursor {
  /** The search as understood, by `canonicalTarget`. Planned and decided afresh for every page. */
  readonly target: string;
  /** `Type/id` of the last delivered visible resource. */
  readonly after: string;
  /** Path of the upstream page where it was found; '' for the first page. A hint: when it fails, the search starts from its beginning. */
  readonly hint: string;
  /** Fingerprint of the upstream search that the hint belongs to: one that is planned otherwise by now (other ids of a stage, other masks) must begin afresh. */
  readonly plan: string;
  /** Whom the page was made for, by `cursorBinding`; nobody else may continue it. */
  readonly binding: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}
