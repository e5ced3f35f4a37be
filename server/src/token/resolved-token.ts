/** What a bearer token means, as the gateway needs it; read from the store that the authorization server writes (they share `token/`, not each other). */
import type { LaunchMore } from '../storage/schema.ts';

export interface ResolvedToken {
  /** Public identifier of the token for audit (a hash prefix or jti), never usable as the token. */
  readonly id: string;
  readonly issuer: string;
  /** The FHIR base (or other resource) it is for. */
  readonly audience: string;
  readonly scope: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly client: {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly string[];
    /** The FHIR resource that a backend service is, as `Device/123`. */
    readonly identity?: string;
  };
  readonly person:
    | { readonly id: string; readonly name: string; readonly roles: readonly string[]; readonly fhirUser: string | undefined }
    | undefined;
  readonly patient: string | undefined;
  readonly encounter: string | undefined;
  /** What the EHR said of its launch beside patient and encounter; undefined where no EHR launched. */
  readonly more: LaunchMore | undefined;
  /** The key that every use of the token must prove to hold (RFC 9449 §6, RFC 8705 §3); undefined for a bearer token. */
  readonly binding:
    | { readonly kind: 'dpop' /** RFC 7638, base64url. */; readonly thumbprint: string }
    | { readonly kind: 'certificate' /** SHA-256 of the DER, base64url. */; readonly thumbprint: string }
    | undefined;
  /** How surely, by what means (RFC 8176) and when the person signed in (RFC 9470); undefined for a service. Milliseconds since the epoch. */
  readonly signIn: { readonly acr: string; readonly amr: readonly string[]; readonly at: number } | undefined;
  readonly purposes: readonly { readonly system: string; readonly code: string }[];
  /** Sensitivities of v3-ActCode that the person kept back from the app. */
  readonly withheld?: readonly { readonly system: string; readonly code: string }[];
  /** The human in whose name a service asked for it. */
  readonly human?: { readonly id: string; readonly name: string };
  /** The broken glass for which it was issued. */
  readonly glass?: string;
}

export interface TokenResolver {
  /** The meaning of a live token; undefined for unknown, expired, revoked, or of a disabled person or client. Throws Problem('storage-unavailable') when it cannot tell. */
  resolve(token: string): Promise<ResolvedToken | undefined>;
}
