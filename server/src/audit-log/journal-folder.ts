/** The files beneath the journal, as an interface: so that a test can put a disk there that loses whatever was not synced, or is full. */
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface JournalFile {
  /** Writes all of it at `position`, or throws. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** fdatasync. INVARIANT: what threw once is not asked again on the same handle: the kernel may have dropped the pages it failed to write. */
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

export function diskFolder(path: string): JournalFolder {
  return {
    names: () => readdir(path),
    create: async (name) => diskFile(await open(join(path, name), 'wx', 0o600)),
    async open(name) {
      const handle = await open(join(path, name), 'r+');
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
    },
    sync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
}
