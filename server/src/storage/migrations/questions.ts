/** What patients ask the privacy office about entries of their access log, and what it answered. A question is asked once, and answered once. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  `CREATE TABLE look_question (
    id text PRIMARY KEY, patient text NOT NULL, person_id text NOT NULL, person_name text NOT NULL,
    record_id text NOT NULL, recorded timestamptz NOT NULL, question text NOT NULL, asked_at timestamptz NOT NULL,
    answer text, answered_by text, answered_at timestamptz, UNIQUE (person_id, record_id))`,
  'CREATE INDEX look_question_waiting ON look_question (asked_at) WHERE answered_at IS NULL',
  'GRANT SELECT, INSERT, UPDATE ON look_question TO fireguard_runtime',
];
