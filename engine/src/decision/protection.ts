/** What a site settles about consents and purposes, beside its rules; handed over with the policies. */
import { type ConsentRules, plainRules } from '../consent/consent-effect.ts';
import type { SecurityCategory } from '../fhir/version.ts';

export interface Protection {
  readonly consents: ConsentRules;
  /** Categories that are closed to whoever says no purpose of use. What is about a patient counts as patient data. */
  readonly purposesRequired: ReadonlySet<SecurityCategory>;
}

export const plainProtection: Protection = Object.freeze({ consents: plainRules, purposesRequired: new Set<never>() });
