/**
 * The journal: append-only segments, hash-chained. INVARIANT (I4): `append` resolves only after the write that holds the record is on disk. Whatever
 * is queued while one write runs goes out together in the next (group commit). After a failure nothing is acknowledged until the file is known to end
 * where the last good write left it, and then on a new file.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Problem } from '@fireguard/engine';
import { storable } from './canonical.ts';
import { nothingBefore, writeHeader, writeRecord } from './chain.ts';
import type { JournalFile, JournalFolder } from './journal-folder.ts';
import { headName, recoverJournal } from './recover.ts';
import { segmentName } from './segment.ts';

export interface JournalOptions {
  readonly folder: JournalFolder;
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Hears of failures and repairs. */
  readonly tell: (line: string) => void;
  /** Called after each write. */
  readonly grown?: () => void;
  /** Bytes after which a new segment begins; default 64 MB. */
  readonly segmentBytes?: number;
}

/** A place up to which everything is durable. */
export interface JournalPlace {
  readonly segment: string;
  readonly length: number;
  readonly seq: number;
  /** Of record `seq`; 64 zeros before the first. */
  readonly hash: string;
}

export interface Journal {
  readonly chain: string;
  /** What a torn tail was put aside as, if there was one at start. */
  readonly torn: { readonly name: string; readonly bytes: number } | undefined;
  /** Gives the record its time (never before the last one's, R-240) and resolves with it once it is on disk; rejects with Problem('audit-unavailable'). */
  append<T extends object>(draft: T): Promise<T & { readonly recorded: number }>;
  healthy(): boolean;
  durable(): JournalPlace;
  close(): Promise<void>;
}

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const largestBatch = 1 << 20;
const mostTurns = 3;
const headEvery = 500;
const retryEvery = 1_000;
/**
 * Zeros behind the last line, for what comes: a small durable write over them is done a third sooner than one for which the disk must change the length of a file. Who reads takes
 * them for room (segment.ts).
 */
const zeros = new Uint8Array(256 << 10);
/** Larger writes grow the file by themselves. */
const smallWrite = 32 << 10;

const beginning = { segment: 0, length: 0, seq: 0, hash: nothingBefore, recordHash: nothingBefore };

