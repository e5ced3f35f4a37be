/**
 * What a patient's privacy Consents (FHIR R4, R5, R6; IHE PCF) mean for this caller, now, and for one resource. Everything of their structure is
 * either decided exactly or counted as "could mean this one", which closes: never half understood. It must not let a consent permit anything by
 * itself: a permit means "no objection", and lifts only what a rule marks `consentable`.
 */
import type { Caller } from '../caller.ts';
import type { Interaction } from '../request/request.ts';

export type ConsentEffect =
  /** Says nothing about this caller and this resource. */
  | { readonly kind: 'none' }
  /** Agrees, and for certain. `consent`: `Consent/id`, where it has one. */
  | { readonly kind: 'permit'; readonly consent: string | undefined }
  | {
      readonly kind: 'deny';
      /**
       * `directive`: it says so. `not-enforced`: it could mean this caller and this resource, and cannot be told apart. `unreadable`: it cannot be
       * read. `implicit`: no consent permits, and the policy for that case denies (IHE PCF vol. 1, implicit policies).
       */
      readonly why: 'directive' | 'not-enforced' | 'unreadable' | 'implicit';
      /** Does it leave the patient's guardian alone? */
      readonly sparesGuardian: boolean;
      /** may a broken glass lift it? Not when a consent of the patient speaks of breaking the glass, or cannot be read. */
      readonly overridable: boolean;
      readonly consent: string | undefined;
    };

/** For whom and when consents are read. */
export interface ConsentContext {
  readonly caller: Caller;
  readonly interaction: Interaction;
  /** Id of the patient under whom the consents were found. */
  readonly patient: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Absolute bases under which our own resources are named, no trailing slash. */
  readonly bases: readonly string[];
  /** What the caller is a member or part of, as `Type/id`: organizations, roles, teams, groups. Undefined = not known. */
  readonly memberships: ReadonlySet<string> | undefined;
  readonly rules: ConsentRules;
}

/** What the law of the place settles, since FHIR does not. */
export interface ConsentRules {
  /** When several consents of a patient say different things about one resource. */
  readonly conflict: 'deny-overrides' | 'permit-overrides' | 'most-recent';
  /** When none says anything: `policy` leaves it to the rules; the others are IHE PCF's. */
  readonly implicit: 'policy' | 'basic-normal' | 'all-normal' | 'break-glass-only' | 'deny';
  /** A consent that nobody has verified does not permit. */
  readonly verified: boolean;
}

export const plainRules: ConsentRules = Object.freeze({ conflict: 'deny-overrides', implicit: 'policy', verified: false });
export const noEffect: ConsentEffect = Object.freeze({ kind: 'none' });
