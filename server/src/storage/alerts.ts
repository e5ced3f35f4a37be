/** Alerts, and up to where each node's chain was looked at for them. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

export interface NewAlert {
  readonly id: string;
  readonly rule: string;
  readonly description: string;
  readonly doer: string;
  readonly doerName: string;
  /** How many were counted. */
  readonly count: number;
  /** Record that met the rule. */
  readonly recordId: string;
  readonly at: Date;
}

export interface Alert extends NewAlert {
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly note: string | null;
}

export interface RecordsToJudge {
  /** How many records were read, and the sequence of the last of them. */
  readonly read: number;
  readonly last: string | undefined;
  /** The newest of each kind that was among them, newest first: those that differ in nothing that a rule looks at are one kind. */
  readonly records: readonly { readonly sequence: string; readonly record: Record<string, unknown> }[];
}

/** The next records of a chain behind `after`, or behind the place up to which it was judged. `byPatients`: of other patients is another kind. */
export async function recordsToJudge(
  db: Db,
  chain: string,
  { after, limit, byPatients }: { readonly after: string | undefined; readonly limit: number; readonly byPatients: boolean },
): Promise<RecordsToJudge> {
  const behind = after ?? sql`coalesce((SELECT sequence FROM alert_position WHERE node = ${chain}), 0)`;
  const kind = ['kind', 'action', 'outcome', 'type', 'rules', 'address', ...(byPatients ? ['patients'] : [])];
  const { rows } = await sql<{ read: number; last: string; sequence: string; record: Record<string, unknown> }>`WITH
    next AS (SELECT sequence, record FROM audit_record WHERE node = ${chain} AND sequence > ${behind} ORDER BY sequence LIMIT ${limit}),
    newest AS (SELECT max(sequence) AS sequence FROM next GROUP BY jsonb_build_array(${sql.join(kind.map((name) => sql`record -> ${sql.lit(name)}`))},
      record #> '{caller,user}', record #> '{caller,client}', record #> '{caller,roles}', record #> '{caller,purposes}'))
    SELECT (SELECT count(*)::int FROM next) AS read, (SELECT max(sequence) FROM next) AS last, next.sequence, next.record
    FROM next JOIN newest USING (sequence) ORDER BY next.sequence DESC`.execute(db);
  return { read: rows[0]?.read ?? 0, last: rows[0]?.last, records: rows };
}

/** Whether it was told of this one already, so short a time ago that it is not told again. */
export async function isTold(
  db: Db,
  { rule, doer, since }: { readonly rule: string; readonly doer: string; readonly since: Date },
) {
  const { rows } = await sql`SELECT FROM alert WHERE rule = ${rule} AND doer = ${doer} AND at > ${since} LIMIT 1`.execute(db);
  return rows.length > 0;
}

export async function moveJudged(db: Db, chain: string, sequence: string): Promise<void> {
  await sql`INSERT INTO alert_position (node, sequence) VALUES (${chain}, ${sequence})
    ON CONFLICT (node) DO UPDATE SET sequence = greatest(alert_position.sequence, excluded.sequence)`.execute(db);
}

/** False when the rule was met by the same one within its time already. */
export async function insertAlert(db: Db, alert: NewAlert, quietMinutes: number): Promise<boolean> {
  // Nodes that count the same thing at once wait for each other here.
  await sql`SELECT pg_advisory_xact_lock(hashtext(${`fireguard alert ${alert.rule} ${alert.doer}`}))`.execute(db);
  const { rows } = await sql<{ id: string }>`INSERT INTO alert (id, rule, description, doer, doer_name, count, record_id, at)
    SELECT ${alert.id}, ${alert.rule}, ${alert.description}, ${alert.doer}, ${alert.doerName}, ${alert.count}, ${alert.recordId}, ${alert.at}
    WHERE NOT EXISTS (SELECT FROM alert WHERE rule = ${alert.rule} AND doer = ${alert.doer}
      AND at > ${alert.at}::timestamptz - make_interval(mins => ${quietMinutes}))
    ON CONFLICT DO NOTHING RETURNING id`.execute(db);
  return rows.length > 0;
}

export interface CountAsked {
  readonly per: 'person' | 'client' | 'address';
  readonly doer: string;
  readonly of: 'records' | 'patients';
  readonly from: Date;
  readonly to: Date;
  readonly kinds: readonly string[] | undefined;
  readonly outcomes: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
}

/** How many records (or different patients) of one doer in a time. */
export async function countRecords(db: Db, { per, doer, of, from, to, kinds, outcomes, actions }: CountAsked): Promise<number> {
  const who =
    per === 'person'
      ? sql`person_id = ${doer}`
      : per === 'client'
        ? sql`client_id = ${doer}`
        : sql`record ->> 'address' = ${doer}`;
  const within = (column: string, values: readonly string[] | undefined) =>
    values === undefined ? sql`true` : sql`${sql.ref(column)} = ANY(${values}::text[])`;
  const counted =
    of === 'records'
      ? sql`SELECT count(*)::int AS count FROM audit_record`
      : sql`SELECT count(DISTINCT patient)::int AS count FROM audit_record, jsonb_array_elements_text(record -> 'patients') AS patient`;
  const { rows } = await sql<{
    count: number;
  }>`${counted} WHERE audit_record.recorded > ${from} AND audit_record.recorded <= ${to}
    AND ${who} AND ${within('kind', kinds)} AND ${within('outcome', outcomes)} AND ${within('action', actions)}`.execute(db);
  return rows[0]!.count;
}

/** Newest first. */
export async function listAlerts(db: Db, open: boolean, limit: number): Promise<readonly Alert[]> {
  const { rows } =
    await sql<Alert>`SELECT id, rule, description, doer, doer_name AS "doerName", count, record_id AS "recordId", at,
      closed_at AS "closedAt", closed_by AS "closedBy", note FROM alert
    WHERE ${open ? sql`closed_at IS NULL` : sql`true`} ORDER BY at DESC, id DESC LIMIT ${limit}`.execute(db);
  return rows;
}

export async function alertById(db: Db, id: string): Promise<Alert | undefined> {
  const { rows } =
    await sql<Alert>`SELECT id, rule, description, doer, doer_name AS "doerName", count, record_id AS "recordId", at,
      closed_at AS "closedAt", closed_by AS "closedBy", note FROM alert WHERE id = ${id}`.execute(db);
  return rows[0];
}

/** False when there is no such open alert. */
export async function closeAlert(db: Db, id: string, by: string, note: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`UPDATE alert SET closed_at = now(), closed_by = ${by}, note = ${note}
    WHERE id = ${id} AND closed_at IS NULL RETURNING id`.execute(db);
  return rows.length > 0;
}
