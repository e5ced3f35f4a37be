/** The audit trail as rows: added to and searched, never changed (the runtime role could not). Newest first; pages by the last row's place. */
import type { Insertable, Kysely, Selectable } from 'kysely';
import type { AuditEventTable, Database } from './schema.ts';

type Db = Kysely<Database>;
export type AuditEventRow = Selectable<AuditEventTable>;
export type NewAuditEvent = Insertable<AuditEventTable>;

/** Where a page ends: the last row's `recorded` and `id`. */
export interface AuditPlace {
  readonly recorded: Date;
  readonly id: string;
}

/** All that are given must match. */
export interface AuditSearch {
  /** `Patient/123`. */
  readonly patient?: string;
  readonly personId?: string;
  readonly clientId?: string;
  readonly outcome?: string;
  readonly action?: string;
  readonly kind?: string;
  readonly recordId?: string;
  /** Inclusive. */
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
  readonly after?: AuditPlace;
  /** Default 50, at most 1,000. */
  readonly count?: number;
}

/** Adds them; what is there already (same id and time) is left as it is, so that a batch can be repeated after a crash. */
export async function insertAuditEvents(db: Db, events: readonly NewAuditEvent[]): Promise<void> {
  // PostgreSQL takes 65,535 parameters a statement; a row has 15.
  for (let start = 0; start < events.length; start += 1_000) {
    await db
      .insertInto('audit_event')
      .values(events.slice(start, start + 1_000))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** One page, newest first; `next` where there is more. */
export async function searchAuditEvents(
  db: Db,
  search: AuditSearch,
): Promise<{ readonly rows: readonly AuditEventRow[]; readonly next: AuditPlace | undefined }> {
  const count = Math.min(Math.max(search.count ?? 50, 1), 1_000);
  let query = db.selectFrom('audit_event').selectAll();
  if (search.patient !== undefined) query = query.where('patient', '=', search.patient);
  if (search.personId !== undefined) query = query.where('person_id', '=', search.personId);
  if (search.clientId !== undefined) query = query.where('client_id', '=', search.clientId);
  if (search.outcome !== undefined) query = query.where('outcome', '=', search.outcome);
  if (search.action !== undefined) query = query.where('action', '=', search.action);
  if (search.kind !== undefined) query = query.where('kind', '=', search.kind);
  if (search.recordId !== undefined) query = query.where('record_id', '=', search.recordId);
  if (search.from !== undefined) query = query.where('recorded', '>=', search.from);
  if (search.to !== undefined) query = query.where('recorded', '<', search.to);
  const { after } = search;
  if (after !== undefined) {
    // The first condition alone is what the planner prunes partitions by.
    query = query
      .where('recorded', '<=', after.recorded)
      .where((where) => where.or([where('recorded', '<', after.recorded), where('id', '<', after.id)]));
  }
  const rows = await query
    .orderBy('recorded', 'desc')
    .orderBy('id', 'desc')
    .limit(count + 1)
    .execute();
  const page = rows.slice(0, count);
  const last = page.at(-1);
  return { rows: page, next: rows.length > count && last !== undefined ? { recorded: last.recorded, id: last.id } : undefined };
}

export async function auditEventById(db: Db, id: string): Promise<AuditEventRow | undefined> {
  return db.selectFrom('audit_event').selectAll().where('id', '=', id).executeTakeFirst();
}
