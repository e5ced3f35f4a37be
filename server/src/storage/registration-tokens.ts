/** Initial access tokens (RFC 7591 §3), by hash. INVARIANT: each use is counted in one statement, so that no race registers one client too many. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

export interface NewRegistrationToken {
  readonly idHash: string;
  readonly note: string;
  /** The most that a client registered with it may ask for. */
  readonly scope: string;
  readonly uses: number;
  readonly expiresAt: Date;
}

export async function insertRegistrationToken(db: Db, token: NewRegistrationToken): Promise<void> {
  await db
    .insertInto('registration_token')
    .values({
      id_hash: token.idHash,
      note: token.note,
      scope: token.scope,
      uses_left: token.uses,
      expires_at: token.expiresAt,
    })
    .execute();
}

/** What it allows, without using it. */
export async function registrationToken(db: Db, idHash: string): Promise<{ scope: string; note: string } | undefined> {
  return db
    .selectFrom('registration_token')
    .select(['scope', 'note'])
    .where('id_hash', '=', idHash)
    .where('uses_left', '>', 0)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
}

/** False when it is used up. */
export async function useRegistrationToken(db: Db, idHash: string): Promise<boolean> {
  const result = await db
    .updateTable('registration_token')
    .set({ uses_left: sql<number>`uses_left - 1` })
    .where('id_hash', '=', idHash)
    .where('uses_left', '>', 0)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
