/** Alerts about what the audit shows, and up to where each chain was looked at. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  `CREATE TABLE alert (
    id text PRIMARY KEY, rule text NOT NULL, description text NOT NULL, doer text NOT NULL, doer_name text NOT NULL, count integer NOT NULL,
    record_id text NOT NULL, at timestamptz NOT NULL, closed_at timestamptz, closed_by text, note text)`,
  'CREATE INDEX alert_at ON alert (at DESC, id DESC)',
  'CREATE INDEX alert_doer ON alert (rule, doer, at DESC)',
  'CREATE TABLE alert_position (node text PRIMARY KEY, sequence bigint NOT NULL)',
  'GRANT SELECT, INSERT ON alert TO fireguard_runtime',
  'GRANT UPDATE (closed_at, closed_by, note) ON alert TO fireguard_runtime',
  'GRANT SELECT, INSERT, UPDATE ON alert_position TO fireguard_runtime',
];