/** Opens the journal in `folder`, setting a torn tail aside. Throws JournalDamaged where the chain does not hold. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { folder, now, tell } = options;
  const segmentBytes = options.segmentBytes ?? 64 << 20;
  const end = await recoverJournal(folder, largestBatch + 65_536, now());
  const chain = end?.chain ?? `${options.node}/${randomUUID()}`;
  let { segment, length, seq, hash, recordHash } = end ?? beginning;
  let recorded = end?.recorded ?? 0;
  let file: JournalFile | undefined;
  /** Length of that file, with the zeros behind the last line; endless where there is no room for more of them. */
  let room = length;
  let broken = false;
  let healthy = true;
  /** Why not, in each way that was told. */
  const told = new Set<string>();
  let closed = false;
  let queue: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let headSeq = -1;
  let headTimer: NodeJS.Timeout | undefined;
  let heading = Promise.resolve();
  let retryTimer: NodeJS.Timeout | undefined;

  async function beginSegment(): Promise<void> {
    const name = segmentName(segment + 1);
    // Left by an attempt that failed before it was used; nothing was ever acknowledged in it.
    await folder.remove(name);
    const made = await folder.create(name);
    try {
      const header = writeHeader({ chain, segment: segment + 1, first: seq + 1, prev: hash });
      const bytes = Buffer.from(`${header.line}\n`);
      await made.write(bytes, 0);
      await folder.sync();
      await closeFile();
      file = made;
      segment += 1;
      length = bytes.length;
      room = length;
      hash = header.hash;
    } catch (error) {
      await made.close().catch(() => undefined);
      throw error;
    }
  }

  /** Makes the last segment end where the last good write left it, and gives a file to go on with. */
  async function repair(): Promise<void> {
    const opened = await folder.open(segmentName(segment));
    try {
      if (opened.length < length) throw new Error(`${segmentName(segment)} is shorter than what was written`);
      if (opened.length > length || broken) {
        await opened.file.truncate(length);
        await opened.file.sync();
      }
    } catch (error) {
      await opened.file.close().catch(() => undefined);
      throw error;
    }
    file = opened.file;
    room = length;
    if (broken) await beginSegment().catch(dropFile);
    broken = false;
  }

  /** The zeros behind its end are for nobody any more; where they cannot be cut off, they do no harm. */
  async function closeFile(): Promise<void> {
    await file?.truncate(length).catch(() => undefined);
    await file?.close().catch(() => undefined);
    file = undefined;
  }

  async function dropFile(error: unknown): Promise<never> {
    await file?.close().catch(() => undefined);
    file = undefined;
    throw error;
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    if (file === undefined) await repair();
    if (length >= segmentBytes) await beginSegment();
    let text = '';
    let [nextSeq, nextHash] = [seq, hash];
    for (const waiting of batch) {
      nextSeq += 1;
      const written = writeRecord(nextSeq, nextHash, waiting.text);
      text += `${written.line}\n`;
      nextHash = written.hash;
    }
    const bytes = Buffer.from(text);
    broken = true;
    if (length + bytes.length > room && bytes.length < smallWrite) await makeRoom(file!).catch(dropFile);
    await file!.write(bytes, length).catch(dropFile);
    broken = false;
    length += bytes.length;
    room = Math.max(room, length);
    seq = nextSeq;
    hash = nextHash;
    recordHash = nextHash;
  }

  /** On a full disk there is none, and what was taken is given back: the record may still fit. */
  async function makeRoom(made: JournalFile): Promise<void> {
    try {
      await made.write(zeros, length);
      room = length + zeros.length;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      await made.truncate(length);
      room = Number.POSITIVE_INFINITY;
    }
  }

  async function work(): Promise<void> {
    while (queue.length > 0) {
      // What this turn of the event loop still brings goes along, and what the next ones bring while each brings more: the busier it is, the fewer writes.
      for (let turns = 0, seen = -1; turns < mostTurns && queue.length > seen; turns += 1) {
        seen = queue.length;
        await turn();
      }
      const batch = nextBatch();
      try {
        await writeBatch(batch);
        setHealthy(true);
        for (const waiting of batch) waiting.resolve();
        options.grown?.();
        headTimer ??= setTimeout(writeHead, headEvery).unref();
      } catch (error) {
        setHealthy(false, error);
        const refusal = unavailable(error);
        for (const waiting of batch) waiting.reject(refusal);
      }
    }
  }

  function nextBatch(): readonly Waiting[] {
    let size = 0;
    let count = 0;
    while (count < queue.length && size < largestBatch / 4) {
      size += queue[count]!.text.length + 200;
      count += 1;
    }
    const batch = queue.slice(0, count);
    queue = queue.slice(count);
    return batch;
  }

  function kick(): void {
    writing ??= work().finally(() => {
      writing = undefined;
      if (queue.length > 0) kick();
    });
  }

  function setHealthy(well: boolean, error?: unknown): void {
    if (well) {
      if (!healthy) tell('the audit journal can be written again');
      told.clear();
    } else {
      // Each reason once: a disk that is back may not hold what it should, and that is another than that it was away.
      const why = (error as Error).message;
      if (!told.has(why) && told.size < 20) tell(`the audit journal cannot be written: ${why}`);
      told.add(why);
    }
    healthy = well;
    if (!well && !closed) retryTimer ??= setTimeout(retry, retryEvery).unref();
  }

  /** Without traffic nobody would notice that the disk has room again. */
  function retry(): void {
    retryTimer = undefined;
    if (healthy || closed) return;
    if (writing !== undefined) {
      retryTimer = setTimeout(retry, retryEvery).unref();
      return;
    }
    writing = probe()
      .then(() => setHealthy(true))
      .catch((error: unknown) => setHealthy(false, error))
      .finally(() => {
        writing = undefined;
        if (queue.length > 0) kick();
      });
  }

  async function probe(): Promise<void> {
    if (file === undefined) await repair();
    await folder.remove('probe');
    const made = await folder.create('probe');
    try {
      await made.write(new Uint8Array(65_536).fill(32), 0);
    } finally {
      await made.close().catch(() => undefined);
      await folder.remove('probe').catch(() => undefined);
    }
  }

  /** Best effort: it only ever says less than what is durable. One at a time, since two would write into the same new file, and one might put the other's half in place. */
  function writeHead(): Promise<void> {
    headTimer = undefined;
    heading = heading.then(async () => {
      if (headSeq === seq) return;
      headSeq = seq;
      await folder.replace(headName, `${JSON.stringify({ chain, seq, hash })}\n`).catch(() => undefined);
    });
    return heading;
  }

  if (end === undefined) await beginSegment();
  else await repair();
  await writeHead();

  return {
    chain,
    torn: end?.torn,
    append(draft) {
      if (closed) return Promise.reject(unavailable(new Error('the journal is closed')));
      recorded = Math.max(recorded, now());
      const { record, text } = storable({ ...draft, recorded });
      return new Promise((resolve, reject) => {
        queue.push({ text, resolve: () => resolve(record), reject });
        kick();
      });
    },
    healthy: () => healthy && !closed,
    durable: () => ({ segment: segmentName(segment), length, seq, hash: recordHash }),
    async close() {
      closed = true;
      clearTimeout(headTimer);
      clearTimeout(retryTimer);
      while (writing !== undefined) await writing;
      await writeHead();
      await closeFile();
    },
  };
}

function unavailable(cause: unknown): Problem {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new Problem('audit-unavailable', 'The service is not available at the moment.', { detail, cause });
}
