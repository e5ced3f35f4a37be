/**
 * What a patient's privacy Consent (FHIR R4) means for this caller, now. Thin and honest: it enforces plain opt-outs exactly, and whatever it
 * does not enforce in detail yet (nested provisions, data filters) closes the record for the callers whom it could mean. It must not let a
 * consent permit anything: a permit here only means "no objection".
 */
import type { Caller } from '../caller.ts';

export type ConsentEffect =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'deny';
      /** `directive`: it says so. `not-enforced`: it says more than is enforced yet, and could mean this caller. `unreadable`: it cannot be read. */
      readonly why: 'directive' | 'not-enforced' | 'unreadable';
      /** Does it leave the patient's guardian alone? */
      readonly sparesGuardian: boolean;
      /** `Consent/id`, where it has one. */
      readonly consent: string | undefined;
    };

/** For whom and when a consent is read. */
export interface ConsentContext {
  readonly caller: Caller;
  /** Id of the patient under whom the consent was found. */
  readonly patient: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Absolute bases under which our own resources are named, no trailing slash. */
  readonly bases: readonly string[];
}

export const noEffect: ConsentEffect = Object.freeze({ kind: 'none' });
