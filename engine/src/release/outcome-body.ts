/** OperationOutcome with a fixed text: what a refusal may say. It has no diagnostics, no expression and no ids (hardening B11-129). */
import { text } from '../json/write.ts';

export type Severity = 'error' | 'information';

/** A type, and not an interface, since it is JSON. */
export type Issue = {
  readonly severity: Severity;
  /** A code of http://hl7.org/fhir/issue-type. */
  readonly code: string;
  readonly details: {
    readonly coding?: readonly { readonly system: string; readonly code: string; readonly display: string }[];
    readonly text: string;
  };
};

/** `issue`: a code of http://hl7.org/fhir/issue-type. `publicText`: written for the caller, never composed from data. */
export function outcomeBody(issue: string, publicText: string, severity: Severity = 'error', more?: Issue): Uint8Array {
  const first: Issue = { severity, code: issue, details: { text: publicText } };
  return new TextEncoder().encode(text(outcomeOf(more === undefined ? [first] : [first, more])));
}

export function outcomeOf(issue: readonly Issue[]): {
  readonly resourceType: 'OperationOutcome';
  readonly issue: readonly Issue[];
} {
  return { resourceType: 'OperationOutcome', issue };
}
