/** Who a person is at another OpenID provider. INVARIANT: issuer and subject together name one person; a name or mail address never does. */
import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

export async function personIdByExternal(db: Db, issuer: string, subject: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('external_identity')
    .select('person_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.person_id;
}

/** False when this identity is somebody's already. */
export async function linkExternal(db: Db, issuer: string, subject: string, personId: string): Promise<boolean> {
  const result = await db
    .insertInto('external_identity')
    .values({ issuer, subject, person_id: personId })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function identitiesOfPerson(
  db: Db,
  personId: string,
): Promise<readonly { readonly issuer: string; readonly subject: string }[]> {
  return db
    .selectFrom('external_identity')
    .select(['issuer', 'subject'])
    .where('person_id', '=', personId)
    .orderBy('issuer')
    .orderBy('subject')
    .execute();
}

/** False when the person has no such identity. */
export async function unlinkIdentity(db: Db, issuer: string, subject: string, personId: string): Promise<boolean> {
  const result = await db
    .deleteFrom('external_identity')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .where('person_id', '=', personId)
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** All of a person. */
export async function unlinkExternal(db: Db, personId: string): Promise<void> {
  await db.deleteFrom('external_identity').where('person_id', '=', personId).execute();
}
