/** Notices that must leave the house, and where each has not arrived yet. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  'CREATE TABLE notice (id text PRIMARY KEY, topic text NOT NULL, body jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp())',
  'CREATE INDEX notice_created ON notice (created_at DESC)',
  `CREATE TABLE notice_delivery (
    notice_id text NOT NULL REFERENCES notice ON DELETE CASCADE, target text NOT NULL, tries integer NOT NULL DEFAULT 0,
    next_try timestamptz NOT NULL DEFAULT now(), failure text, delivered_at timestamptz, PRIMARY KEY (notice_id, target))`,
  'CREATE INDEX notice_delivery_due ON notice_delivery (next_try) WHERE delivered_at IS NULL',
  'GRANT SELECT, INSERT, DELETE ON notice TO fireguard_runtime',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON notice_delivery TO fireguard_runtime',
];
