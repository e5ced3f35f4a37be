/** Legal holds on the audit, and the months that were let go. Both are added to and never rewritten by whoever serves requests. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  // Without a patient it holds whole months; without months, all that there are.
  `CREATE TABLE legal_hold (
    id text PRIMARY KEY, patient text, since timestamptz, until timestamptz, reason text NOT NULL, made_by text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(), released_by text, released_at timestamptz)`,
  'CREATE TABLE audit_month_dropped (month text PRIMARY KEY, records bigint NOT NULL, dropped_at timestamptz NOT NULL DEFAULT now())',
  'GRANT SELECT, INSERT ON legal_hold TO fireguard_runtime',
  'GRANT UPDATE (released_by, released_at) ON legal_hold TO fireguard_runtime',
  'GRANT SELECT ON audit_month_dropped TO fireguard_runtime',
];
