/**
 * The words of a decision case, as parsed from YAML or JSON; written to be read by a privacy officer. This folder turns them into a caller, a resource and
 * facts and asks the decision; it must not decide anything, and refuses a case that it does not know whole (a misspelt condition would be no condition).
 */

import type { Relation } from '../enforcement/need.ts';
import type { FhirVersion, SecurityCategory } from '../fhir/version.ts';

export interface CallerWords {
  /** Default: user. */
  readonly kind?: 'anonymous' | 'user' | 'system';
  readonly roles: readonly string[];
  /** `Type/id`. */
  readonly fhirUser?: string;
  readonly patient?: string | null;
  readonly scopes: string;
  /** Codes of v3-ActReason. */
  /** Why they ask, in their own words. */
  readonly rationale?: string;
  readonly purposes?: readonly string[];
  /** The patient for whom this person broke the glass. */
  readonly override?: string;
  readonly client?: string;
  readonly address?: string;
  readonly signIn?: { readonly acr: string; readonly secondsAgo?: number };
  readonly certificate?: 'shown' | 'trusted';
  readonly issuer?: string;
  /** ISO 8601. */
  readonly expiresAt?: string;
}

export interface Case {
  /** What it shows, in one sentence. */
  readonly case: string;
  /** A name in `callers`. */
  readonly caller: string;
  /** What is different about this caller. */
  readonly but?: Partial<CallerWords>;
  /** `read Observation` */
  readonly asks: string;
  /** When; ISO 8601. Default: Friday, 2026-05-01, 10:00 UTC. */
  readonly when?: string;
  /** Default: R4. */
  readonly fhirVersion?: FhirVersion;
  readonly id?: string;
  /** The resource without type and id; left out where the request is refused before any look-up. */
  readonly resource?: Readonly<Record<string, unknown>>;
  /** Codes of v3-Confidentiality and v3-ActCode. */
  readonly labels?: readonly string[];
  readonly undetermined?: boolean;
  readonly relations?: Readonly<Record<string, readonly Relation[]>>;
  /** By patient: Consents (or broken text), or `unknown`. Patients who are not named have none. */
  readonly consents?: Readonly<Record<string, 'unknown' | readonly (string | Readonly<Record<string, unknown>>)[]>>;
  /** What the caller is a member or part of, as `Type/id`; left out: nothing. */
  readonly memberships?: readonly string[];
  /** What the site settles about consents and purposes, where it is not the default. */
  readonly site?: {
    readonly conflict?: 'deny-overrides' | 'permit-overrides' | 'most-recent';
    readonly implicit?: 'policy' | 'basic-normal' | 'all-normal' | 'break-glass-only' | 'deny';
    readonly onlyVerified?: boolean;
    /** Security categories that want a purpose of use. */
    readonly purposesRequired?: readonly SecurityCategory[];
  };
  /** `by-rules`: the label rules look at the resource, too. */
  readonly labelled?: 'by-rules';
  /** The encounters that the resource names, by `Encounter/id`; one that is left out is not there. */
  readonly encounters?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What the resources point to that consents name, by `Type/id`; left out: not known. */
  readonly pointers?: Readonly<Record<string, readonly string[]>>;
  /** `refused`: before any resource is looked at. */
  readonly expect: 'permit' | 'deny' | 'refused';
  /** The deciding rules, or what else decided (`builtin:label`). */
  readonly rules?: readonly string[];
  /** All that is withheld. */
  readonly mask?: readonly string[];
  /** Some of what is withheld, and some of what is not, where the whole list would be long. */
  readonly withholds?: readonly string[];
  readonly shows?: readonly string[];
  /** Codes of labels that travel with it. */
  readonly obligations?: readonly string[];
  readonly denyAs?: string;
  readonly cause?: string;
  /** A surer sign-in would help: the classes that it would take. */
  readonly stepUp?: readonly string[];
}

/** One file of cases. */
export interface CaseBook {
  readonly title: string;
  /** Beside those of `callers.yaml`. */
  readonly callers?: Readonly<Record<string, CallerWords>>;
  readonly cases: readonly Case[];
}

/** What a case came to; the same keys as its expectations. */
export interface CaseResult {
  readonly expect: Case['expect'];
  readonly rules: readonly string[];
  readonly mask: readonly string[] | undefined;
  readonly obligations: readonly string[] | undefined;
  readonly denyAs: string | undefined;
  readonly cause: string | undefined;
  readonly stepUp: readonly string[] | undefined;
}

export const expectations = ['expect', 'rules', 'mask', 'obligations', 'denyAs', 'cause', 'stepUp'] as const;
