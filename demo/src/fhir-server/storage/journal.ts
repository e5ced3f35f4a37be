/**
 * The append-only file behind the store: one record per write, synced before the write is answered, many waiting writes in one sync.
 * Since every version is history that a client may ask for, nothing in it is ever obsolete: there is nothing to compact.
 *
 * A record is `FG1 <length> <crc32 of payload> <crc32 of the three before>\n`, then the payload: one JSON line of facts, then the bytes
 * of the resources one after another. A record cut short at the end of the file is a write that nobody was told of: it is cut off.
 * Anything else that does not fit is corruption, and the file is refused: INVARIANT: nothing is skipped silently.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { Version, type VersionFacts } from './version.ts';

const HEADER_LIMIT = 64;
const MAGIC = 'FG1';

export class CorruptJournal extends Error {}

/** The disk did not take a write. What a client was refused may still be there after the next start: nobody can know. */
export class JournalFailure extends Error {
  /** What the system said, such as `ENOSPC`. */
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`${path} cannot be written (${reason}): the server must be restarted`);
    this.reason = reason;
  }
}

export class Journal {
  readonly #file: FileHandle;
  readonly #path: string;
  #waiting: { readonly bytes: readonly Uint8Array[]; readonly done: () => void; readonly failed: (error: Error) => void }[] =
    [];
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Opens or makes the file; returns what it holds, oldest first. Throws CorruptJournal with file and offset. */
  static async open(path: string): Promise<{ readonly journal: Journal; readonly found: readonly Version[] }> {
    const file = await open(path, 'a+', 0o600);
    try {
      const bytes = await file.readFile();
      const { versions, end } = decode(bytes, path);
      if (end < bytes.length) await file.truncate(end);
      await file.datasync();
      await syncFolder(dirname(path));
      return { journal: new Journal(file, path), found: versions };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Resolves once the record is on disk. After a failed write every further one fails: what the file ends with is unknown. */
  append(versions: readonly Version[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((done, failed) => {
      this.#waiting.push({ bytes: encode(versions), done, failed });
      this.#flushing ??= this.#flush();
    });
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
  }

  async #flush(): Promise<void> {
    // One turn's delay lets everything that arrived together share the sync.
    await new Promise((resume) => setImmediate(resume));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#failure !== undefined) throw this.#failure;
        await writeAll(
          this.#file,
          batch.flatMap(({ bytes }) => bytes),
        );
        await this.#file.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        this.#failure ??= new JournalFailure(this.#path, (error as NodeJS.ErrnoException).code ?? 'unknown reason');
        for (const { failed } of batch) failed(this.#failure);
      }
    }
    this.#flushing = undefined;
  }
}

/** So that a new file's name is as durable as its content. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  const whole = Buffer.concat(pieces);
  for (let at = 0; at < whole.length; ) at += (await file.write(whole, at)).bytesWritten;
}

function encode(versions: readonly Version[]): readonly Uint8Array[] {
  const lengths = versions.map(({ facts, bytes }) => ({ ...facts, length: bytes?.length ?? -1 }));
  const payload = Buffer.concat([
    Buffer.from(`${JSON.stringify(lengths)}\n`),
    ...versions.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes])),
  ]);
  const head = `${MAGIC} ${payload.length} ${crc32(payload)}`;
  return [Buffer.from(`${head} ${crc32(head)}\n`), payload];
}

function decode(bytes: Buffer, path: string): { readonly versions: readonly Version[]; readonly end: number } {
  const versions: Version[] = [];
  let at = 0;
  while (at < bytes.length) {
    const newline = bytes.subarray(at, at + HEADER_LIMIT).indexOf(0x0a);
    if (newline < 0) {
      if (bytes.length - at < HEADER_LIMIT && isHeaderStart(bytes.toString('latin1', at))) break;
      throw corrupt(path, at);
    }
    const header = bytes.toString('latin1', at, at + newline);
    const match = /^(FG1 (\d{1,15}) (\d{1,10})) (\d{1,10})$/.exec(header);
    if (match === null || crc32(match[1] ?? '') !== Number(match[4])) throw corrupt(path, at);
    const from = at + newline + 1;
    const to = from + Number(match[2]);
    if (to > bytes.length) break;
    const payload = bytes.subarray(from, to);
    if (crc32(payload) !== Number(match[3])) throw corrupt(path, at);
    versions.push(...decodePayload(payload, path, at));
    at = to;
  }
  return { versions, end: at };
}

function decodePayload(payload: Buffer, path: string, record: number): Version[] {
  const line = payload.indexOf(0x0a);
  const list = JSON.parse(payload.toString('utf8', 0, line)) as (VersionFacts & { readonly length: number })[];
  let at = line + 1;
  const versions = list.map(({ length, ...facts }) => {
    const bytes = length < 0 ? undefined : payload.subarray(at, at + length);
    at += Math.max(0, length);
    return new Version(facts, bytes);
  });
  if (at !== payload.length) throw corrupt(path, record);
  return versions;
}

const isHeaderStart = (text: string): boolean => `${MAGIC} `.startsWith(text.slice(0, 4)) && /^[FG0-9 ]*$/.test(text);
const corrupt = (path: string, at: number) =>
  new CorruptJournal(`${path} is damaged at byte ${at}: restore it from a copy, or move it away to start empty`);
