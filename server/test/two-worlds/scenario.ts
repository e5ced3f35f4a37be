/** One scene of the harness as plain data, so that it can be printed, kept and made smaller. */
import type { Json } from './json.ts';

/** Versions of one id, oldest first; null = deleted. */
export type Versions = readonly (Json | null)[];
/** By `Type/id`. */
export type World = Readonly<Record<string, Versions>>;

export interface SceneCaller {
  readonly kind: 'anonymous' | 'user' | 'system';
  readonly client: string;
  readonly roles: readonly string[];
  readonly fhirUser?: string;
  readonly scopes: readonly string[];
  readonly patient?: string;
  /** Codes of v3-ActReason. */
  readonly purposes: readonly string[];
  /** Sensitivities (v3-ActCode) that the person kept back from the app. */
  readonly withheld?: readonly string[];
  /** The highest confidentiality that is asked for. */
  readonly ceiling?: 'M' | 'N' | 'R';
  /** Why they ask. */
  readonly rationale?: string;
  /** The patient for whom the glass is broken. */
  readonly override?: string;
  /** It was, and is no longer. */
  readonly overrideEnded?: true;
}

/** What the security system knows; the same in both worlds. */
export interface SceneFacts {
  /** How the caller stands to patients. */
  readonly relations: Readonly<Record<string, readonly string[]>>;
  readonly consents: Readonly<Record<string, readonly SceneConsent[]>>;
  /** `Type/id` → patients. */
  readonly subjects: Readonly<Record<string, readonly string[]>>;
  /** What the caller belongs to; undefined: nobody can say. */
  readonly memberships?: readonly string[];
  /** `Encounter/id` → as it stands; null: there is none. Of others nothing is known. */
  readonly containers?: Readonly<Record<string, Json>>;
  /** `Type/id` → what that resource points to; null: there is none. Of others nothing is known. */
  readonly pointers?: Readonly<Record<string, readonly string[] | null>>;
}

/** What the place settles beside its rules. */
export interface SceneSite {
  /** Categories that are closed to whoever says no purpose of use. */
  readonly purposesRequired?: readonly ('anonymous' | 'business' | 'individual' | 'not-classified' | 'patient')[];
  readonly consents?: {
    readonly conflict: 'deny-overrides' | 'permit-overrides' | 'most-recent';
    readonly implicit: 'policy' | 'all-normal' | 'basic-normal' | 'deny' | 'break-glass-only';
    /** What nobody verified agrees to nothing. */
    readonly verified: boolean;
  };
  readonly labels?: SceneLabels;
}

export interface SceneLabels {
  /** Label rules, as parsed. */
  readonly documents: readonly Json[];
  /** ValueSets that they name. */
  readonly valueSets: readonly Json[];
  /** Does what belongs to an encounter carry its labels? */
  readonly inherit: boolean;
  /** By type: elements whose inline labels hide them alone. */
  readonly elements: Readonly<Record<string, readonly string[]>>;
  readonly onBundles: boolean;
  readonly onResources: boolean;
}

/** What a consent names: of a resource, and of what is done with it, it is so, perhaps so, or not so. */
export type Named =
  | 'perhaps'
  | { readonly types: readonly string[] }
  | { readonly instance: string }
  /** That resource, what it points to, and what points to it. */
  | { readonly related: string }
  /** That resource, and what points to it. */
  | { readonly dependents: string }
  | { readonly authoredBy: string }
  /** Data of this sensitivity; by a permit: of no other. */
  | { readonly sensitivity: string }
  | { readonly onlySensitivity: string }
  /** As confidential as that at least, or at most. */
  | { readonly from: string }
  | { readonly upTo: string }
  /** As `system|code`; by a permit: of what is not sensitive besides. */
  | { readonly label: string }
  | { readonly onlyLabel: string }
  | { readonly code: string }
  | { readonly document: string }
  /** A media type. */
  | { readonly media: string }
  /** First and last day. */
  | { readonly during: { readonly start?: string; readonly end?: string } }
  /** Of `consentaction`. */
  | { readonly action: 'access' | 'collect' | 'correct' | 'use' }
  | { readonly not: Named }
  | { readonly all: readonly Named[] }
  | { readonly any: readonly Named[] };

export interface SceneConsent {
  readonly resource: Json;
  /** What it means, said by whoever wrote it, so that the naive decider need not read consents. */
  readonly denies: 'nobody' | 'everyone' | 'everyone-but-guardians' | Named;
  /** It permits what it does not deny, and for certain. */
  readonly agrees?: boolean;
  /** The day on which it was given. */
  readonly given?: string;
  readonly verified?: true;
  /** Whoever reads it cannot tell what it says. */
  readonly unreadable?: true;
  /** It speaks of breaking the glass, which nobody does then. */
  readonly forbidsOverride?: true;
}

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base, with its slash. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** The same search for a server that knows no more than plain criteria. */
  readonly plain?: string;
  /** What it tries, for the counts: `search`, `read`; and `parameter token :not`. */
  readonly tries: readonly string[];
}

/** What decides what may be seen. */
export type Deciding = Pick<Scene, 'policies' | 'site' | 'caller' | 'facts'>;

export interface Scene {
  /** What it is mostly about. */
  readonly theme?: string;
  readonly policies: readonly Json[];
  readonly site?: SceneSite;
  readonly caller: SceneCaller;
  readonly facts: SceneFacts;
  readonly a: World;
  readonly b: World;
  /** Hidden in both worlds: written (or, null, deleted) in B between two of its upstream requests. */
  readonly churn: readonly { readonly key: string; readonly resource: Json | null }[];
  readonly requests: readonly Asked[];
  /** Most entries of an upstream page, so that few resources make many pages; none: as many as the server gives. */
  readonly upstreamPage?: number | undefined;
  /** Bad habits of the server behind. With accents folded or `ne` as a negation it is no plain server, so that only the worlds are compared. */
  readonly habits?: { readonly tieOrder?: 'insertion'; readonly foldsAccents?: true; readonly negatesNe?: true };
}

export const ourBase = 'https://guard.example/fhir';
export const upstreamBase = 'http://upstream.internal/fhir';
export const now = Date.parse('2026-06-01T12:00:00Z');
