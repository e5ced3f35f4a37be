/**
 * What the admin API answers, as far as the console reads it. Held to the server's own schemas by a test (server/test/flows/console/shapes.test.ts):
 * a shape that drifts does not compile.
 */
export interface Status {
  readonly caller: { readonly name: string; readonly roles: readonly string[]; readonly rights: readonly string[] };
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
  readonly client?: { readonly id: string; readonly name: string };
  readonly roles: readonly string[];
  readonly purposes: readonly string[];
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

export interface Review {
  readonly outcome: 'justified' | 'asked' | 'not-justified';
  readonly note?: string;
}
