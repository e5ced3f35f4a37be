/** Failed tries can be forgotten by the name that was tried, wherever they came from: so that an administrator can let somebody in who has to wait. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('ALTER TABLE sign_in_count ADD COLUMN name_key text').execute(db);
  await sql.raw('CREATE INDEX sign_in_count_name ON sign_in_count (name_key)').execute(db);
}
