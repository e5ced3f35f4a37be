/**
 * SMART App Launch scopes, versions 1 and 2: what a token may at most be used for. A scope only delegates, so nothing here
 * permits anything; and what cannot be read exactly is `invalid` as a whole, never widened to the part that could be read. Whether a type,
 * search parameter or modifier exists is not decided here but by `fhir`.
 */
export type Action = 'c' | 'r' | 'u' | 'd' | 's';

/** Distinct letters of `cruds` in that order, at least one: create, read, update, delete, search. */
export type ActionSet = string;

export type ScopeContext = 'patient' | 'user' | 'system';

/** One constraint of a granular scope: `category:in=x` is `{ name: 'category', modifier: 'in', value: 'x' }`; `value` is percent-decoded. */
export interface ScopeParameter {
  readonly name: string;
  readonly modifier?: string;
  readonly value: string;
}

export interface ResourceScope {
  readonly kind: 'resource';
  /** As written. */
  readonly text: string;
  readonly context: ScopeContext;
  /** A FHIR type name by its looks, or `*`. */
  readonly type: string;
  readonly actions: ActionSet;
  /** How the actions were written: 1 = `.read`, `.write`, `.*`; 2 = letters. */
  readonly version: 1 | 2;
  /** All of them must hold; within one value a comma means "or", as in search. Never empty strings. */
  readonly parameters: readonly ScopeParameter[];
}

export interface LaunchScope {
  readonly kind: 'launch';
  readonly text: string;
  /** Lower-case type, `patient`, `encounter`, …; absent for the EHR's own `launch`. */
  readonly target?: string;
  readonly role?: string;
}

export interface IdentityScope {
  readonly kind: 'identity';
  readonly text: string;
  readonly name: 'openid' | 'fhirUser' | 'profile';
}

export interface OfflineScope {
  readonly kind: 'offline';
  readonly text: string;
  readonly name: 'offline_access' | 'online_access';
}

/** An absolute URI, or a name that begins with `__`. */
export interface CustomScope {
  readonly kind: 'custom';
  readonly text: string;
}

export interface InvalidScope {
  readonly kind: 'invalid';
  readonly text: string;
  readonly reason: string;
}

export type Scope = ResourceScope | LaunchScope | IdentityScope | OfflineScope | CustomScope | InvalidScope;

/** Distinct by text, in the order written. */
export type ScopeSet = readonly Scope[];
