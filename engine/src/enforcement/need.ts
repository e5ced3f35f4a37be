/**
 * What `enforce()` may ask its host for, and what it is handed back. Two things only: facts, and an answer of the upstream. The host cannot
 * be asked for anything else, so it cannot do anything else.
 */
import type { UpstreamRequest } from '../planning/upstream-request.ts';

/**
 * How a caller stands to a patient. `guardian`: answers for them by law. `self`: is them. `managing-organization`: is, or belongs to, the organization that
 * keeps their record. `device`: is a device that is theirs.
 */
export type Relation =
  | 'self'
  | 'guardian'
  | 'general-practitioner'
  | 'care-team'
  | 'encounter'
  | 'emergency-encounter'
  | 'managing-organization'
  | 'device'
  | 'break-the-glass';

export type FactQuery =
  /**
   * How the caller stands to these patients (`patients: 'all'` = every patient to whom the caller has a relation). `user`: the person's id, undefined for a
   * service; `fhirUser`: the FHIR resource that the caller is.
   */
  | {
      readonly kind: 'relations';
      readonly user: string | undefined;
      readonly fhirUser: string | undefined;
      readonly patients: readonly string[] | 'all';
      /** Whether the organization that keeps their record counts: only where a rule asks, since it stands to very many. */
      readonly organizations?: true;
    }
  /** Active privacy consents of these patients, as FHIR Consent JSON text. */
  | { readonly kind: 'consents'; readonly patients: readonly string[] }
  /** The patients that these resources (`Type/id`) are about, found through what they are or point to. Absent in the answer = cannot be told = closed. */
  | { readonly kind: 'subjects'; readonly references: readonly string[] }
  /** What the caller is a member or part of (`Type/id`): roles, organizations and those above them, care teams, groups. Asked for when a consent names one. */
  | { readonly kind: 'memberships'; readonly user: string | undefined; readonly fhirUser: string | undefined }
  /** These resources (`Encounter/id`) as they stand, for the labels that what belongs to them takes from them. */
  | { readonly kind: 'containers'; readonly references: readonly string[] }
  /** What these resources (`Type/id`), which consents name, point to. */
  | { readonly kind: 'pointers'; readonly references: readonly string[] };

/** Answers in the order of the queries. A fact that could not be had is not here: the host throws Problem('facts-unavailable') into the flow (I6). */
export type FactAnswer =
  | { readonly kind: 'relations'; readonly relations: ReadonlyMap<string, readonly Relation[]> }
  | { readonly kind: 'consents'; readonly consents: ReadonlyMap<string, readonly Uint8Array[]> }
  | { readonly kind: 'subjects'; readonly subjects: ReadonlyMap<string, readonly string[]> }
  /** Undefined = the host cannot tell for this user; nothing is then excluded. */
  | { readonly kind: 'memberships'; readonly memberships: ReadonlySet<string> | undefined }
  /** JSON text; undefined as a value = looked for, and not there; absent = not known, which closes. */
  | { readonly kind: 'containers'; readonly containers: ReadonlyMap<string, Uint8Array | undefined> }
  /** Undefined as a value = looked for, and not there; absent = not known. */
  | { readonly kind: 'pointers'; readonly pointers: ReadonlyMap<string, readonly string[] | undefined> };

export interface FactsNeed {
  readonly kind: 'facts';
  readonly queries: readonly FactQuery[];
}

export interface UpstreamAnswer {
  readonly kind: 'upstream';
  readonly status: number;
  /** Lower-case names; only those the engine reads (etag, last-modified, location, content-location, content-type). */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

export interface FactsFound {
  readonly kind: 'facts';
  readonly answers: readonly FactAnswer[];
}

/** Asked for at the same time; only by `Given.together`, and never a write. */
export interface Several {
  readonly kind: 'several';
  readonly needs: readonly Single[];
}

/** In the order of the needs. */
export interface SeveralFound {
  readonly kind: 'several';
  readonly found: readonly SingleFound[];
}

export type Single = FactsNeed | UpstreamRequest;
/** `failed`: what the host could not get, and why; it is thrown into the flow that asked. */
export type SingleFound = FactsFound | UpstreamAnswer | { readonly kind: 'failed'; readonly problem: unknown };
export type Need = Single | Several;
export type Found = FactsFound | UpstreamAnswer | SeveralFound;
