/** OperationOutcome with a fixed text: what a refusal may say. It has no diagnostics, no expression and no ids (hardening B11-129). */
import { text } from '../json/write.ts';

export type Severity = 'error' | 'information';

/** `issue`: a code of http://hl7.org/fhir/issue-type. `publicText`: written for the caller, never composed from data. */
export function outcomeBody(issue: string, publicText: string, severity: Severity = 'error'): Uint8Array {
  const outcome = { resourceType: 'OperationOutcome', issue: [{ severity, code: issue, details: { text: publicText } }] };
  return new TextEncoder().encode(text(outcome));
}
