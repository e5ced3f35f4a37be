/** The audit trail as rows: added to and searched, never changed (the runtime role could not). Newest first; pages by the last row's place. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { AuditRecordTable, Database } from './schema.ts';

type Db = Kysely<Database>;
export type AuditRecordRow = Selectable<AuditRecordTable>;

/** Where a page ends: the last row's `recorded` and `record_id`. */
export interface AuditPlace {
  readonly recorded: Date;
  readonly recordId: string;
}

/** All that are given must match. */
export interface AuditSearch extends AuditRange {
  readonly personId?: string;
  readonly clientId?: string;
  readonly outcome?: string;
  readonly action?: string;
  readonly kind?: string;
  readonly recordIds?: readonly string[];
  /** Default 50, at most 1,000. */
  readonly count?: number;
}

/** What every look at the trail begins with: whose record, between which times, behind which place. */
export interface AuditRange {
  /** Id of a patient. */
  readonly patient?: string | undefined;
  /** Inclusive. */
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly to?: Date | undefined;
  readonly after?: AuditPlace | undefined;
  /** Newest first (default), or oldest first. */
  readonly descending?: boolean;
}

/** Newest first, or oldest. Where a patient is named, their own index leads: what is read is as much as what is found. */
export function auditRecordsIn(db: Db, { patient, from, to, after, descending = true }: AuditRange) {
  const records = db.selectFrom('audit_record');
  // One look-up per row of the patient's index, in its order: a plan that joins first and sorts then reads all that a patient has for one page.
  const about = db
    .selectFrom('audit_patient')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('audit_record')
          .selectAll('audit_record')
          .whereRef('audit_record.record_id', '=', 'audit_patient.record_id')
          .whereRef('audit_record.recorded', '=', 'audit_patient.recorded')
          .limit(1)
          .as('audit_record'),
      (join) => join.onTrue(),
    )
    .where('audit_patient.patient', '=', patient ?? '');
  const lead = patient === undefined ? 'audit_record' : 'audit_patient';
  const [recorded, recordId] = [sql.ref<Date>(`${lead}.recorded`), sql.ref<string>(`${lead}.record_id`)];
  let query = patient === undefined ? records : (about as unknown as typeof records);
  if (from !== undefined) query = query.where(recorded, '>=', from);
  if (to !== undefined) query = query.where(recorded, '<', to);
  if (after !== undefined) {
    // The first condition alone is what the planner prunes partitions by.
    const [beyond, from] = descending ? (['<', '<='] as const) : (['>', '>='] as const);
    query = query
      .where(recorded, from, after.recorded)
      .where((where) => where.or([where(recorded, beyond, after.recorded), where(recordId, beyond, after.recordId)]));
  }
  const order = descending ? 'desc' : 'asc';
  return query.orderBy(recorded, order).orderBy(recordId, order);
}

/** One page, newest first; `next` where there is more. */
export async function searchAuditRecords(
  db: Db,
  search: AuditSearch,
): Promise<{ readonly rows: readonly AuditRecordRow[]; readonly next: AuditPlace | undefined }> {
  const count = Math.min(Math.max(search.count ?? 50, 1), 1_000);
  let query = auditRecordsIn(db, search).selectAll('audit_record');
  if (search.personId !== undefined) query = query.where('person_id', '=', search.personId);
  if (search.clientId !== undefined) query = query.where('client_id', '=', search.clientId);
  if (search.outcome !== undefined) query = query.where('outcome', '=', search.outcome);
  if (search.action !== undefined) query = query.where('action', '=', search.action);
  if (search.kind !== undefined) query = query.where('kind', '=', search.kind);
  if (search.recordIds !== undefined) query = query.where('audit_record.record_id', 'in', [...search.recordIds]);
  const rows = await query.limit(count + 1).execute();
  const page = rows.slice(0, count);
  const last = page.at(-1);
  return {
    rows: page,
    next: rows.length > count && last !== undefined ? { recorded: last.recorded, recordId: last.record_id } : undefined,
  };
}

export async function auditRecordById(db: Db, id: string): Promise<AuditRecordRow | undefined> {
  return db.selectFrom('audit_record').selectAll().where('record_id', '=', id).executeTakeFirst();
}
