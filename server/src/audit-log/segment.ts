/** Segments of the journal: their names, and reading their lines without loading a whole file. */
import { readLine } from './chain.ts';
import type { JournalFolder } from './journal-folder.ts';

export const segmentName = (index: number): string => `${String(index).padStart(8, '0')}.jsonl`;

/** Index of a segment file's name; undefined for other files. */
export function segmentIndex(name: string): number | undefined {
  return /^\d{8}\.jsonl$/.test(name) ? Number(name.slice(0, 8)) : undefined;
}

/** Names of the segments, in order. */
export async function segments(folder: JournalFolder): Promise<readonly string[]> {
  return (await folder.names()).filter((name) => segmentIndex(name) !== undefined).sort();
}

export interface RawLine {
  /** Without its newline; undefined when it is no UTF-8. */
  readonly text: string | undefined;
  /** Where it begins and ends (behind the newline, if any). */
  readonly start: number;
  readonly end: number;
  /** Whether a newline ends it. */
  readonly complete: boolean;
  /** Whether it holds a NUL byte, which no line does: a page that never reached the disk reads so. */
  readonly unwritten: boolean;
}

const chunkSize = 1 << 20;
/** A longer line is none of ours. */
const longestLine = 16 << 20;

/**
 * The lines from `start` to `end` (default: the file's end), in lists, as they come from the file. Zeros up to the end are room for what comes, and no line; a zero that something follows
 * is read a second time, since a server at work writes from front to back and what follows may be younger than the reading before it.
 */
export async function* readLines(
  folder: JournalFolder,
  name: string,
  start = 0,
  end = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<readonly RawLine[]> {
  let rest = new Uint8Array(0);
  let position = start;
  let doubtful = -1;
  let holed = false;
  for (;;) {
    const chunk = new Uint8Array(Math.min(chunkSize, end - position));
    const got = chunk.length === 0 ? 0 : await folder.read(name, position, chunk);
    let bytes = rest.length === 0 ? chunk.subarray(0, got) : concat(rest, chunk.subarray(0, got));
    let at = position - rest.length;
    position += got;
    let last = got === 0;
    const zero: number = holed ? -1 : bytes.indexOf(0);
    if (zero !== -1 && (await isRoom(folder, name, at + zero, end))) {
      bytes = bytes.subarray(0, zero);
      last = true;
    } else if (zero !== -1 && at + zero !== doubtful) {
      doubtful = at + zero;
      rest = new Uint8Array(0);
      position = at;
      continue;
    }
    holed ||= zero !== -1 && !last;
    const lines: RawLine[] = [];
    let from = 0;
    for (let newline = bytes.indexOf(10); newline !== -1; newline = bytes.indexOf(10, from)) {
      lines.push(rawLine(bytes.subarray(from, newline), at, at + newline - from + 1, true));
      at += newline - from + 1;
      from = newline + 1;
    }
    rest = bytes.slice(from);
    last ||= rest.length > longestLine;
    if (last) rest = withoutRoom(rest);
    if (last && rest.length > 0) lines.push(rawLine(rest, at, at + rest.length, false));
    if (lines.length > 0) yield lines;
    if (last) return;
  }
}

/** Whether nothing but zeros follows. */
async function isRoom(folder: JournalFolder, name: string, from: number, end: number): Promise<boolean> {
  const chunk = new Uint8Array(chunkSize);
  for (let position = from; position < end; ) {
    const wanted = chunk.subarray(0, Math.min(chunkSize, end - position));
    const got = await folder.read(name, position, wanted);
    if (got === 0) return true;
    if (withoutRoom(wanted.subarray(0, got)).length > 0) return false;
    position += got;
  }
  return true;
}

/** Without the zeros at its end. */
export function withoutRoom<T extends Uint8Array>(bytes: T): T {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1) as T;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function rawLine(bytes: Uint8Array, start: number, end: number, complete: boolean): RawLine {
  let text: string | undefined;
  try {
    text = utf8.decode(bytes);
  } catch {
    text = undefined;
  }
  return { text, start, end, complete, unwritten: bytes.includes(0) };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Name of the chain, from the header of the first segment; undefined where there is none that can be read. */
export async function chainName(folder: JournalFolder): Promise<string | undefined> {
  const [first] = await segments(folder);
  if (first === undefined) return undefined;
  for await (const lines of readLines(folder, first)) {
    const line = lines[0]?.text === undefined ? undefined : readLine(lines[0].text);
    return line?.kind === 'header' ? line.chain : undefined;
  }
  return undefined;
}
