/** Who was let see a patient's record: the trail's rows about them, newest first, without those in which they are no more than the one who asked. */
import { type Kysely, sql } from 'kysely';
import { type AuditPlace, auditRecordsIn } from './audit-records.ts';
import type { Database } from './schema.ts';

export interface LooksAsked {
  /** Id. */
  readonly patient: string;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly after?: AuditPlace | undefined;
  readonly limit: number;
}

export async function looksAt(db: Kysely<Database>, { limit, ...range }: LooksAsked) {
  const rows = await auditRecordsIn(db, range)
    .selectAll('audit_record')
    .where('kind', '=', 'request')
    .where('outcome', '=', 'permit')
    .where(sql<boolean>`audit_patient.place >= 0`)
    .limit(limit + 1)
    .execute();
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    rows: page,
    next: rows.length > limit && last !== undefined ? { recorded: last.recorded, recordId: last.record_id } : undefined,
  };
}
