/** A backend service may be a device, an organization, a place or a role of the FHIR server. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('ALTER TABLE client ADD COLUMN fhir_identity text').execute(db);
}
