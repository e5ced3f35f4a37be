/** What `compilePolicies` makes: rules ready to be asked, indexed so that a rule which cannot apply costs nothing. Frozen. */
import type { DenyAs } from '../decision/permit.ts';
import type { SecurityCategory } from '../fhir/version.ts';
import type { CompiledContent } from './content.ts';
import type { Combining } from './document.ts';
import type { CompiledEnvironment } from './environment.ts';
import type { DecidedInteraction } from './interactions.ts';

export interface LabelCode {
  readonly system: string;
  readonly code: string;
}

export interface CompiledClearance {
  readonly confidentiality: 'N' | 'R' | 'V';
  readonly sensitivities: ReadonlySet<string> | '*';
  /** `system|code`. */
  readonly other: ReadonlySet<string> | '*';
}

export interface CompiledRule {
  readonly id: string;
  readonly policySet: string;
  /** Position of its set in `CompiledPolicies.sets`. */
  readonly set: number;
  readonly description: string;
  readonly effect: 'permit' | 'deny';
  /** Undefined = no condition. */
  readonly roles: ReadonlySet<string> | undefined;
  readonly kinds: ReadonlySet<'anonymous' | 'user' | 'system'>;
  readonly clients: ReadonlySet<string> | undefined;
  readonly purposes: readonly LabelCode[] | undefined;
  readonly everyPurpose: readonly LabelCode[] | undefined;
  readonly purposesOtherThan: readonly LabelCode[] | undefined;
  /** `Type/id`. */
  readonly memberships: ReadonlySet<string> | undefined;
  /** It must be known to which groups the caller belongs. */
  readonly wantsMemberships: boolean;
  /** `Type/id`. */
  readonly identities: ReadonlySet<string> | undefined;
  /** Bits of `relationBits`; 0 = no condition. */
  readonly relations: number;
  /** What it asks of what the resource holds. */
  readonly content: CompiledContent | undefined;
  /** Something is left to ask once caller, type and interaction are known. */
  readonly readsResource: boolean;
  /** Circumstances under which it holds, and (of a deny) under which it does not. */
  readonly environment: CompiledEnvironment | undefined;
  readonly unless: CompiledEnvironment | undefined;
  readonly interactions: ReadonlySet<DecidedInteraction>;
  /** True: only parts of stored Bundles. False: none of them. */
  readonly inside: boolean | undefined;
  readonly types: ReadonlySet<string> | undefined;
  readonly categories: ReadonlySet<SecurityCategory> | undefined;
  readonly labels: readonly LabelCode[] | undefined;
  readonly clears: CompiledClearance;
  /** Element paths below the resource, by type: of `mask` on a permit, of `elements` on a deny. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
  /** By type. */
  readonly announced: ReadonlyMap<string, readonly AnnouncedMask[]>;
  /** Lets out de-identified views only; `paths` holds what goes. */
  readonly deIdentify: boolean;
  /** Project under whose pseudonyms it lets out. */
  readonly pseudonyms: string | undefined;
  /** By type: what its de-identified views change. */
  readonly changes: ReadonlyMap<string, readonly ViewChange[]>;
  /** Labels that travel with what it lets out. */
  readonly adds: readonly LabelCode[];
  /** The officers are told when it let somebody in. */
  readonly notify: boolean;
  /** It lets in only who says why. */
  readonly rationale: boolean;
  /** No consent of the patient stands against it. */
  readonly consentExempt: boolean;
  /** A deny that withholds elements and nothing else. */
  readonly elementsOnly: boolean;
  readonly denyAs: DenyAs | undefined;
  /** What it withholds is withheld without a word. */
  readonly silent: boolean;
  readonly announces: boolean;
  readonly overridable: boolean;
  readonly consentable: boolean;
  /** A permit to set, change and remove security labels by a write. */
  readonly mayLabel: boolean;
}

/** A member that stands in the place of what is withheld. */
export interface AnnouncedMask {
  /** The path that is masked. */
  readonly path: string;
  readonly key: string;
  /** JSON text. */
  readonly value: string;
}

/** An element that a de-identified view shows otherwise than it is. */
export interface ViewChange {
  readonly path: string;
  /** `birth`: a date that tells of a great age. `age`: an Age, told below ninety. */
  readonly what: 'date' | 'birth' | 'age';
  readonly to: 'year' | 'shift';
}

/** A rule that may apply to some instance of one type. */
export interface Applicable {
  readonly rule: CompiledRule;
  /** Covers instances that are about no patient. */
  readonly plain: boolean;
  /** Covers instances that are about a patient. */
  readonly patients: boolean;
  /** `rule.paths`, `rule.announced` and `rule.changes` for this type. */
  readonly paths: readonly string[];
  readonly announced: readonly AnnouncedMask[];
  readonly changes: readonly ViewChange[];
}

export interface CompiledSet {
  readonly name: string;
  readonly version: number;
  readonly combining: Combining;
  /** A permit that applies beats the denies of the set. */
  readonly permitFirst: boolean;
  /** Of several permits that apply, the first alone gives mask and obligations. */
  readonly ordered: boolean;
}

export interface CompiledPolicies {
  readonly sets: readonly CompiledSet[];
  readonly rules: readonly CompiledRule[];
  /** Types of which some rule withholds or changes elements. */
  readonly maskedTypes: readonly string[];
  /**
   * Rules that may apply to this type (unknown types are patient data, R-031) and interaction for a caller with these roles; roles, type and
   * interaction are settled, everything else is still to be asked. In document order, each once.
   */
  readonly rulesFor: (roles: readonly string[], type: string, interaction: DecidedInteraction) => readonly Applicable[];
}
