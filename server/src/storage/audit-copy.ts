/**
 * What the thread that copies the journal says to the database, in plain SQL on a connection of its own: it loads neither the query builder nor
 * the engine. Batches and the place up to which they go are one transaction.
 */
import type pg from 'pg';

/** A record on its way in. `record` is its text in the journal. */
export interface NewAuditRecord {
  readonly record_id: string;
  readonly node: string;
  readonly sequence: number;
  readonly hash: string;
  /** ISO 8601. */
  readonly recorded: string;
  readonly kind: string;
  readonly outcome: string;
  readonly action: string;
  readonly resource_type: string | null;
  readonly person_id: string | null;
  readonly client_id: string | null;
  readonly record: string;
  readonly patients: readonly TouchedPatient[];
}

/** A patient whom a record touches. */
export interface TouchedPatient {
  /** Id. */
  readonly patient: string;
  /** Of the AuditEvent about them: 0 where the record has one event, else from 1; -1 for a patient who is no more than the one who asked. */
  readonly place: number;
}

/** Up to where a journal is copied; `segment` is undefined before the first batch. */
export interface CopyPlace {
  readonly segment: string | undefined;
  /** Bytes of that segment. */
  readonly end: number;
  readonly seq: number;
}

export async function readCopyPlace(client: pg.ClientBase, chain: string): Promise<CopyPlace> {
  const { rows } = await client.query<{ segment: string; line_end: string; sequence: string }>(
    'SELECT segment, line_end, sequence FROM journal_position WHERE node = $1',
    [chain],
  );
  const row = rows[0];
  return row === undefined
    ? { segment: undefined, end: 0, seq: 0 }
    : { segment: row.segment, end: Number(row.line_end), seq: Number(row.sequence) };
}

/** A part of a batch, and up to where the journal is copied with it. */
export interface CopySlice {
  readonly records: readonly NewAuditRecord[];
  readonly to: CopyPlace;
}

/**
 * One batch and the move to its end, or neither; the slices come when they come. INVARIANT: moves on only from where we were: two that copy the same journal
 * cannot both succeed.
 */
export async function copyRecords(
  client: pg.ClientBase,
  chain: string,
  from: CopyPlace,
  slices: AsyncIterable<CopySlice>,
): Promise<CopyPlace> {
  await client.query('BEGIN');
  try {
    let to = from;
    let hash = '';
    for await (const slice of slices) {
      await insertAuditRecords(client, slice.records);
      to = slice.to;
      hash = slice.records.at(-1)?.hash ?? hash;
    }
    if (to === from) {
      await client.query('ROLLBACK');
      return from;
    }
    const place = [chain, to.segment ?? '', to.end, to.seq, hash];
    const { rowCount } =
      from.segment === undefined
        ? await client.query(
            `INSERT INTO journal_position (node, segment, line_end, sequence, hash, updated_at) VALUES ($1, $2, $3, $4, $5, now())
             ON CONFLICT DO NOTHING`,
            place,
          )
        : await client.query(
            `UPDATE journal_position SET segment = $2, line_end = $3, sequence = $4, hash = $5, updated_at = now()
             WHERE node = $1 AND sequence = $6 AND line_end = $7`,
            [...place, from.seq, from.end],
          );
    if (rowCount !== 1) throw new Error('another process copies the same audit journal');
    await client.query('COMMIT');
    return to;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

// One parameter for all rows of a table: the records are JSON already, and PostgreSQL reads JSON faster than it takes thousands of parameters. Named, so that it is planned once.
const addRecords = {
  name: 'add-audit-records',
  text: `WITH added AS (
      INSERT INTO audit_record (record_id, node, sequence, hash, recorded, kind, outcome, action, resource_type, person_id, client_id, record)
      SELECT * FROM json_to_recordset($1::json) AS row (record_id text, node text, sequence bigint, hash text, recorded timestamptz, kind text,
        outcome text, action text, resource_type text, person_id text, client_id text, record jsonb)
      ON CONFLICT DO NOTHING)
    INSERT INTO audit_patient (patient, recorded, record_id, place)
    SELECT * FROM json_to_recordset($2::json) AS row (patient text, recorded timestamptz, record_id text, place integer)
    ON CONFLICT DO NOTHING`,
};

/** Adds them; what is there already (same id and time) is left as it is, so that a batch can be repeated after a crash. */
export async function insertAuditRecords(client: pg.ClientBase, records: readonly NewAuditRecord[]): Promise<void> {
  if (records.length === 0) return;
  const touched = records.flatMap(({ patients, recorded, record_id }) =>
    patients.map(({ patient, place }) => ({ patient, recorded, record_id, place })),
  );
  await client.query({ ...addRecords, values: [`[${records.map(rowText).join(',')}]`, JSON.stringify(touched)] });
}

function rowText({ record, patients: _touched, ...columns }: NewAuditRecord): string {
  return `${JSON.stringify(columns).slice(0, -1)},"record":${record}}`;
}
