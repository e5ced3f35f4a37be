/** The files beneath the journal, as an interface: so that a test can put a disk there that loses whatever was not synced, or is full. */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface JournalFile {
  /**
   * Resolves once all of it is on disk at `position`. INVARIANT: a file that threw here is written to no more through this handle: part of the bytes may be there, and the
   * kernel may have dropped the pages that it failed to write. (Zeros for which there was no space are nobody's bytes.)
   */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes a truncation durable. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface JournalFolder {
  names(): Promise<readonly string[]>;
  /** Makes a new file; the name is durable after `sync`. Throws when it exists. */
  create(name: string): Promise<JournalFile>;
  open(name: string): Promise<{ readonly file: JournalFile; readonly length: number }>;
  /** Fills `into` from `position`; returns how many bytes were there. */
  read(name: string, position: number, into: Uint8Array): Promise<number>;
  /** Puts a small file in place at once. */
  replace(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes created, replaced and removed names durable. */
  sync(): Promise<void>;
}

// On Linux a write through such a handle is on disk when it returns, as if fdatasync had followed, and a record waits for the event loop once instead of twice. Elsewhere the flag promises
// less than fdatasync does (macOS leaves the bytes in the cache of the disk), or is not there.
const durableWrites = process.platform === 'linux';
const written = durableWrites ? constants.O_DSYNC : 0;
const made = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | written;
const opened = constants.O_RDWR | written;

export function diskFolder(path: string): JournalFolder {
  return {
    names: () => readdir(path),
    create: async (name) => diskFile(await open(join(path, name), made, 0o600)),
    async open(name) {
      const handle = await open(join(path, name), opened);
      return { file: diskFile(handle), length: (await handle.stat()).size };
    },
    async read(name, position, into) {
      const handle = await open(join(path, name), 'r');
      try {
        let got = 0;
        while (got < into.length) {
          const { bytesRead } = await handle.read(into, got, into.length - got, position + got);
          if (bytesRead === 0) break;
          got += bytesRead;
        }
        return got;
      } finally {
        await handle.close();
      }
    },
    async replace(name, text) {
      const handle = await open(join(path, `${name}.new`), 'w', 0o600);
      try {
        await handle.writeFile(text);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(join(path, `${name}.new`), join(path, name));
    },
    remove: (name) => rm(join(path, name), { force: true }),
    async sync() {
      const handle = await open(path, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

function diskFile(handle: FileHandle): JournalFile {
  return {
    async write(bytes, position) {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
      if (!durableWrites) await handle.datasync();
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}
