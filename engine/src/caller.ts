/**
 * Who asks: client + user + patient in context + purpose. Made by authentication, frozen, never changed afterwards. FHIR and XACML say
 * "subject" for this and for two other people; here it is always `caller`.
 */
import type { ScopeSet } from './scope/scope.ts';

export interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display?: string;
}

export interface Caller {
  /** `anonymous`: no token. `user`: a person through an app. `system`: a backend service on its own behalf. */
  readonly kind: 'anonymous' | 'user' | 'system';
  readonly client:
    | {
        readonly id: string;
        readonly name: string;
        /** What a service is, where an administrator linked it: `Device/123`, or an Organization, a Location, a PractitionerRole. */
        readonly identity?: string;
      }
    | undefined;
  readonly user:
    | {
        readonly id: string;
        readonly name: string /** Relative reference, `Practitioner/123`. */;
        readonly fhirUser: string | undefined;
      }
    | undefined;
  /** Roles of the user, or of the client for a system caller. */
  readonly roles: readonly string[];
  readonly scopes: ScopeSet;
  /** Patient of the launch context: the limit of every `patient/` scope. */
  readonly patient: string | undefined;
  /** Sensitivities (v3-ActCode) that the person kept back from this app, whatever they may see themselves. */
  readonly withheld?: readonly Coding[];
  /** the highest confidentiality that this request asked for, as its rank in U<L<M<N<R<V. It only ever closes. */
  readonly ceiling?: number;
  /** Purposes of use, normalised to system + code. */
  readonly purposes: readonly Coding[];
  /** Why they ask, in their own words; for rules that demand it, and for the audit trail. */
  readonly rationale?: string;
  /** Which token spoke: its public identifier (never the token), when it ends. Milliseconds since the epoch. */
  readonly token: { readonly id: string; readonly issuer: string; readonly expiresAt: number } | undefined;
  /** Network address as the listener saw it (or a trusted proxy vouched for). */
  readonly address: string;
  /** The certificate that the client showed in the TLS handshake: SHA-256 of its DER in base64url, its subject, and whether its authority is trusted. */
  readonly certificate?: { readonly thumbprint: string; readonly subject: string; readonly trusted: boolean };
  /**
   * The glass that this person broke for one patient: opened with a reason, ends by itself, made by the host alone. It stands as the
   * relation `break-the-glass` to that patient; what it opens is for rules to say.
   */
  readonly override?: Override;
  /** How surely and when the user signed in (R-049, RFC 9470). Milliseconds since the epoch. */
  readonly signIn?: { readonly acr: string; readonly at: number };
}

export interface Override {
  /** Names the session in every audit record. */
  readonly id: string;
  /** Bare id. */
  readonly patient: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The FHIR resource that asks, as `Type/id`: of a person, or of a service that speaks for itself. An app never lends its own to whoever uses it. */
export function identityOf({ kind, client, user }: Caller): string | undefined {
  return kind === 'system' ? client?.identity : user?.fhirUser;
}
