/**
 * Where the Unix socket lives. Its path ends at 107 bytes (sun_path), a home may be deeper: then a short folder of ours below the system's
 * temporary folder. Nobody else may own or enter it: whoever could, could put their own server there.
 */
import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from '../storage-error.ts';
import type { Account } from './account.ts';

const longest = 107 - '/.s.PGSQL.5432'.length;

/** Makes it (0700) and returns its path. `preferred` is used when short enough. */
export async function socketFolder(preferred: string, account: Account): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const hash = createHash('sha256').update(preferred).digest('hex').slice(0, 12);
  const short = [preferred, join(tmpdir(), `fireguard-${uid}-${hash}`), `/tmp/fireguard-${uid}-${hash}`];
  const folder = short.find((path) => Buffer.byteLength(path) <= longest);
  if (folder === undefined)
    throw new StorageError('no folder is short enough for a Unix socket (107 bytes): choose a shorter --home');
  let made = true;
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST')
      throw new StorageError(`the folder for PostgreSQL's socket cannot be made: ${error.message}`, { cause: error });
    made = false;
  });
  if (made) await account.own(folder);
  const found = await lstat(folder);
  const foreign = process.getuid !== undefined && uid !== 0 && found.uid !== uid;
  // Root may find the folder of an earlier start as `nobody`; what nobody else can enter is still safe.
  if (!found.isDirectory() || foreign || (found.mode & 0o077) !== 0) {
    throw new StorageError(`${folder} exists and is not a private folder of this account: remove it, or choose another --home`);
  }
  return folder;
}
