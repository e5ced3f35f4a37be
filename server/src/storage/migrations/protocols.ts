/** Launches that an EHR prepares, and what clients register for the newer protocols: other ways of proving who they are, logout, FAPI, tokens bound to a key. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  // A handle opens a patient's context: only its hash is stored. Used up by deleting, so that a second use finds nothing on any node.
  `CREATE TABLE launch (
    id_hash text PRIMARY KEY, client_id text NOT NULL, person_id text NOT NULL, patient text, encounter text, more jsonb NOT NULL DEFAULT '{}',
    expires_at timestamptz NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`,
  'CREATE INDEX launch_expiry ON launch (expires_at)',
  `ALTER TABLE launch_context ADD COLUMN more jsonb NOT NULL DEFAULT '{}'`,
  // What a kind of client may vary: null means the kind's own way.
  `ALTER TABLE client ADD COLUMN protocol jsonb NOT NULL DEFAULT '{}'`,
  'ALTER TABLE client ADD COLUMN registration_hash text',
  `CREATE TABLE registration_token (
    id_hash text PRIMARY KEY, note text NOT NULL, scope text NOT NULL, uses_left integer NOT NULL CHECK (uses_left >= 0),
    expires_at timestamptz NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`,
  `CREATE TABLE api_key (
    id_hash text PRIMARY KEY, client_id text NOT NULL REFERENCES client (id) ON DELETE CASCADE, expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now())`,
  'GRANT SELECT, INSERT, UPDATE, DELETE ON launch, registration_token, api_key TO fireguard_runtime',
  'ALTER TABLE key ADD COLUMN retired_at timestamptz',
  'GRANT UPDATE (retired_at), DELETE ON key TO fireguard_runtime',
];
