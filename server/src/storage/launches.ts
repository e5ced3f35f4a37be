/**
 * Launches that an EHR prepared (SMART App Launch 2.2, §EHR launch). INVARIANT: a launch is used once, by the client and the person that it was
 * prepared for, while it is fresh; whoever asks second, on whichever node, finds nothing. Only the hash of its handle comes here.
 */
import { type Kysely, sql } from 'kysely';
import type { Database, LaunchMore } from './schema.ts';

type Db = Kysely<Database>;

export interface PreparedLaunch {
  readonly clientId: string;
  readonly personId: string;
  readonly patient: string | null;
  readonly encounter: string | null;
  readonly more: LaunchMore;
}

export async function insertLaunch(db: Db, idHash: string, launch: PreparedLaunch, expiresAt: Date): Promise<void> {
  await db
    .insertInto('launch')
    .values({
      id_hash: idHash,
      client_id: launch.clientId,
      person_id: launch.personId,
      patient: launch.patient,
      encounter: launch.encounter,
      more: JSON.stringify(launch.more),
      expires_at: expiresAt,
    })
    .execute();
}

/** Whether a client may begin with this handle; nothing is used up. */
export async function isLaunchOf(db: Db, idHash: string, clientId: string): Promise<boolean> {
  const row = await db
    .selectFrom('launch')
    .select('id_hash')
    .where('id_hash', '=', idHash)
    .where('client_id', '=', clientId)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses it up. Undefined when it is not this client's and person's, or is used or stale. */
export async function takeLaunch(
  db: Db,
  idHash: string,
  clientId: string,
  personId: string,
): Promise<PreparedLaunch | undefined> {
  const row = await db
    .deleteFrom('launch')
    .where('id_hash', '=', idHash)
    .where('client_id', '=', clientId)
    .where('person_id', '=', personId)
    .where('expires_at', '>', sql<Date>`now()`)
    .returningAll()
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { clientId: row.client_id, personId: row.person_id, patient: row.patient, encounter: row.encounter, more: row.more };
}

/** They name patients and must not outlive their use. Returns how many. */
export async function deleteStaleLaunches(db: Db): Promise<number> {
  const result = await db.deleteFrom('launch').where('expires_at', '<', sql<Date>`now()`).executeTakeFirst();
  return Number(result.numDeletedRows);
}
