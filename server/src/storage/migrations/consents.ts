/** Consents that Fireguard keeps itself: versions are added, none is changed or removed. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  `CREATE TABLE consent (
    id text NOT NULL, version integer NOT NULL, patient text NOT NULL, resource text, created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, version))`,
  'CREATE INDEX consent_patient ON consent (patient)',
  'GRANT SELECT, INSERT ON consent TO fireguard_runtime',
];
