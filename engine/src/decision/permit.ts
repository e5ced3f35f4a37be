/**
 * A sealed permission for one caller, one interaction, one resource type: only `decide()` can make one (I2). It never opens the door by
 * itself: every resource that arrives is judged by it once more (`judge`), as a residual already specialised to this caller, purpose and moment.
 */

import type { Relation } from '../enforcement/need.ts';
import type { JsonDocument, JsonNode } from '../json/scan.ts';
import type { HighWater } from '../label/high-water.ts';
import type { Decision } from './decision.ts';

/** A resource to be judged, with what was found out about it. Absent facts deny (I6). */
export interface Candidate {
  readonly type: string;
  readonly id: string | undefined;
  readonly document: JsonDocument;
  readonly node: JsonNode;
  /** Every patient it is about (compartment references, any Patient reference, subjects of what it points to). */
  readonly patients: readonly string[];
  /** True when some reference that could lead to a patient could not be resolved: closed unless a rule needs no patient. */
  readonly undetermined: boolean;
  /** Judged as a part of a Bundle: whose it is need not be plainer than it is of the whole. */
  readonly isPart?: boolean;
  /** Encounters to which it belongs, as `Encounter/id`, where that has been read already; undefined = read it when it is needed. */
  readonly containers?: readonly string[] | undefined;
}

/** What the second round of facts found; a patient missing from `relations` has none, one missing from `consents` was never asked for = closed. */
export interface KnownFacts {
  readonly relations: ReadonlyMap<string, readonly Relation[]>;
  readonly consents: ReadonlyMap<string, readonly Uint8Array[]>;
  /** What the caller is a member or part of, as `Type/id`. Undefined = nobody asked: the caller may be a member of anything. */
  readonly memberships?: ReadonlySet<string> | undefined;
  /** Encounters to which resources belong, as they stand (JSON text); undefined as a value = looked for, and not there. */
  readonly containers?: ReadonlyMap<string, Uint8Array | undefined>;
  /** What resources point to that consents name, as `Type/id`; undefined as a value = looked for, and not there. */
  readonly pointers?: ReadonlyMap<string, readonly string[] | undefined>;
}

export type { HighWater } from '../label/high-water.ts';

export type Verdict =
  | {
      readonly effect: 'deny';
      readonly decision: Decision;
      readonly denyAs: DenyAs;
      /** The caller may break the glass for this patient, and it would be a permit then. */
      readonly wouldOpen?: true;
    }
  | {
      readonly effect: 'permit';
      readonly decision: Decision /** Element paths to remove, below the resource (`reasonCode`, `name.given`) or what it contains (`contained:Practitioner.address`). */;
      readonly mask: readonly string[];
      /** What whoever releases it must do, and what travels with it. */
      readonly obligations: readonly Obligation[];
      /** What a whole that holds it is labelled with, and what the record says of it; undefined without label rules where it carries no label. */
      readonly marks?: HighWater | undefined;
      /** Highest rank that any rule reaches for this caller and type. Of what is masked, all that is told of how confidential it is: its own level could be that of what was taken away. */
      readonly reach: number;
      /** Of a write: some rule that applies lets the caller set, change and remove security labels. */
      readonly mayLabel: boolean;
    };

/** What a permit obliges to: closed, so that one that nobody meets does not compile. */
export type Obligation =
  /** Label what is released. */
  | { readonly kind: 'label'; readonly system: string; readonly code: string }
  /** Show an element otherwise than it is: cut to the year, or moved by so many days (undefined: nobody can tell by how many). `earliest`: year of birth that may be told. */
  | {
      readonly kind: 'change';
      readonly path: string;
      readonly what: 'date' | 'birth' | 'age';
      readonly to: 'year' | 'shift';
      readonly days: number | undefined;
      readonly earliest: number;
    }
  /** Put pseudonyms into the place of ids. */
  | { readonly kind: 'pseudonyms' }
  /** do not say that it is not whole. Every rule that withholds something of it wants silence; without this, what is masked is marked. */
  | { readonly kind: 'silence' }
  /** Put a member into the place of what `mask` took. */
  | { readonly kind: 'announce'; readonly key: string /** JSON text. */; readonly value: string };

/** How a deny answers (requirements section 13). */
export type DenyAs = 'empty' | 'not-found' | 'forbidden' | 'unauthorized';

/** Whether some instance of the type could be hidden from this caller by any rule, label or consent (search-semantics §3). */
export type Sight = 'filtered' | 'full';

export interface PermitParts {
  readonly type: string;
  readonly decision: Decision;
  readonly sight: Sight;
  /** Every element path that any rule could mask for this caller on this type, conditions ignored. */
  readonly maskable: readonly string[];
  /** Those of them that any rule could show otherwise than they are. */
  readonly changeable?: readonly string[];
  /** Whether anything could be withheld of what a resource of the type contains. */
  readonly masksInside?: () => boolean;
  /** Facts that `judge` will need. */
  readonly needs: {
    readonly relations: boolean;
    readonly consents: boolean;
    readonly memberships: boolean;
    /** Among the relations, that of the organization which keeps the record. */
    readonly organizations?: boolean;
  };
  /** Exact pre-conditions of visibility that may be pushed to the upstream: everything visible lies in this patient's compartment. */
  readonly onlyPatient: string | undefined;
  readonly judge: (candidate: Candidate, facts: KnownFacts) => Verdict;
  /** the labels on which a resource is judged, for the record of what was withheld; undefined where it carries none. */
  readonly marksOf?: (candidate: Candidate, facts: KnownFacts) => HighWater | undefined;
}

let mint: (parts: PermitParts) => Permit;

export class Permit {
  readonly kind = 'permit';
  readonly type: string;
  readonly decision: Decision;
  readonly sight: Sight;
  readonly maskable: readonly string[];
  readonly changeable: readonly string[];
  readonly masksInside: () => boolean;
  readonly needs: PermitParts['needs'];
  readonly onlyPatient: string | undefined;
  readonly judge: PermitParts['judge'];
  readonly marksOf: NonNullable<PermitParts['marksOf']>;
  readonly #sealed = true;

  private constructor(parts: PermitParts) {
    this.type = parts.type;
    this.decision = parts.decision;
    this.sight = parts.sight;
    this.maskable = parts.maskable;
    this.changeable = parts.changeable ?? [];
    this.masksInside = parts.masksInside ?? (() => false);
    this.needs = parts.needs;
    this.onlyPatient = parts.onlyPatient;
    this.judge = parts.judge;
    this.marksOf = parts.marksOf ?? (() => undefined);
    Object.freeze(this);
  }

  static isPermit(value: unknown): value is Permit {
    return typeof value === 'object' && value !== null && #sealed in value;
  }

  static {
    mint = (parts) => new Permit(parts);
  }
}

/** For `decide.ts` only (the architecture test holds the importers to that list). */
export function mintPermit(parts: PermitParts): Permit {
  return mint(parts);
}

/** A request-level refusal, before any look-up. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly decision: Decision;
  readonly denyAs: DenyAs;
  /** Rules would let the caller in who said why they ask; known from caller, type and policies alone. */
  readonly wantsRationale?: true;
  /** What the sign-in lacks, where nothing else stands in the way (RFC 9470). */
  readonly stepUp?: StepUp;
}

/** How surely a person must sign in. At least one is given. */
export interface StepUp {
  /** One is enough. */
  readonly acr: readonly string[] | undefined;
  /** Seconds since the sign-in, at most. */
  readonly maxAge: number | undefined;
}
