/** What people prove themselves with beyond a password, who they are elsewhere, and the counts that slow guessing down on every node. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  `CREATE TABLE factor (
    id text PRIMARY KEY, person_id text NOT NULL, kind text NOT NULL CHECK (kind IN ('totp', 'passkey', 'recovery')), name text NOT NULL,
    credential_id text UNIQUE, secret text NOT NULL, counter bigint NOT NULL DEFAULT 0, transports text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(), last_used_at timestamptz)`,
  'CREATE INDEX factor_person ON factor (person_id)',
  `CREATE TABLE sign_in_count (
    key text PRIMARY KEY, failures integer NOT NULL, wait_until timestamptz NOT NULL, seen timestamptz NOT NULL)`,
  'CREATE INDEX sign_in_count_seen ON sign_in_count (seen)',
  `CREATE TABLE external_identity (
    issuer text NOT NULL, subject text NOT NULL, person_id text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject))`,
  'CREATE INDEX external_identity_person ON external_identity (person_id)',
  // Which purposes there are is the code's knowledge (keys.ts): a closed list here would have to be changed with each.
  'ALTER TABLE key DROP CONSTRAINT IF EXISTS key_purpose_check',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON factor, sign_in_count, external_identity TO fireguard_runtime',
];
