/**
 * Security labels of a resource as it stands: what it and its parts carry, read into the few things that decide. This
 * folder reads and compares labels; it must not decide who is cleared by which rule, and must never let a label that it cannot read
 * protect less than one that it can (I5).
 */
export interface LabelCode {
  readonly system: string;
  readonly code: string;
}

export interface ElementLabels {
  /** Below the resource, dotted. */
  readonly path: string;
  readonly labels: Labels;
}

export interface Labels {
  /** Highest confidentiality carried, as its rank in U<L<M<N<R<V; -1 when none is. What cannot be read counts as V. */
  readonly confidentiality: number;
  /** Sensitivity codes (v3-ActCode), distinct. */
  readonly sensitivities: readonly string[];
  /** Compartments, privacy laws and duties that bind disclosure, as `system|code`, distinct. */
  readonly other: readonly string[];
  /** Labels that hide single elements and not the whole; only with label rules. */
  readonly elements?: readonly ElementLabels[] | undefined;
  /** Every readable label, protective or not, HL7 systems in their present spelling. */
  readonly all: readonly LabelCode[];
}

/** What most resources carry. */
export const noLabels: Labels = Object.freeze({
  confidentiality: -1,
  sensitivities: Object.freeze([]),
  other: Object.freeze([]),
  all: Object.freeze([]),
});
