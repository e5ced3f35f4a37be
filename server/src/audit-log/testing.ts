/**
 * A disk for tests, in memory, that keeps only what was synced: names after the folder's sync, bytes after the file's. `crash` gives what a
 * machine would find after the power came back. Failures can be planted. Must not be used outside tests.
 */
import type { JournalFile, JournalFolder } from './journal-folder.ts';

interface StoredFile {
  bytes: Uint8Array;
  synced: Uint8Array;
}

export interface LosingFolder extends JournalFolder {
  /** What is on the disk after a power loss; `keep(name, synced, written)` may let some of the unsynced bytes survive. */
  crash(keep?: (name: string, synced: Uint8Array, written: Uint8Array) => Uint8Array): LosingFolder;
  /** As seen by a reader now. */
  contents(name: string): Uint8Array;
  put(name: string, bytes: Uint8Array | string): void;
  /** Asked before each step; what it throws, the step throws. `write` may say how many bytes get through first; a `sync` follows each that got through. `end`: of a write. */
  fail: (
    step: 'create' | 'write' | 'sync' | 'truncate',
    name: string,
    end?: number,
  ) => undefined | { readonly after: number; readonly error: Error };
  /** Awaited inside each of a file's syncs. */
  slow: (name: string) => Promise<void> | void;
  readonly counts: { writes: number; syncs: number };
}

export function losingFolder(
  files = new Map<string, StoredFile>(),
  durableNames = new Set<string>(files.keys()),
): LosingFolder {
  const existing = (name: string): StoredFile => {
    const file = files.get(name);
    if (file === undefined) throw Object.assign(new Error(`ENOENT: ${name}`), { code: 'ENOENT' });
    return file;
  };

  function handle(name: string): JournalFile {
    const file = existing(name);
    async function sync(): Promise<void> {
      folder.counts.syncs += 1;
      const seen = file.bytes;
      await folder.slow(name);
      folder.fail('sync', name);
      file.synced = seen;
    }
    return {
      async write(bytes, position) {
        folder.counts.writes += 1;
        const planted = folder.fail('write', name, position + bytes.length);
        const through = planted === undefined ? bytes : bytes.subarray(0, planted.after);
        const grown = new Uint8Array(Math.max(file.bytes.length, position + through.length));
        grown.set(file.bytes);
        grown.set(through, position);
        file.bytes = grown;
        if (planted !== undefined) throw planted.error;
        await sync();
      },
      sync,
      async truncate(length) {
        folder.fail('truncate', name);
        file.bytes = file.bytes.slice(0, length);
      },
      close: async () => undefined,
    };
  }

  const folder: LosingFolder = {
    fail: () => undefined,
    slow: () => undefined,
    counts: { writes: 0, syncs: 0 },
    names: async () => [...files.keys()],
    async create(name) {
      folder.fail('create', name);
      if (files.has(name)) throw Object.assign(new Error(`EEXIST: ${name}`), { code: 'EEXIST' });
      files.set(name, { bytes: new Uint8Array(0), synced: new Uint8Array(0) });
      return handle(name);
    },
    open: async (name) => ({ file: handle(name), length: existing(name).bytes.length }),
    async read(name, position, into) {
      const part = existing(name).bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
    async replace(name, text) {
      const bytes = new TextEncoder().encode(text);
      files.set(name, { bytes, synced: bytes });
      durableNames.add(name);
    },
    async remove(name) {
      files.delete(name);
      durableNames.delete(name);
    },
    async sync() {
      for (const name of files.keys()) durableNames.add(name);
    },
    crash(keep = (_name, synced) => synced) {
      const left = new Map<string, StoredFile>();
      for (const name of durableNames) {
        const file = existing(name);
        const bytes = keep(name, file.synced, file.bytes);
        left.set(name, { bytes, synced: bytes });
      }
      return losingFolder(left);
    },
    contents: (name) => existing(name).bytes,
    put(name, content) {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      files.set(name, { bytes, synced: bytes });
      durableNames.add(name);
    },
  };
  return folder;
}
