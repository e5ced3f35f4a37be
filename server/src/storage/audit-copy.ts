/**
 * What the thread that copies the journal says to the database, in plain SQL on a connection of its own: it loads neither the query builder nor
 * the engine. Batches and the place up to which they go are one transaction.
 */
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

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
 * One batch and the move to its end, or neither; the slices come when they come, and are asked for again where some of the records are there already (a position that was lost): those stay as they
 * are. INVARIANT: moves on only from where we were: two that copy the same journal cannot both succeed.
 */
export async function copyRecords(
  client: pg.ClientBase,
  chain: string,
  from: CopyPlace,
  slices: () => AsyncIterable<CopySlice>,
): Promise<CopyPlace> {
  try {
    return await copyBatch(client, chain, from, slices(), addNewRecords);
  } catch (error) {
    if ((error as pg.DatabaseError).code !== uniqueViolation) throw error;
    return copyBatch(client, chain, from, slices(), addMissingRecords);
  }
}

const uniqueViolation = '23505';

async function copyBatch(
  client: pg.ClientBase,
  chain: string,
  from: CopyPlace,
  slices: AsyncIterable<CopySlice>,
  add: typeof addNewRecords,
): Promise<CopyPlace> {
  await client.query('BEGIN');
  try {
    let to = from;
    let hash = '';
    for await (const slice of slices) {
      await add(client, slice.records);
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

const columns = [
  ...(['record_id', 'node', 'sequence', 'hash', 'recorded', 'kind', 'outcome', 'action', 'resource_type'] as const),
  ...(['person_id', 'client_id', 'record'] as const),
];
const addRecords = `COPY audit_record (${columns.join(', ')}) FROM STDIN`;
const addPatients = 'COPY audit_patient (patient, recorded, record_id, place) FROM STDIN';

/** Adds them, by COPY: two thirds to three quarters of what INSERT costs the database. Rejects with `uniqueViolation` where one is there already. */
export async function addNewRecords(client: pg.ClientBase, records: readonly NewAuditRecord[]): Promise<void> {
  let rows = '';
  let touched = '';
  for (const record of records) {
    rows += copyLine(columns.map((name) => record[name]));
    for (const { patient, place } of record.patients) touched += copyLine([patient, record.recorded, record.record_id, place]);
  }
  if (rows !== '') await copyIn(client, addRecords, rows);
  if (touched !== '') await copyIn(client, addPatients, touched);
}

async function copyIn(client: pg.ClientBase, text: string, rows: string): Promise<void> {
  const stream = client.query(copyFrom(text));
  const done = finished(stream);
  stream.end(rows);
  await done;
}

const special = /[\\\n\r\t]/;
const escapes = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' } as const;

/** A row in the text format of COPY. */
function copyLine(values: readonly (string | number | null)[]): string {
  return `${values.map(copyValue).join('\t')}\n`;
}

function copyValue(value: string | number | null): string {
  if (value === null) return '\\N';
  const text = String(value);
  return special.test(text) ? text.replace(/[\\\n\r\t]/g, (one) => escapes[one as keyof typeof escapes]) : text;
}

/** Adds those that are not there yet (by id and time). */
export async function addMissingRecords(client: pg.ClientBase, records: readonly NewAuditRecord[]): Promise<void> {
  const touched = records.flatMap(({ patients, recorded, record_id }) =>
    patients.map(({ patient, place }) => ({ patient, recorded, record_id, place })),
  );
  await client.query(
    `WITH added AS (
      INSERT INTO audit_record (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM json_populate_recordset(NULL::audit_record, $1)
      ON CONFLICT DO NOTHING)
    INSERT INTO audit_patient (patient, recorded, record_id, place)
    SELECT patient, recorded, record_id, place FROM json_populate_recordset(NULL::audit_patient, $2) ON CONFLICT DO NOTHING`,
    [`[${records.map(rowText).join(',')}]`, JSON.stringify(touched)],
  );
}

function rowText({ record, patients: _touched, ...columns }: NewAuditRecord): string {
  return `${JSON.stringify(columns).slice(0, -1)},"record":${record}}`;
}
