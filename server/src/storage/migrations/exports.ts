/** Bulk exports: what is being exported for whom, and which resources were found. No content of a resource is kept, only its id. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  `CREATE TABLE export_job (
    id text PRIMARY KEY, base text NOT NULL, client_id text NOT NULL REFERENCES client (id) ON DELETE CASCADE, binding text NOT NULL,
    caller jsonb NOT NULL, request jsonb NOT NULL, policies text NOT NULL, state text NOT NULL CHECK (state IN ('running', 'complete', 'failed')),
    failure jsonb, plan jsonb, part integer NOT NULL DEFAULT 0, place text NOT NULL DEFAULT '', found jsonb NOT NULL DEFAULT '{}',
    attempts integer NOT NULL DEFAULT 0, not_before timestamptz NOT NULL DEFAULT now(), runner text, runner_until timestamptz,
    transaction_time timestamptz NOT NULL, expires_at timestamptz NOT NULL, created_at timestamptz NOT NULL DEFAULT now())`,
  "CREATE INDEX export_job_running ON export_job (not_before) WHERE state = 'running'",
  'CREATE INDEX export_job_expiry ON export_job (expires_at)',
  // The key makes a page that is read twice count once: what a killed node had read is read again.
  `CREATE TABLE export_resource (
    job_id text NOT NULL REFERENCES export_job (id) ON DELETE CASCADE, type text NOT NULL, id text NOT NULL, file integer NOT NULL,
    PRIMARY KEY (job_id, type, id))`,
  'CREATE INDEX export_resource_file ON export_resource (job_id, type, file, id)',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON export_job, export_resource TO fireguard_runtime',
];
