/** What a site settles about consents, beside its rules; handed over with the policies. */
import { type ConsentRules, plainRules } from '../consent/consent-effect.ts';

export interface Protection {
  readonly consents: ConsentRules;
}

export const plainProtection: Protection = Object.freeze({ consents: plainRules });
