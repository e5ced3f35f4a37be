/** Finds the end of a write's intent by the id of the intent's record, which no client can choose (a request id it can). */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`CREATE INDEX audit_event_intent ON audit_event ((record ->> 'intent')) WHERE record ->> 'intent' IS NOT NULL`)
    .execute(db);
}
