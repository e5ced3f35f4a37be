/**
 * Journal and database against each other: every record that the journal proves is in the tables once, as it would be written today, and nothing
 * else is there under its chain. Needs read access alone. Reads both in the order of the chain, so it needs no memory for either.
 */
import type pg from 'pg';
import type { NewAuditRecord } from '../storage/audit-copy.ts';
import { canonicalJson } from './canonical.ts';
import { type RecordLine, readLine, writeRecord } from './chain.ts';
import type { JournalFolder } from './journal-folder.ts';
import { monthDropped } from './month-dropped.ts';
import { recordRow } from './record-row.ts';
import { readLines, segments } from './segment.ts';
import type { Finding } from './verify.ts';

/** `held`: how far the database must have come at least; what lies behind the last row and this may still be on its way. */
export async function verifyDatabase(
  folder: JournalFolder,
  client: pg.ClientBase,
  chain: string,
  held: number,
): Promise<{ readonly rows: number; readonly finding: Finding | undefined }> {
  const table = rowsInOrder(client, chain);
  const place = { segment: 'database', line: 0 };
  const found = (seq: number, what: Finding['what'], why: string): Finding => ({ at: { ...place, seq }, what, why });
  const { rows: places } = await client.query<{ sequence: string }>('SELECT sequence FROM journal_position WHERE node = $1', [
    chain,
  ]);
  const copied = Math.max(held, Number(places[0]?.sequence ?? 0));
  const letGo = await monthsLetGo(folder);
  let count = 0;
  let end = { seq: 0, hash: '' };
  let row = (await table.next()).value;
  for await (const line of recordsInOrder(folder)) {
    // Of a month that the journal says was let go, nothing need be there.
    if ((row === undefined || row.seq > line.seq) && letGo.size > 0 && letGo.has(monthOf(line))) {
      end = line;
      continue;
    }
    if (row === undefined || row.seq > line.seq) {
      if (row === undefined && line.seq > copied) return { rows: count, finding: undefined };
      const moved = await whereIs(client, line);
      return {
        rows: count,
        finding:
          moved === undefined
            ? found(line.seq, 'missing', `the database has lost record ${line.seq}`)
            : found(line.seq, 'reordered', `the database holds record ${line.seq} as ${moved}`),
      };
    }
    if (row.seq < line.seq)
      return {
        rows: count,
        finding: found(row.seq, 'added', `the database holds a record ${row.seq} that the journal has not`),
      };
    const wrong = difference(row, recordRow(line, chain));
    if (wrong !== undefined) {
      const moved = row.row.record_id === recordRow(line, chain).record_id ? undefined : await whereIs(client, line);
      return {
        rows: count,
        finding:
          moved === undefined
            ? found(line.seq, 'changed', `the database holds record ${line.seq} with another ${wrong} than the journal`)
            : found(line.seq, 'reordered', `the database holds record ${line.seq} as ${moved}`),
      };
    }
    count += 1;
    end = line;
    row = (await table.next()).value;
  }
  if (row !== undefined) {
    // A row that continues the chain was written by us: the journal has lost it.
    const { seq } = row;
    const cut = seq > end.seq && writeRecord(seq, end.hash, row.row.record).hash === row.row.hash;
    const why = `the database holds a record ${seq} that the journal has not`;
    return {
      rows: count,
      finding: cut ? found(seq, 'truncated', `the journal ends at record ${end.seq}: ${why}`) : found(seq, 'added', why),
    };
  }
  return { rows: count, finding: undefined };
}

interface Row {
  readonly seq: number;
  readonly row: NewAuditRecord;
}

const columns = [
  'record_id',
  'hash',
  'recorded',
  'kind',
  'outcome',
  'action',
  'resource_type',
  'person_id',
  'client_id',
] as const;

/** Name of the first thing that differs. */
function difference({ row }: Row, wanted: NewAuditRecord): string | undefined {
  const column = columns.find((name) => row[name] !== wanted[name]);
  if (column !== undefined) return column;
  if (row.record !== wanted.record) return 'record';
  return touched(row) === touched(wanted) ? undefined : 'list of patients';
}

const touched = ({ patients }: NewAuditRecord): string =>
  patients
    .map(({ patient, place }) => `${place} ${patient}`)
    .sort()
    .join('\n');

/** Under which sequence the database holds this record, if it does, and not under its own. */
async function whereIs(client: pg.ClientBase, line: RecordLine): Promise<string | undefined> {
  const { id, recorded } = JSON.parse(line.record) as { id: string; recorded: number };
  const { rows } = await client.query<{ sequence: string }>(
    'SELECT sequence FROM audit_record WHERE record_id = $1 AND recorded = $2 AND sequence <> $3',
    [id, new Date(recorded), line.seq],
  );
  return rows[0]?.sequence;
}

const batch = 1_000;

async function* rowsInOrder(client: pg.ClientBase, chain: string): AsyncGenerator<Row, undefined> {
  let [after, afterId] = ['-1', ''];
  for (;;) {
    const { rows } = await client.query<
      Omit<NewAuditRecord, 'sequence' | 'recorded' | 'record'> & { sequence: string; recorded: Date; record: object }
    >(
      `SELECT record_id, node, sequence, hash, recorded, kind, outcome, action, resource_type, person_id, client_id, record,
        (SELECT coalesce(json_agg(json_build_object('patient', patient, 'place', place)), '[]') FROM audit_patient
          WHERE audit_patient.record_id = audit_record.record_id AND audit_patient.recorded = audit_record.recorded) AS patients
       FROM audit_record WHERE node = $1 AND (sequence, record_id) > ($2, $3) ORDER BY sequence, record_id LIMIT ${batch}`,
      [chain, after, afterId],
    );
    for (const row of rows)
      yield {
        seq: Number(row.sequence),
        row: {
          ...row,
          sequence: Number(row.sequence),
          recorded: row.recorded.toISOString(),
          record: canonicalJson(row.record),
        },
      };
    const last = rows.at(-1);
    if (rows.length < batch || last === undefined) return undefined;
    [after, afterId] = [last.sequence, last.record_id];
  }
}

const monthOf = (line: RecordLine): string =>
  new Date((JSON.parse(line.record) as { recorded: number }).recorded).toISOString().slice(0, 7);

/** By the journal's own word, which is proven; the database's would be whoever's who can write there. */
async function monthsLetGo(folder: JournalFolder): Promise<ReadonlySet<string>> {
  const months = new Set<string>();
  for await (const line of recordsInOrder(folder)) {
    if (!line.record.includes(monthDropped)) continue;
    const { kind, action, resources } = JSON.parse(line.record) as {
      kind: string;
      action: string;
      resources: readonly string[];
    };
    if (kind === 'administration' && action === monthDropped)
      for (const one of resources) months.add(one.replace('month/', ''));
  }
  return months;
}

/** Lines that are not as they were written are the chain's business; here they are left out. */
async function* recordsInOrder(folder: JournalFolder): AsyncGenerator<RecordLine> {
  for (const name of await segments(folder))
    for await (const lines of readLines(folder, name))
      for (const raw of lines) {
        const line = raw.complete && raw.text !== undefined ? readLine(raw.text) : undefined;
        if (line?.kind === 'record') yield line;
      }
}
