/** Broken glasses and what was said about them afterwards. Notes are added, never changed or removed. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  'CREATE SEQUENCE break_glass_number',
  `CREATE TABLE break_glass (
    id text PRIMARY KEY, person_id text, person_name text NOT NULL, fhir_user text, client_id text, client_name text, organization text,
    patient text, declared text NOT NULL CHECK (declared IN ('page', 'claim')),
    reason_code text NOT NULL, reason text NOT NULL, address text NOT NULL,
    opened_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, ended_at timestamptz, ended_by text,
    due_at timestamptz NOT NULL, outcome text CHECK (outcome IN ('justified', 'asked', 'not-justified')), decided_by text, decided_at timestamptz)`,
  'CREATE INDEX break_glass_person ON break_glass (person_id, opened_at)',
  'CREATE INDEX break_glass_open ON break_glass (expires_at) WHERE ended_at IS NULL',
  `CREATE TABLE break_glass_note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, glass_id text NOT NULL REFERENCES break_glass (id), at timestamptz NOT NULL DEFAULT now(),
    author text NOT NULL, text text NOT NULL)`,
  'CREATE INDEX break_glass_note_glass ON break_glass_note (glass_id)',
  'GRANT SELECT, INSERT, UPDATE ON break_glass TO fireguard_runtime',
  'GRANT SELECT, INSERT ON break_glass_note TO fireguard_runtime',
  'GRANT USAGE ON SEQUENCE break_glass_number TO fireguard_runtime',
];
