/** Who is told of audit events, where, and how far each was told (`forward_position`, under `subscription/<id>`). No secret is kept: it is derived from a sealed key. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  `CREATE TABLE subscription (
    id text PRIMARY KEY, client_id text NOT NULL REFERENCES client (id) ON DELETE CASCADE, caller jsonb NOT NULL, client_scope text NOT NULL,
    criteria text NOT NULL, endpoint text NOT NULL, content text NOT NULL CHECK (content IN ('empty', 'id-only', 'full-resource')),
    reason text NOT NULL, ends_at timestamptz, state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'active', 'error', 'off')),
    error text, told bigint NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now())`,
  'CREATE INDEX subscription_client ON subscription (client_id)',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON subscription TO fireguard_runtime',
  'GRANT DELETE ON forward_position TO fireguard_runtime',
];
