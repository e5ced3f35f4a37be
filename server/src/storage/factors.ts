/**
 * What a person proves themselves with beyond the password: authenticator apps (TOTP), passkeys, recovery codes. INVARIANT: whatever may be used
 * once is used up by one statement, so that of any number of nodes exactly one accepts it.
 */
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Database, FactorTable } from './schema.ts';

export type Factor = Selectable<FactorTable>;
export type NewFactor = Insertable<FactorTable>;

type Db = Kysely<Database>;

/** Oldest first. */
export async function factorsOf(db: Db, personId: string): Promise<readonly Factor[]> {
  return db.selectFrom('factor').selectAll().where('person_id', '=', personId).orderBy('created_at').orderBy('id').execute();
}

/** False when the credential is somebody's already. */
export async function insertFactor(db: Db, factor: NewFactor): Promise<boolean> {
  const result = await db
    .insertInto('factor')
    .values(factor)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function passkeyByCredential(db: Db, credentialId: string): Promise<Factor | undefined> {
  return db
    .selectFrom('factor')
    .selectAll()
    .where('kind', '=', 'passkey')
    .where('credential_id', '=', credentialId)
    .executeTakeFirst();
}

/** Moves the counter (TOTP: the time step, RFC 6238 §5.2; passkey: the signature counter) ahead. False when it was not behind: a replay. */
export async function advanceFactor(db: Db, id: string, counter: number): Promise<boolean> {
  const result = await db
    .updateTable('factor')
    .set({ counter, last_used_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('counter', '<', String(counter))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** For passkeys that keep no counter. */
export async function touchFactor(db: Db, id: string): Promise<void> {
  await db.updateTable('factor').set({ last_used_at: sql<Date>`now()` }).where('id', '=', id).execute();
}

/** Uses a recovery code up, by its hash. True for one of any number of callers. */
export async function useRecoveryCode(db: Db, personId: string, hash: string): Promise<boolean> {
  const result = await db
    .deleteFrom('factor')
    .where('person_id', '=', personId)
    .where('kind', '=', 'recovery')
    .where('secret', '=', hash)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Replaces all of a person's recovery codes. */
export async function replaceRecoveryCodes(db: Db, personId: string, codes: readonly NewFactor[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('factor').where('person_id', '=', personId).where('kind', '=', 'recovery').execute();
    await transaction
      .insertInto('factor')
      .values([...codes])
      .execute();
  });
}

/** One of a person's own apps or passkeys; false when it is not there. */
export async function deleteFactor(db: Db, personId: string, id: string): Promise<boolean> {
  const result = await db
    .deleteFrom('factor')
    .where('person_id', '=', personId)
    .where('id', '=', id)
    .where('kind', '!=', 'recovery')
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

export async function deleteFactors(db: Db, personId: string): Promise<void> {
  await db.deleteFrom('factor').where('person_id', '=', personId).execute();
}
