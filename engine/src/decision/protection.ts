/** What a site settles about consents, purposes and labels, beside its rules; handed over with the policies. */
import { type ConsentRules, plainRules } from '../consent/consent-effect.ts';
import type { SecurityCategory } from '../fhir/version.ts';
import type { CompiledLabelRules } from '../label/label-rules.ts';

export interface LabelProtection {
  readonly rules: CompiledLabelRules;
  /** Does what belongs to an encounter carry the encounter's labels, too? */
  readonly inherit: boolean;
  /** By type: elements whose inline labels (DS4P) hide them alone. Elsewhere an inline label counts for the whole resource. */
  readonly elements?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Do Bundles that are answered carry the high-water mark of what is in them? */
  readonly onBundles?: boolean;
  /** Does what is about a patient carry the labels on which it was judged? */
  readonly onResources?: boolean;
}

export interface Protection {
  readonly consents: ConsentRules;
  /** Categories that are closed to whoever says no purpose of use. What is about a patient counts as patient data. */
  readonly purposesRequired: ReadonlySet<SecurityCategory>;
  /** Undefined = only the labels that resources carry. */
  readonly labels?: LabelProtection | undefined;
}

export const plainProtection: Protection = Object.freeze({ consents: plainRules, purposesRequired: new Set<never>() });
