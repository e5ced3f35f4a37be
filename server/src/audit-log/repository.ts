/**
 * From the journal into PostgreSQL: in batches, each in one transaction with the place up to which the journal is copied, so that a crash repeats
 * a batch or does not, and never loses one. While the database is away the journal goes on; this catches up. Must never hold up an answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuditRecord, auditEvents } from '@fireguard/engine';
import { type Kysely, sql } from 'kysely';
import { insertAuditEvents, type NewAuditEvent } from '../storage/audit-events.ts';
import type { Database } from '../storage/schema.ts';
import { type RecordLine, readLine } from './chain.ts';
import type { JournalPlace } from './journal.ts';
import type { JournalFolder } from './journal-folder.ts';
import { readLines, segments } from './segment.ts';

/** Who observed, in the AuditEvents: the gateway's name, its site, its FHIR base. */
export interface Site {
  readonly observer: string;
  readonly site: string;
  readonly base: string;
}

export interface RepositoryOptions {
  readonly db: Kysely<Database>;
  readonly folder: JournalFolder;
  readonly chain: string;
  readonly site: Site;
  readonly durable: () => JournalPlace;
  readonly tell: (line: string) => void;
}

export interface Repository {
  /** The journal has grown. */
  wake(): void;
  /** Records that are durable and not yet in the database. */
  lag(): number;
  /** Resolves when everything that is durable now is in the database; rejects after `patience` milliseconds. */
  caughtUp(patience: number): Promise<void>;
  stop(): Promise<void>;
}

interface Position {
  readonly segment: string | undefined;
  readonly end: number;
  readonly seq: number;
}

const batchRecords = 500;
/** To let a batch gather; what is searched may be this much behind. */
const gather = 50;

/** Starts copying from where the database says it was left. Throws when the database has records that the journal has not. */
export async function openRepository(options: RepositoryOptions): Promise<Repository> {
  const { db, folder, chain, durable, tell } = options;
  let position = await readPosition(db, chain);
  if (position.seq > durable().seq) {
    throw new Error(
      `the audit journal ends at record ${durable().seq}, but the database holds record ${position.seq} of it: records were removed. Restore the journal, or move the folder "audit" away to begin a new chain`,
    );
  }
  let stopping = false;
  let asleep = new AbortController();
  let failing = false;

  const behind = () => durable().seq - position.seq;
  const pause = (milliseconds: number) => sleep(milliseconds, undefined, { signal: asleep.signal }).catch(() => undefined);

  async function copySome(): Promise<void> {
    const { lines, next } = await readBatch(folder, position, durable());
    if (next === position) return;
    const rows = lines.flatMap((line) => rowsOf(line, chain, options.site, tell));
    await db.transaction().execute(async (transaction) => {
      await insertAuditEvents(transaction, rows);
      await movePosition(transaction, chain, position, next, lines.at(-1)?.hash);
    });
    position = next;
  }

  async function run(): Promise<void> {
    let wait = 100;
    while (!stopping) {
      if (behind() === 0) {
        await pause(60_000);
        if (asleep.signal.aborted) asleep = new AbortController();
        if (!stopping) await sleep(gather);
        continue;
      }
      try {
        await copySome();
        if (failing) tell('the audit records are being copied into the database again');
        failing = false;
        wait = 100;
      } catch (error) {
        if (!failing) tell(`audit records wait in the journal, the database does not take them: ${detailOf(error)}`);
        failing = true;
        await pause(wait);
        if (asleep.signal.aborted) asleep = new AbortController();
        wait = Math.min(wait * 2, 2_000);
      }
    }
  }
  const running = run();

  async function caughtUp(patience: number): Promise<void> {
    const goal = durable().seq;
    const deadline = performance.now() + patience;
    asleep.abort();
    while (position.seq < goal) {
      if (performance.now() > deadline) throw new Error(`${goal - position.seq} audit records are not in the database yet`);
      await sleep(10);
    }
  }

  return {
    wake() {
      if (!failing) asleep.abort();
    },
    lag: behind,
    caughtUp,
    async stop() {
      stopping = true;
      asleep.abort();
      await running;
    },
  };
}

