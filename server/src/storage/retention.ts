/** Letting go of whole months of the audit tables, and what keeps them: legal holds. Dropping needs the owner's connection; the runtime role cannot. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

export interface LegalHold {
  readonly id: string;
  readonly patient: string | null;
  readonly since: Date | null;
  readonly until: Date | null;
  readonly reason: string;
  readonly madeBy: string;
  readonly madeAt: Date;
  readonly releasedBy: string | null;
  readonly releasedAt: Date | null;
}

export type NewHold = Pick<LegalHold, 'id' | 'patient' | 'since' | 'until' | 'reason' | 'madeBy'>;

export async function insertHold(db: Db, hold: NewHold): Promise<void> {
  await sql`INSERT INTO legal_hold (id, patient, since, until, reason, made_by)
    VALUES (${hold.id}, ${hold.patient}, ${hold.since}, ${hold.until}, ${hold.reason}, ${hold.madeBy})`.execute(db);
}

/** False when there is no such hold in force. */
export async function releaseHold(db: Db, id: string, by: string): Promise<boolean> {
  const { rows } = await sql`UPDATE legal_hold SET released_by = ${by}, released_at = now()
    WHERE id = ${id} AND released_at IS NULL RETURNING id`.execute(db);
  return rows.length > 0;
}

export async function listHolds(db: Db): Promise<readonly LegalHold[]> {
  const { rows } = await sql<LegalHold>`SELECT id, patient, since, until, reason, made_by AS "madeBy", made_at AS "madeAt",
    released_by AS "releasedBy", released_at AS "releasedAt" FROM legal_hold ORDER BY made_at DESC`.execute(db);
  return rows;
}

/** `2026-11`. */
export async function droppedMonths(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ month: string }>`SELECT month FROM audit_month_dropped ORDER BY month`.execute(db);
  return rows.map(({ month }) => month);
}

/** The months whose tables are there and that lie wholly before `before`, oldest first, and whether a hold keeps them. */
export async function agedMonths(db: Db, before: Date): Promise<readonly { readonly month: string; readonly held: boolean }[]> {
  const { rows } = await sql<{
    name: string;
  }>`SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'audit_record'::regclass AND child.relname ~ '^audit_record_[0-9]{4}_[0-9]{2}$' ORDER BY 1`.execute(db);
  const aged = rows
    .map(({ name }) => name.slice('audit_record_'.length).replace('_', '-'))
    .filter((month) => rangeOf(month).to <= before);
  return Promise.all(aged.map(async (month) => ({ month, held: await isHeld(db, month) })));
}

/**
 * Drops one month. `db` must be the owner's. False when a hold has come meanwhile, or another node was faster. Everything of the month goes at once, and that it went
 * is written down in the same transaction, with about how much it was: counting would take long.
 */
export async function dropMonth(db: Db, month: string): Promise<boolean> {
  const name = month.replace('-', '_');
  return db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('fireguard partitions'))`.execute(transaction);
    await sql`LOCK TABLE legal_hold IN SHARE MODE`.execute(transaction);
    const { rows } = await sql<{ there: boolean }>`SELECT to_regclass(${`audit_record_${name}`}) IS NOT NULL AS there`.execute(
      transaction,
    );
    if (!rows[0]!.there || (await isHeld(transaction, month))) return false;
    await sql`INSERT INTO audit_month_dropped (month, records) SELECT ${month}, greatest(reltuples, 0)::bigint FROM pg_class
      WHERE oid = to_regclass(${`audit_record_${name}`}) ON CONFLICT (month) DO NOTHING`.execute(transaction);
    for (const table of ['audit_record', 'audit_patient'])
      await sql`DROP TABLE IF EXISTS ${sql.id(`${table}_${name}`)}`.execute(transaction);
    return true;
  });
}

async function isHeld(db: Db, month: string): Promise<boolean> {
  const { from, to } = rangeOf(month);
  const { rows } = await sql<{ held: boolean }>`SELECT EXISTS (SELECT FROM legal_hold WHERE released_at IS NULL
    AND (since IS NULL OR since < ${to}) AND (until IS NULL OR until > ${from})
    AND (patient IS NULL OR EXISTS (SELECT FROM audit_patient WHERE audit_patient.patient = legal_hold.patient
      AND recorded >= ${from} AND recorded < ${to}))) AS held`.execute(db);
  return rows[0]!.held;
}

function rangeOf(month: string): { readonly from: Date; readonly to: Date } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return { from: new Date(Date.UTC(year, number - 1, 1)), to: new Date(Date.UTC(year, number, 1)) };
}
