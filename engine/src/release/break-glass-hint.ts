/**
 * how somebody who may break the glass learns that it would help; nobody else is told (an announced difference, docs/divergences.md). The form of
 * FHIR's own example: an issue `suppressed`, and in a searchset an entry of mode `outcome`.
 */
import { text } from '../json/write.ts';
import { type Issue, outcomeOf } from './outcome-body.ts';

export const breakGlassHint: Issue = Object.freeze({
  severity: 'information',
  code: 'suppressed',
  details: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG', display: 'break the glass' }],
    text: 'More may be available through break-the-glass.',
  },
});

/** An entry of a searchset. */
export const breakGlassEntry: Uint8Array = new TextEncoder().encode(
  `{"resource":${text(outcomeOf([breakGlassHint]))},"search":{"mode":"outcome"}}`,
);
