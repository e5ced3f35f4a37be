/**
 * What the admin API answers, as far as the console reads it. Held to the server's own schemas by a test (server/test/flows/console/shapes.test.ts):
 * a shape that drifts does not compile.
 */
export interface Status {
  readonly caller: { readonly name: string; readonly roles: readonly string[]; readonly rights: readonly string[] };
  /** What waits for the privacy office, told to it alone. */
  readonly waiting?: { readonly review: number; readonly alerts: number; readonly questions: number };
}

export type RowOutcome = 'permit' | 'masked' | 'deny' | 'failure' | 'unknown';

export interface AuditRow {
  readonly id: string;
  readonly event: string;
  /** ISO 8601, UTC. */
  readonly recorded: string;
  readonly kind: string;
  readonly action: string;
  readonly outcome: RowOutcome;
  readonly status?: number;
  readonly type?: string;
  readonly caller: 'anonymous' | 'user' | 'system';
  readonly person?: { readonly id: string; readonly name: string; readonly fhirUser?: string };
  readonly client?: { readonly id: string; readonly name: string; readonly identity?: string };
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
  readonly rationale?: string;
  readonly patients: readonly string[];
  readonly resources: readonly string[];
  readonly masked: readonly string[];
  readonly withheld: number;
  readonly rules: readonly string[];
  readonly reason?: string;
  readonly asked?: string;
  readonly address?: string;
  readonly requestId: string;
  readonly node: string;
  readonly sequence: number;
  readonly hash: string;
}

export interface AuditPage {
  readonly records: readonly AuditRow[];
  readonly next: string | null;
  readonly lag: number;
}

export interface Verification {
  readonly ok: boolean;
  readonly checkedAt: string;
  readonly problem?: string;
}

export interface BrokenGlass {
  readonly id: string;
  readonly person: { readonly id: string | null; readonly name: string; readonly fhirUser: string | null };
  readonly client: { readonly id: string; readonly name: string } | null;
  /** Bare id. */
  readonly patient: string | null;
  readonly reasonCode: string;
  readonly reason: string;
  readonly address: string;
  /** ISO 8601, UTC, as all times here. */
  readonly openedAt: string;
  readonly expiresAt: string;
  readonly endedAt: string | null;
  readonly endedBy: string | null;
  readonly dueAt: string;
  readonly overdue: boolean;
  readonly outcome: 'justified' | 'asked' | 'not-justified' | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
}

export interface WholeGlass extends BrokenGlass {
  readonly looks: readonly {
    readonly at: string;
    readonly what: string;
    readonly outcome: string;
    readonly resources: readonly string[];
    readonly recordId: string;
  }[];
  readonly notes: readonly { readonly at: string; readonly author: string; readonly text: string }[];
  readonly before: number;
}

export interface Alert {
  readonly id: string;
  readonly rule: string;
  readonly description: string;
  readonly doer: { readonly id: string; readonly name: string };
  readonly count: number;
  /** Id of the audit record that met the rule. */
  readonly record: string;
  readonly at: string;
  readonly closed?: { readonly at: string; readonly by: string; readonly note: string };
}

export interface WholeAlert extends Alert {
  /** The record that met the rule; null when its month was let go. */
  readonly met: AuditRow | null;
  /** Where its notice went. */
  readonly told: readonly { readonly target: string; readonly delivered: string | null; readonly failure: string | null }[];
}

export interface Question {
  readonly id: string;
  readonly person: { readonly id: string; readonly name: string };
  /** Bare id. */
  readonly patient: string;
  /** Empty where nothing was written. */
  readonly text: string;
  readonly askedAt: string;
  readonly about: { readonly record: string; readonly at: string };
  readonly answer?: { readonly text: string; readonly by: string; readonly at: string };
}

export interface WholeQuestion extends Question {
  /** The record that it is about; null when its month was let go. */
  readonly row: AuditRow | null;
}

export interface Hold {
  readonly id: string;
  readonly patient?: string;
  readonly since?: string;
  readonly until?: string;
  readonly reason: string;
  readonly made: { readonly by: string; readonly at: string };
  readonly released?: { readonly by: string; readonly at: string };
}

export interface NewHold {
  readonly patient?: string;
  readonly since?: string;
  readonly until?: string;
  readonly reason: string;
}

export interface Person {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly fhirUser: string | null;
  readonly disabled: boolean;
  readonly createdAt: string;
}

export interface WholePerson extends Person {
  readonly factors: readonly { readonly kind: 'totp' | 'passkey' | 'recovery'; readonly count: number }[];
  readonly externalIdentities: readonly { readonly issuer: string; readonly subject: string }[];
  readonly sessions: number;
  readonly apps: readonly { readonly client: string; readonly scope: string; readonly connectedUntil: string | null }[];
}

export type ClientKind = 'public' | 'symmetric' | 'asymmetric' | 'backend';

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly kind: ClientKind;
  readonly redirectUris: readonly string[];
  readonly scope: string;
  readonly roles: readonly string[];
  readonly jwksUri: string | null;
  readonly keys: readonly { readonly kid?: string; readonly kty: string }[];
  readonly disabled: boolean;
  readonly createdAt: string;
}

export interface NewClient {
  readonly id?: string;
  readonly name: string;
  readonly kind: ClientKind;
  readonly redirectUris: readonly string[];
  readonly scope: string;
  readonly roles: readonly string[];
  readonly jwksUri?: string;
}

export interface Review {
  readonly outcome: 'justified' | 'asked' | 'not-justified';
  readonly note?: string;
}
