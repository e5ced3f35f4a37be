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
