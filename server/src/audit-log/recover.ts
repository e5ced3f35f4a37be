/**
 * Finding the end of the journal at start. A torn tail (a crash in the middle of a write that was never acknowledged) is set aside in a file of its
 * own and reported; anything else that does not fit is damage or a forgery, and Fireguard refuses to start on it.
 */
import { nothingBefore, readLine } from './chain.ts';
import type { JournalFolder } from './journal-folder.ts';
import { type RawLine, readLines, segmentIndex, segments, withoutRoom } from './segment.ts';

export interface JournalEnd {
  readonly chain: string;
  /** Index of the last segment, and its durable length. */
  readonly segment: number;
  readonly name: string;
  readonly length: number;
  /** Sequence and hash of the last line (0 before the first record). */
  readonly seq: number;
  readonly hash: string;
  /** Hash and `recorded` of the last record; 64 zeros and 0 where there is none. */
  readonly recordHash: string;
  readonly recorded: number;
  /** Where a torn tail was put, and how long it was. */
  readonly torn: { readonly name: string; readonly bytes: number } | undefined;
}

export class JournalDamaged extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JournalDamaged';
  }
}

/** Undefined for an empty folder. `largestWrite`: bytes that one unacknowledged write can have. `now`: milliseconds, for the torn file's name. */
export async function recoverJournal(
  folder: JournalFolder,
  largestWrite: number,
  now: number,
): Promise<JournalEnd | undefined> {
  const names = await segments(folder);
  const head = await readHead(folder);
  for (let place = names.length - 1; place >= 0; place -= 1) {
    const name = names[place]!;
    const found = await readSegment(folder, name, largestWrite, head?.seq ?? 0);
    let torn: JournalEnd['torn'];
    if (found.tornFrom !== undefined) torn = await setAside(folder, name, found.tornFrom, now);
    if (found.chain === undefined) {
      // Not even its header was finished: made in the moment of the crash. Its bytes are set aside; the journal ends in the one before.
      await folder.remove(name);
      await folder.sync();
      continue;
    }
    let last = found;
    for (let before = place - 1; last.recordHash === nothingBefore && before >= 0; before -= 1)
      last = await readSegment(folder, names[before]!, 0, 0);
    if (head !== undefined && head.seq > found.seq) {
      throw new JournalDamaged(
        `the audit journal ends at record ${found.seq}, but record ${head.seq} was written: records were removed. Restore the journal from a backup, or move the folder "audit" away to begin a new chain`,
      );
    }
    return {
      chain: found.chain,
      segment: segmentIndex(name)!,
      name,
      length: found.length,
      seq: found.seq,
      hash: found.hash,
      recordHash: last.recordHash,
      recorded: last.recorded,
      torn,
    };
  }
  if (head !== undefined && head.seq > 0) {
    throw new JournalDamaged(
      `the audit journal is gone, but record ${head.seq} was written. Restore it, or move the folder "audit" away to begin a new chain`,
    );
  }
  return undefined;
}

export interface Head {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
}

/** Name of the small file that says how far the journal had come at some moment: a lower bound, against truncation. */
export const headName = 'head';

export async function readHead(folder: JournalFolder): Promise<Head | undefined> {
  if (!(await folder.names()).includes(headName)) return undefined;
  const bytes = new Uint8Array(4096);
  const text = new TextDecoder().decode(bytes.subarray(0, await folder.read(headName, 0, bytes)));
  try {
    const { chain, seq, hash } = JSON.parse(text) as Head;
    if (typeof chain === 'string' && Number.isSafeInteger(seq) && typeof hash === 'string') return { chain, seq, hash };
  } catch {
    // Falls through.
  }
  throw new JournalDamaged(
    'the file "head" of the audit journal is damaged. Restore it from a backup, or remove it after having verified the journal against a copy',
  );
}

interface SegmentEnd {
  readonly chain: string | undefined;
  readonly length: number;
  readonly seq: number;
  readonly hash: string;
  readonly recordHash: string;
  readonly recorded: number;
  readonly tornFrom: number | undefined;
}

const nothingYet: SegmentEnd = {
  chain: undefined,
  length: 0,
  seq: 0,
  hash: '',
  recordHash: nothingBefore,
  recorded: 0,
  tornFrom: undefined,
};

async function readSegment(
  folder: JournalFolder,
  name: string,
  largestWrite: number,
  acknowledged: number,
): Promise<SegmentEnd> {
  let end = nothingYet;
  let bad: RawLine | undefined;
  let lastEnd = 0;
  let lastRecord = '';
  let number = 0;
  for await (const lines of readLines(folder, name)) {
    for (const raw of lines) {
      lastEnd = raw.end;
      if (bad !== undefined) continue;
      number += 1;
      const line = raw.complete && raw.text !== undefined ? readLine(raw.text) : undefined;
      const fits =
        line !== undefined &&
        (line.kind === 'header' ? number === 1 : number > 1 && line.prev === end.hash && line.seq === end.seq + 1);
      if (!fits) {
        bad = raw;
      } else if (line.kind === 'header') {
        end = { ...end, chain: line.chain, length: raw.end, seq: line.first - 1, hash: line.hash };
      } else {
        end = { ...end, length: raw.end, seq: line.seq, hash: line.hash, recordHash: line.hash };
        lastRecord = line.record;
      }
    }
  }
  if (lastRecord !== '') end = { ...end, recorded: (JSON.parse(lastRecord) as { recorded: number }).recorded };
  if (bad === undefined) return end;
  const isLast = bad.end === lastEnd;
  // Power loss can leave a hole in the last write: a page of it on disk, the one before not.
  const isHole = bad.unwritten && lastEnd - bad.start <= largestWrite;
  // Before a header is finished nothing was acknowledged in its segment; behind it, the head file may know better.
  if ((isLast || isHole) && (end.chain === undefined || end.seq >= acknowledged)) return { ...end, tornFrom: bad.start };
  throw new JournalDamaged(
    `the audit journal is damaged: ${name}, line ${number}, does not fit the chain. Run "fireguard audit verify", restore the journal from a backup, or move the folder "audit" away to begin a new chain`,
  );
}

/** Copies the tail to a file of its own, durably, and only then cuts it off. */
async function setAside(
  folder: JournalFolder,
  name: string,
  from: number,
  now: number,
): Promise<NonNullable<JournalEnd['torn']>> {
  const { file, length } = await folder.open(name);
  try {
    const tail = new Uint8Array(length - from);
    await folder.read(name, from, tail);
    const bytes = withoutRoom(tail);
    const tornName = `${name}.torn-${now}`;
    const copy = await folder.create(tornName);
    await copy.write(bytes, 0);
    await copy.sync();
    await copy.close();
    await folder.sync();
    await file.truncate(from);
    await file.sync();
    return { name: tornName, bytes: bytes.length };
  } finally {
    await file.close();
  }
}
