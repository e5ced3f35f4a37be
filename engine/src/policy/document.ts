/**
 * Policies: documents that say who may do what with which resources, in a closed language without code (architecture §6, R-068 to R-077).
 * This folder parses, checks and compiles them; it must not decide anything (only `decision` does), and must refuse what it does not know
 * (I5), because a rule that is half understood permits too much or denies too little.
 */
import type { Relation } from '../enforcement/need.ts';
import type { FhirVersion, SecurityCategory } from '../fhir/version.ts';
import type { CrudeLetter, DecidedInteraction } from './interactions.ts';

/** One document, as parsed from YAML or JSON. The published shape is `policySchema`. */
export interface PolicyDocument {
  readonly policySet: string;
  readonly version: number;
  readonly combining: Combining;
  /** Base URLs of the upstreams for which it holds; left out = for all. */
  readonly upstreams?: readonly string[];
  readonly rules: readonly PolicyRule[];
}

/** FHIR R6 permission-rule-combining, XACML 3.0 Appendix C: how the rules of one set make one outcome. */
export type Combining =
  | 'deny-overrides'
  | 'permit-overrides'
  | 'ordered-deny-overrides'
  | 'ordered-permit-overrides'
  | 'deny-unless-permit'
  | 'permit-unless-deny';

export interface PolicyRule {
  readonly id: string;
  readonly description: string;
  readonly effect: 'permit' | 'deny';
  /** FHIR versions in which it exists; left out = all. Elsewhere it is as if it were not written. */
  readonly fhirVersions?: readonly FhirVersion[];
  readonly caller?: CallerCondition;
  readonly interactions: readonly DecidedInteraction[] | { readonly group: readonly CrudeLetter[] };
  readonly environment?: EnvironmentCondition;
  readonly unless?: EnvironmentCondition;
  readonly resources?: ResourceCondition;
  readonly clears?: Clearance;
  readonly mask?: readonly string[];
  readonly elements?: readonly string[];
  readonly denyAs?: 'empty' | 'not-found' | 'forbidden' | 'unauthorized';
  readonly announces?: boolean;
  readonly overridable?: 'break-the-glass';
  readonly consentable?: boolean;
  readonly mayLabel?: boolean;
  /** How what is withheld is answered; left out: as if it were not there. */
  readonly maskAs?: 'absent-reason' | 'silence';
  /** On a permit: only a de-identified view is let out. */
  readonly deIdentify?: true | DeIdentification;
  readonly obligations?: Obligations;
  /** On a permit: why no consent of the patient stands against it. */
  readonly consentExempt?: string;
}

/** What a permit obliges to (architecture §6): us (to notify, to ask why) or whoever receives (labels). */
export interface Obligations {
  readonly labels?: readonly string[];
  /** The officers are told each time that it lets somebody in. */
  readonly notify?: true;
  /** It lets in only who says why. */
  readonly rationale?: true;
}

/** What a de-identified view keeps beyond codes and amounts, and how. */
export interface DeIdentification {
  /** Ids become pseudonyms of this project. */
  readonly pseudonyms?: string;
  /** Dates are cut to the year, or moved by as many days for all of a patient; left out: withheld. */
  readonly dates?: 'year' | 'shift';
}

/** All that is given must hold; inside a list one is enough. */
export interface CallerCondition {
  readonly roles?: readonly string[];
  readonly kinds?: readonly ('anonymous' | 'user' | 'system')[];
  readonly clients?: readonly string[];
  readonly purposes?: readonly string[];
  /** Every one of these must be among the caller's purposes. */
  readonly everyPurpose?: readonly string[];
  /** On a deny: it is for callers with a purpose that is none of these, or with no purpose. */
  readonly purposesOtherThan?: readonly string[];
  /** Organizations, care teams and groups to which the caller belongs, as `Type/id`. */
  readonly memberships?: readonly string[];
  /** Persons, as `Type/id`. */
  readonly identities?: readonly string[];
  readonly relations?: readonly Relation[];
}

/** All that is given must hold; inside a list one is enough. */
export interface EnvironmentCondition {
  readonly assurance?: { readonly acr?: readonly string[] /** Seconds. */; readonly maxAge?: number };
  readonly time?: { readonly zone: string; readonly days?: readonly Weekday[]; readonly from?: string; readonly to?: string };
  /** Moments between which it holds; ISO 8601. */
  readonly period?: { readonly start?: string; readonly end?: string };
  /** CIDR. */
  readonly networks?: readonly string[];
  readonly certificate?: 'shown' | 'trusted';
  readonly issuers?: readonly string[];
}

export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday';

export interface ResourceCondition {
  /** True: only as a part of a stored Bundle. False: only by itself. */
  readonly inside?: boolean;
  readonly types?: readonly string[];
  readonly categories?: readonly Exclude<SecurityCategory, 'none'>[];
  readonly labels?: { readonly any: readonly string[] };
  /** Codes that it holds, at some elements or (on a deny) anywhere. */
  readonly codes?: {
    readonly any?: readonly string[];
    readonly valueSets?: readonly string[];
    readonly at?: readonly string[];
  };
  /** Every condition must hold. */
  readonly where?: readonly ElementCondition[];
  /** Ids of patients: a permit is for records that are about these alone, a deny for those about any of them. */
  readonly patients?: readonly string[];
}

/** One of the elements must meet the one test that is given. */
export interface ElementCondition {
  readonly elements: readonly string[];
  readonly is?: 'caller' | 'group-of-caller';
  readonly isNot?: 'caller' | 'group-of-caller';
  readonly equals?: string;
  readonly in?: readonly string[];
  readonly valueSets?: readonly string[];
  readonly exists?: boolean;
  /** A date or period that lies wholly in this time. */
  readonly during?: { readonly start?: string; readonly end?: string; readonly lastDays?: number };
}

/** Which protective labels a permit rule reaches. What is left out is not cleared. */
export interface Clearance {
  readonly confidentiality?: 'R' | 'V';
  /** Codes of v3-ActCode sensitivities (each with what it subsumes), or all of them. */
  readonly sensitivities?: readonly string[] | '*';
  /** Compartments, privacy laws and duties that bind disclosure, as `system|code`, or all of them. */
  readonly other?: readonly string[] | '*';
}
