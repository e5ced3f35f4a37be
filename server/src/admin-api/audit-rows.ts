/** The audit trail as an officer reads it: one row per record, newest first. */
import type { AuditRecord } from '@fireguard/engine';
import { type Kysely, sql } from 'kysely';
import { auditRecordsIn } from '../storage/audit-records.ts';
import type { Database } from '../storage/schema.ts';
import type { AuditPage } from './audit-cursor.ts';

export interface AuditQuery {
  /** Inclusive. */
  readonly since: Date | undefined;
  /** Exclusive. */
  readonly until: Date | undefined;
  /** Id. */
  readonly patient: string | undefined;
  /** Part of a person's or client's name, or their id. */
  readonly agent: string | undefined;
  readonly outcome: 'permit' | 'masked' | 'deny' | 'failure' | 'unknown' | undefined;
  /** Purpose-of-use code, such as TREAT. */
  readonly purpose: string | undefined;
  readonly kind: string | undefined;
  /** X-Request-Id. */
  readonly request: string | undefined;
  readonly limit: number;
  readonly after: AuditPage | undefined;
}

export interface FoundRecord {
  readonly recordId: string;
  readonly node: string;
  readonly sequence: string;
  readonly hash: string;
  readonly record: AuditRecord;
}

export async function auditRows(
  db: Kysely<Database>,
  query: AuditQuery,
): Promise<{ readonly rows: readonly FoundRecord[]; readonly next: AuditPage | undefined }> {
  const { since, until, patient, after } = query;
  let select = auditRecordsIn(db, {
    patient,
    from: since,
    to: until,
    after,
  }).select(['audit_record.record_id as recordId', 'node', 'sequence', 'hash', 'audit_record.recorded', 'record']);
  if (query.kind !== undefined) select = select.where('kind', '=', query.kind);
  if (query.request !== undefined) select = select.where(sql<boolean>`record ->> 'requestId' = ${query.request}`);
  if (query.outcome === 'masked') select = select.where('outcome', '=', 'permit').where(masked, '>', 0);
  else if (query.outcome === 'permit') select = select.where('outcome', '=', 'permit').where(masked, '=', 0);
  else if (query.outcome !== undefined) select = select.where('outcome', '=', query.outcome);
  if (query.purpose !== undefined) {
    select = select.where(sql<boolean>`record #> '{caller,purposes}' @> ${JSON.stringify([{ code: query.purpose }])}::jsonb`);
  }
  if (query.agent !== undefined) {
    const { agent } = query;
    // position(), not LIKE: what was typed is text, never a pattern.
    const names = sql<boolean>`position(lower(${agent}) in lower(concat_ws(' ', record #>> '{caller,user,name}', record #>> '{caller,client,name}'))) > 0`;
    select = select.where((where) => where.or([where('person_id', '=', agent), where('client_id', '=', agent), names]));
  }
  // A write's intent whose end is on record says nothing that the end does not; one without an end stays, as "unknown" (I4).
  select = select.where(
    sql<boolean>`not (kind = 'intent' and exists (select 1 from audit_record as ending where ending.kind <> 'intent'
      and ending.node = audit_record.node and ending.sequence > audit_record.sequence and ending.recorded >= audit_record.recorded
      and ending.recorded < audit_record.recorded + interval '10 minutes' and ending.record ->> 'intent' = audit_record.record_id))`,
  );
  const rows = await select.limit(query.limit + 1).execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    rows: page.map(({ recorded: _time, record, ...row }) => ({ ...row, record: record as unknown as AuditRecord })),
    next: rows.length > query.limit && last !== undefined ? { recorded: last.recorded, recordId: last.recordId } : undefined,
  };
}

/** `recorded`: when it was recorded, as far as is known, in milliseconds; it spares looking through every month. */
export async function auditRowById(db: Kysely<Database>, id: string, recorded: Date): Promise<FoundRecord | undefined> {
  const row = await db
    .selectFrom('audit_record')
    .select(['record_id as recordId', 'node', 'sequence', 'hash', 'record'])
    .where('record_id', '=', id)
    .where('recorded', '>=', new Date(recorded.getTime() - 1_000))
    .where('recorded', '<', new Date(recorded.getTime() + 1_000))
    .executeTakeFirst();
  return row === undefined ? undefined : { ...row, record: row.record as unknown as AuditRecord };
}

const masked = sql<number>`jsonb_array_length(record -> 'masked')`;
