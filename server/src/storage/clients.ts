/** OAuth clients. Changes are acknowledged only after `cluster.announce({ kind: 'client', id })`, which is the caller's part. */
import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import type { ClientTable, Database } from './schema.ts';

export type Client = Selectable<ClientTable>;
/** `jwks` as JSON text. */
export type NewClient = Insertable<ClientTable>;

type Db = Kysely<Database>;

/** Undefined when the id is taken. */
export async function insertClient(db: Db, client: NewClient): Promise<Client | undefined> {
  return db
    .insertInto('client')
    .values(client)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

export async function clientById(db: Db, id: string): Promise<Client | undefined> {
  // RFC 6749 §A.1: visible ASCII. PostgreSQL has no text with NUL, and would say so by an error.
  if (!/^[\x20-\x7e]{1,500}$/.test(id)) return undefined;
  return db.selectFrom('client').selectAll().where('id', '=', id).executeTakeFirst();
}

/** All, by id. */
export async function listClients(db: Db): Promise<readonly Client[]> {
  return db.selectFrom('client').selectAll().orderBy('id').execute();
}

export async function changeClient(db: Db, id: string, values: Updateable<ClientTable>): Promise<void> {
  await db.updateTable('client').set(values).where('id', '=', id).execute();
}

/** False when there is no such client. */
export async function setClientDisabled(db: Db, id: string, disabled: boolean): Promise<boolean> {
  const result = await db.updateTable('client').set({ disabled }).where('id', '=', id).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
