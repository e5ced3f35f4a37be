/**
 * One audit record: the version-neutral form that goes into the journal (one per request, whatever the number of entries), from which FHIR
 * AuditEvents are rendered (per patient where BALP asks). References only: it must not hold resource content, a token or a secret.
 */
import type { Coding } from '../caller.ts';
import type { FhirVersion } from '../fhir/version.ts';
import type { JsonValue } from '../json/scan.ts';

export type AuditKind =
  /** A FHIR request and how it ended. */
  | 'request'
  /** A write about to be sent upstream, or an act of `intends` about to be done; the record whose `intent` names this one is its end. */
  | 'intent'
  | 'sign-in'
  | 'sign-out'
  | 'token'
  | 'consent-page'
  | 'administration'
  /** Somebody looked at the audit itself, by whatever door. */
  | 'audit-read'
  /** An audit event of another system, kept as it came. */
  | 'received'
  /** The glass was broken, refused, closed or reviewed. */
  | 'break-glass'
  | 'start'
  | 'stop';

export type AuditOutcome = 'permit' | 'deny' | 'failure' | 'unknown';

export interface AuditRecord {
  /** UUID, assigned by the host. */
  readonly id: string;
  readonly kind: AuditKind;
  /** Milliseconds since the epoch, UTC. */
  readonly recorded: number;
  readonly outcome: AuditOutcome;
  /** HTTP status as answered, where there was one. */
  readonly status?: number;
  /** FHIR interaction (`read`, `search`, …), or the act: `token-issued`, `user-disabled`, … */
  readonly action: string;
  /** Resource type asked for. */
  readonly type?: string;
  readonly caller?: {
    readonly kind: 'anonymous' | 'user' | 'system';
    readonly client?: {
      readonly id: string;
      readonly name: string;
      /** What a service is, as `Device/123`. */
      readonly identity?: string;
    };
    readonly user?: { readonly id: string; readonly name: string; readonly fhirUser?: string };
    readonly roles: readonly string[];
    /** how surely the person signed in (OpenID Connect acr), where that is known. */
    readonly acr?: string;
    readonly purposes: readonly Coding[];
    /** Why they asked, in their own words. */
    readonly rationale?: string;
    readonly token?: { readonly id: string; readonly issuer: string };
    /** The broken glass under which it was asked. */
    readonly override?: string;
  };
  readonly address?: string;
  /** FHIR base at which it happened, where that is not the first of this server; then `patients` and `resources` are absolute. */
  readonly base?: string;
  readonly patients: readonly string[];
  readonly resources: readonly string[];
  /** labels of `resources`, by their names there, as `system|code`; without those that carry none. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  readonly masked: readonly string[];
  readonly withheld: number;
  readonly rules: readonly string[];
  /** consents that decided, as `Consent/id`. */
  readonly consents?: readonly string[];
  /** The decision's reason, or what went wrong, in one sentence for an officer. */
  readonly reason?: string;
  /** The request exactly as received, base64; Authorization is not part of it. */
  readonly query?: string;
  /** Of the intent of an act that is no write: the kind of its end. */
  readonly intends?: 'token' | 'sign-out' | 'consent-page' | 'administration';
  /**
   * Of what was about to be done: id of the record of its intent, of which this is the end. INVARIANT: made by us, never by whoever asks (a
   * request id can be chosen, and one that is used twice would end somebody's unfinished intent).
   */
  readonly intent?: string;
  /** X-Request-Id: given or made. */
  readonly requestId: string;
  /** Of a received event: the resource as it came, and the FHIR version in which it did. */
  readonly received?: { readonly version: FhirVersion; readonly event: Readonly<Record<string, JsonValue>> };
}
