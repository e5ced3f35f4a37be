/** People who sign in. Changes are acknowledged only after `cluster.announce({ kind: 'person', id })`, which is the caller's part. */
import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import type { Database, PersonTable } from './schema.ts';

export type Person = Selectable<PersonTable>;
export type NewPerson = Insertable<PersonTable>;

type Db = Kysely<Database>;

/** Undefined when the username (or id) is taken. */
export async function insertPerson(db: Db, person: NewPerson): Promise<Person | undefined> {
  return db
    .insertInto('person')
    .values(person)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

export async function personById(db: Db, id: string): Promise<Person | undefined> {
  return db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Exact, case-sensitive. */
export async function personByUsername(db: Db, username: string): Promise<Person | undefined> {
  return db.selectFrom('person').selectAll().where('username', '=', username).executeTakeFirst();
}

/** All, by username. */
export async function listPeople(db: Db): Promise<readonly Person[]> {
  return db.selectFrom('person').selectAll().orderBy('username').execute();
}

/** The setters return false when there is no such person. */
export async function setPersonDisabled(db: Db, id: string, disabled: boolean): Promise<boolean> {
  return change(db, id, { disabled });
}

export async function setPersonRoles(db: Db, id: string, roles: readonly string[]): Promise<boolean> {
  return change(db, id, { roles: [...roles] });
}

/** `fhirUser`: `Practitioner/123`, or null for none. */
export async function setPersonFhirUser(db: Db, id: string, fhirUser: string | null): Promise<boolean> {
  return change(db, id, { fhir_user: fhirUser });
}

/** `passwordHash`: PHC string. */
export async function setPersonPassword(db: Db, id: string, passwordHash: string): Promise<boolean> {
  return change(db, id, { password_hash: passwordHash });
}

async function change(db: Db, id: string, values: Updateable<PersonTable>): Promise<boolean> {
  const result = await db.updateTable('person').set(values).where('id', '=', id).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
