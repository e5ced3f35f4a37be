/** Broken glasses: opened, bound to a patient, ended, reviewed. None is ever removed. Times are the caller's clock. */
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { BreakGlassNoteTable, BreakGlassTable, Database } from './schema.ts';

type Db = Kysely<Database>;
export type BrokenGlass = Selectable<BreakGlassTable>;
export type NewGlass = Insertable<BreakGlassTable>;
export type GlassNote = Selectable<BreakGlassNoteTable>;

/** `BG-2026-0417`: read out on the telephone, written into letters. */
export async function nextGlassId(db: Db, now: Date): Promise<string> {
  const { rows } = await sql<{ n: string }>`SELECT nextval('break_glass_number') AS n`.execute(db);
  return `BG-${now.getUTCFullYear()}-${rows[0]!.n.padStart(4, '0')}`;
}

export async function insertGlass(db: Db, glass: NewGlass): Promise<BrokenGlass> {
  return db.insertInto('break_glass').values(glass).returningAll().executeTakeFirstOrThrow();
}

export async function glassById(db: Db, id: string): Promise<BrokenGlass | undefined> {
  return db.selectFrom('break_glass').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function glassesById(db: Db, ids: readonly string[]): Promise<readonly BrokenGlass[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('break_glass')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
}

/** The person's glass that is open at `now`: the newest, should there be two. */
export async function openGlassOf(db: Db, personId: string, now: Date): Promise<BrokenGlass | undefined> {
  return open(db, now).where('person_id', '=', personId).orderBy('opened_at', 'desc').executeTakeFirst();
}

export async function openGlassById(db: Db, id: string, now: Date): Promise<BrokenGlass | undefined> {
  return open(db, now).where('id', '=', id).executeTakeFirst();
}

function open(db: Db, now: Date) {
  return db.selectFrom('break_glass').selectAll().where('ended_at', 'is', null).where('expires_at', '>', now);
}

/** Names the patient of a glass that was broken for nobody in particular. False when it has one already. */
export async function bindGlass(db: Db, id: string, patient: string): Promise<boolean> {
  const result = await db
    .updateTable('break_glass')
    .set({ patient })
    .where('id', '=', id)
    .where('patient', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Undefined when it had ended already. */
export async function endGlass(db: Db, id: string, at: Date, by: string): Promise<BrokenGlass | undefined> {
  return db
    .updateTable('break_glass')
    .set({ ended_at: at, ended_by: by })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
}

/** Those whose time is over and whose end nobody has written down. */
export async function lapsedGlasses(db: Db, now: Date): Promise<readonly BrokenGlass[]> {
  return db
    .selectFrom('break_glass')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(100)
    .execute();
}

export type ReviewQueue = 'undecided' | 'asked' | 'decided' | 'all';

/** What is due first comes first; of what is decided, the newest. */
export async function listGlasses(db: Db, queue: ReviewQueue, limit: number): Promise<readonly BrokenGlass[]> {
  const all = db.selectFrom('break_glass').selectAll().limit(limit);
  switch (queue) {
    case 'undecided':
      return all.where('outcome', 'is', null).orderBy('due_at').orderBy('id').execute();
    case 'asked':
      return all.where('outcome', '=', 'asked').orderBy('due_at').orderBy('id').execute();
    case 'decided':
      return all.where('outcome', 'in', ['justified', 'not-justified']).orderBy('decided_at', 'desc').execute();
    case 'all':
      return all.orderBy('opened_at', 'desc').execute();
  }
}

export async function glassesOf(db: Db, personId: string, since: Date): Promise<readonly BrokenGlass[]> {
  return db
    .selectFrom('break_glass')
    .selectAll()
    .where('person_id', '=', personId)
    .where('opened_at', '>=', since)
    .orderBy('opened_at', 'desc')
    .limit(200)
    .execute();
}

/** `outcome` as it was before is no matter: a decision may be reopened, and the audit has each. False when there is no such glass. */
export async function decideGlass(
  db: Db,
  id: string,
  decision: { readonly outcome: NonNullable<BrokenGlass['outcome']>; readonly by: string; readonly at: Date },
): Promise<boolean> {
  const { outcome, by, at } = decision;
  const result = await db
    .updateTable('break_glass')
    .set({ outcome, decided_by: by, decided_at: at })
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function addGlassNote(db: Db, glassId: string, author: string, text: string): Promise<void> {
  await db.insertInto('break_glass_note').values({ glass_id: glassId, author, text }).execute();
}

export async function notesOn(db: Db, glassId: string): Promise<readonly GlassNote[]> {
  return db.selectFrom('break_glass_note').selectAll().where('glass_id', '=', glassId).orderBy('id').execute();
}
