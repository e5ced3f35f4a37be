/**
 * From the journal into PostgreSQL: in batches, each in one transaction with the place up to which the journal is copied, so that a crash repeats
 * a batch or does not, and never loses one. While the database is away the journal goes on; this catches up. Runs in a thread of its own
 * (repository-worker.ts), because copying must never hold up an answer.
 */
import { setTimeout as pause } from 'node:timers/promises';
import pg, { type ClientConfig } from 'pg';
import { type CopyPlace, type CopySlice, copyRecords, type NewAuditRecord, readCopyPlace } from '../storage/audit-copy.ts';
import { type Line, readLine } from './chain.ts';
import type { JournalPlace } from './journal.ts';
import type { JournalFolder } from './journal-folder.ts';
import { recordRow } from './record-row.ts';
import { readLines, segments } from './segment.ts';

export interface RepositoryOptions {
  /** The way to the database, as the runtime role. */
  readonly config: ClientConfig;
  readonly folder: JournalFolder;
  readonly chain: string;
  /** Up to where the journal may be read. */
  readonly durable: () => JournalPlace;
  /** Hears the sequence of the last record that is in the database: at once, and whenever it moves. */
  readonly moved: (sequence: number) => void;
  readonly tell: (line: string) => void;
}

export interface Repository {
  /** The journal has grown. */
  wake(): void;
  /** As `wake`, and at once: somebody waits. */
  hurry(): void;
  stop(): Promise<void>;
}

const batchRecords = 1_000;
/** Milliseconds between two batches that are not full: what is searched may be this much behind. Each batch costs the disk a sync, and answers wait for theirs on the same disk. */
const gather = 250;
/**
 * Records at once, and milliseconds of rest before the next, while the database is not far behind. A processor goes back to whoever answers only when its slice of a
 * few milliseconds is over; so what is done here, and by the database for it, is done in pieces that are shorter. Smaller ones cost the database more: each is two statements.
 */
const [sliceRecords, sliceRest] = [64, 40];

/** Starts copying from where the database says it was left. Throws when the database has records that the journal has not. */
export async function openRepository(options: RepositoryOptions): Promise<Repository> {
  const { folder, chain, durable, moved, tell } = options;
  let client: pg.Client | undefined;

  async function connected(): Promise<pg.Client> {
    if (client !== undefined) return client;
    const made = new pg.Client({
      ...options.config,
      connectionTimeoutMillis: 3_000,
      statement_timeout: 10_000,
      query_timeout: 12_000,
    });
    const drop = () => {
      if (client === made) client = undefined;
    };
    made.on('error', drop);
    made.on('end', drop);
    await made.connect();
    client = made;
    return made;
  }

  let position = await readCopyPlace(await connected(), chain);
  if (position.seq > durable().seq) {
    throw new Error(
      `the audit journal ends at record ${durable().seq}, but the database holds record ${position.seq} of it: records were removed. Restore the journal, or move the folder "audit" away to begin a new chain`,
    );
  }
  moved(position.seq);
  let stopping = false;
  let failing = false;
  /** Somebody waits for the records up to this one. */
  let awaited = 0;
  /** While the loop rests: whether there is nothing to copy, and how to go on before the time. */
  let resting: { readonly idle: boolean; readonly end: () => void } | undefined;

  const behind = () => durable().seq - position.seq;

  function rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        resting = undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      resting = { idle: behind() === 0, end };
    });
  }

  async function copySome(): Promise<void> {
    const client = await connected();
    position = await copyRecords(client, chain, position, () => slices(position));
    moved(position.seq);
  }

  /** The next records, as many as fit a batch; in small slices unless there are many, or somebody waits. */
  async function* slices(from: CopyPlace): AsyncGenerator<CopySlice> {
    const until = durable();
    const hastens = (): boolean => stopping || behind() >= batchRecords || position.seq < awaited;
    let left = batchRecords;
    let to = from;
    let records: NewAuditRecord[] = [];
    for await (const { line, segment, end } of readOn(folder, from, until)) {
      to = { segment, end, seq: line.kind === 'record' ? line.seq : to.seq };
      if (line.kind === 'header') continue;
      records.push(recordRow(line, chain));
      left -= 1;
      if (left === 0) break;
      if (hastens() || records.length < sliceRecords) continue;
      yield { records, to };
      records = [];
      await pause(sliceRest);
    }
    if (to !== from) yield { records, to };
  }

  async function run(): Promise<void> {
    let wait = 100;
    while (!stopping) {
      if (behind() === 0) {
        await rest(60_000);
        continue;
      }
      if (!failing && behind() < batchRecords && position.seq >= awaited) await rest(gather);
      try {
        await copySome();
        if (failing) tell('the audit records are being copied into the database again');
        failing = false;
        wait = 100;
      } catch (error) {
        // It may have been the connection; a new one costs little.
        await client?.end().catch(() => undefined);
        client = undefined;
        if (!failing) tell(`audit records wait in the journal, the database does not take them: ${(error as Error).message}`);
        failing = true;
        await rest(wait);
        wait = Math.min(wait * 2, 2_000);
      }
    }
  }
  const running = run();

  return {
    wake() {
      if (resting?.idle === true) resting.end();
    },
    hurry() {
      awaited = durable().seq;
      resting?.end();
    },
    async stop() {
      stopping = true;
      resting?.end();
      await running;
      await client?.end().catch(() => undefined);
    },
  };
}

/** The lines after `from`, up to what is durable. */
async function* readOn(
  folder: JournalFolder,
  from: CopyPlace,
  durable: JournalPlace,
): AsyncGenerator<{ readonly line: Line; readonly segment: string; readonly end: number }> {
  for (const name of await segments(folder)) {
    if ((from.segment !== undefined && name < from.segment) || name > durable.segment) continue;
    const start = name === from.segment ? from.end : 0;
    const end = name === durable.segment ? durable.length : Number.MAX_SAFE_INTEGER;
    for await (const lines of readLines(folder, name, start, end)) {
      for (const raw of lines) {
        const line = raw.complete && raw.text !== undefined ? readLine(raw.text) : undefined;
        if (line === undefined)
          throw new Error(`the audit journal is damaged at ${name}, byte ${raw.start}: run "fireguard audit verify"`);
        yield { line, segment: name, end: raw.end };
      }
    }
  }
}
