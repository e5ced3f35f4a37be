/** How far the audit was sent on, per target and chain. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements: readonly string[] = [
  'CREATE TABLE forward_position (target text NOT NULL, node text NOT NULL, sequence bigint NOT NULL, PRIMARY KEY (target, node))',
  'GRANT SELECT, INSERT, UPDATE ON forward_position TO fireguard_runtime',
];