async function readPosition(db: Kysely<Database>, chain: string): Promise<Position> {
  const row = await db.selectFrom('journal_position').selectAll().where('node', '=', chain).executeTakeFirst();
  return row === undefined
    ? { segment: undefined, end: 0, seq: 0 }
    : { segment: row.segment, end: Number(row.line_end), seq: Number(row.sequence) };
}

/** INVARIANT: moves on only from where we were: two processes that copy the same journal cannot both succeed. */
async function movePosition(
  db: Kysely<Database>,
  chain: string,
  from: Position,
  to: Position,
  hash: string | undefined,
): Promise<void> {
  const values = {
    segment: to.segment ?? '',
    line_end: to.end,
    sequence: to.seq,
    hash: hash ?? '',
    updated_at: sql<Date>`now()`,
  };
  const moved =
    from.segment === undefined
      ? db
          .insertInto('journal_position')
          .values({ node: chain, ...values })
          .onConflict((conflict) => conflict.doNothing())
          .returning('node')
      : db
          .updateTable('journal_position')
          .set(values)
          .where('node', '=', chain)
          .where('sequence', '=', String(from.seq))
          .where('line_end', '=', String(from.end))
          .returning('node');
  if ((await moved.executeTakeFirst()) === undefined) throw new Error('another process copies the same audit journal');
}

/** The next records after `from`, up to what is durable; `next` is `from` itself when there is nothing. */
async function readBatch(
  folder: JournalFolder,
  from: Position,
  durable: JournalPlace,
): Promise<{ lines: readonly RecordLine[]; next: Position }> {
  const names = await segments(folder);
  const found: RecordLine[] = [];
  let next = from;
  for (const name of names) {
    if ((from.segment !== undefined && name < from.segment) || name > durable.segment) continue;
    const start = name === from.segment ? from.end : 0;
    const end = name === durable.segment ? durable.length : Number.MAX_SAFE_INTEGER;
    for await (const lines of readLines(folder, name, start, end)) {
      for (const raw of lines) {
        const line = raw.complete && raw.text !== undefined ? readLine(raw.text) : undefined;
        if (line === undefined)
          throw new Error(`the audit journal is damaged at ${name}, byte ${raw.start}: run "fireguard audit verify"`);
        if (line.kind === 'record') found.push(line);
        next = { segment: name, end: raw.end, seq: line.kind === 'record' ? line.seq : next.seq };
        if (found.length === batchRecords) return { lines: found, next };
      }
    }
  }
  return { lines: found, next };
}

/** The rows of one record: one per FHIR AuditEvent, so one per patient where BALP asks for that. */
function rowsOf(line: RecordLine, chain: string, site: Site, tell: (line: string) => void): readonly NewAuditEvent[] {
  const record = JSON.parse(line.record) as AuditRecord;
  let events: readonly unknown[];
  try {
    events = auditEvents(record, site);
  } catch (error) {
    // The record itself is kept and found; that its FHIR form could not be made must not hold up those behind it.
    tell(`audit record ${record.id} could not be rendered as FHIR: ${error instanceof Error ? error.message : String(error)}`);
    events = [null];
  }
  return events.map((event) => ({
    id: idOf(event) ?? record.id,
    record_id: record.id,
    node: chain,
    sequence: line.seq,
    hash: line.hash,
    recorded: new Date(record.recorded),
    kind: record.kind,
    outcome: record.outcome,
    action: record.action,
    resource_type: record.type ?? null,
    patient: patientOf(event) ?? (record.patients.length === 1 ? `Patient/${record.patients[0]}` : null),
    person_id: record.caller?.user?.id ?? null,
    client_id: record.caller?.client?.id ?? null,
    record: line.record,
    event: JSON.stringify(event),
  }));
}

const idOf = (event: unknown): string | undefined => (event as { id?: string } | null)?.id;

/** BALP: the patient is the entity of type 1 (person) in role 1 (patient). */
function patientOf(event: unknown): string | undefined {
  const entities =
    (event as { entity?: { what?: { reference?: string }; type?: { code?: string }; role?: { code?: string } }[] } | null)
      ?.entity ?? [];
  return entities.find((entity) => entity.type?.code === '1' && entity.role?.code === '1')?.what?.reference;
}

function detailOf(error: unknown): string {
  const { detail } = error as { detail?: unknown };
  return typeof detail === 'string' ? detail : error instanceof Error ? error.message : String(error);
}
