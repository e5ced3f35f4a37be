/** Questions of patients about entries of their access log: asked once for each entry, answered once. */
import type { Kysely, Selectable } from 'kysely';
import type { Database, LookQuestionTable } from './schema.ts';

type Db = Kysely<Database>;
export type LookQuestion = Selectable<LookQuestionTable>;
export type NewQuestion = Omit<LookQuestion, 'answer' | 'answered_by' | 'answered_at'>;

/** False when this person has asked about this entry already. */
export async function insertQuestion(db: Db, question: NewQuestion): Promise<boolean> {
  const result = await db
    .insertInto('look_question')
    .values({ ...question, answer: null, answered_by: null, answered_at: null })
    .onConflict((conflict) => conflict.columns(['person_id', 'record_id']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** How many of this person's wait for an answer. */
export async function waitingQuestions(db: Db, personId: string): Promise<number> {
  const { count } = await db
    .selectFrom('look_question')
    .select((select) => select.fn.countAll().as('count'))
    .where('person_id', '=', personId)
    .where('answered_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** This person's about these records. */
export async function questionsAbout(db: Db, personId: string, recordIds: readonly string[]): Promise<readonly LookQuestion[]> {
  if (recordIds.length === 0) return [];
  return db
    .selectFrom('look_question')
    .selectAll()
    .where('person_id', '=', personId)
    .where('record_id', 'in', [...recordIds])
    .execute();
}

/** Those that wait, longest first; or all, newest first. */
export async function listQuestions(db: Db, which: 'open' | 'all', limit: number): Promise<readonly LookQuestion[]> {
  const all = db.selectFrom('look_question').selectAll().limit(limit);
  return which === 'all'
    ? all.orderBy('asked_at', 'desc').execute()
    : all.where('answered_at', 'is', null).orderBy('asked_at').execute();
}

export async function questionById(db: Db, id: string): Promise<LookQuestion | undefined> {
  return db.selectFrom('look_question').selectAll().where('id', '=', id).executeTakeFirst();
}

/** False when there is no such question that waits. */
export async function answerQuestion(
  db: Db,
  id: string,
  { text, by, at }: { readonly text: string; readonly by: string; readonly at: Date },
): Promise<boolean> {
  const result = await db
    .updateTable('look_question')
    .set({ answer: text, answered_by: by, answered_at: at })
    .where('id', '=', id)
    .where('answered_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
