/**
 * One Fireguard per home. The lock is the kernel's (SQLite's exclusive lock on a small file), so that it is freed however the holder dies, and
 * never left behind to be judged stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StorageError } from '../storage-error.ts';

export interface HomeLock {
  release(): void;
}

/** Takes the lock at `path`. Throws StorageError naming the holder's process when it is taken; `what` names what is locked. */
export function lockHome(path: string, what: string): HomeLock {
  const holder = `${path}.pid`;
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path);
    file.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    file?.close();
    const busy = (cause as { errcode?: number }).errcode === 5;
    if (busy)
      throw new StorageError(
        `${what} is in use by another Fireguard (process ${processIn(holder)}): stop it, or choose another --home`,
        { cause },
      );
    throw new StorageError(`${what} cannot be locked: ${(cause as Error).message}`, { cause });
  }
  const held = file;
  writeFileSync(holder, `${process.pid}\n`, { mode: 0o600 });
  let open = true;
  return {
    release() {
      if (open) held.close();
      open = false;
    },
  };
}

function processIn(holder: string): string {
  try {
    return readFileSync(holder, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
