/** Fireguard's own facts: how a person stands to a patient, where the FHIR server does not know. Announce changes as `{ kind: 'relation', id: personId }`. */
import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

/** `patient`: the bare id. */
export interface PatientRelation {
  readonly patient: string;
  readonly relation: string;
}

export async function relationsOf(db: Db, personId: string): Promise<readonly PatientRelation[]> {
  return db
    .selectFrom('relation')
    .select(['patient', 'relation'])
    .where('person_id', '=', personId)
    .orderBy('patient')
    .orderBy('relation')
    .execute();
}

/** Adds one; nothing happens when it is there. */
export async function insertRelation(db: Db, personId: string, { patient, relation }: PatientRelation): Promise<void> {
  await db
    .insertInto('relation')
    .values({ person_id: personId, patient, relation })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Makes `relations` all that the person has; other readers see the old or the new set, never a mixture. */
export async function replaceRelations(db: Db, personId: string, relations: readonly PatientRelation[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.deleteFrom('relation').where('person_id', '=', personId).execute();
    if (relations.length === 0) return;
    await transaction
      .insertInto('relation')
      .values(relations.map(({ patient, relation }) => ({ person_id: personId, patient, relation })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
}
