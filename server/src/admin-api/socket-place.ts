/**
 * Where the admin socket is. A Unix socket's path ends at 107 bytes (sun_path), a home may be deeper: then the socket is in a short private folder,
 * and `<home>/admin.sock` is a symbolic link to it, so that both sides find it from the home alone.
 */
import { createHash } from 'node:crypto';
import { lstat, mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const LONGEST = 107;

/** For the server: a path that can be listened on. The home must exist. */
export async function placeSocket(home: string): Promise<string> {
  const wanted = path.join(path.resolve(home), 'admin.sock');
  if (Buffer.byteLength(wanted) <= LONGEST) return wanted;
  const name = `fireguard-${process.getuid?.() ?? 0}-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  const folder = [path.join(tmpdir(), name), path.join('/tmp', name)].find(
    (place) => Buffer.byteLength(path.join(place, 'admin.sock')) <= LONGEST,
  );
  if (folder === undefined)
    throw new Error('no folder is short enough for the admin socket (107 bytes): choose a shorter --home');
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || (found.mode & 0o077) !== 0 || (process.getuid !== undefined && found.uid !== process.getuid())) {
    throw new Error(`${folder} exists and is not a private folder of this account: remove it, or choose a shorter --home`);
  }
  const short = path.join(folder, 'admin.sock');
  if ((await readlink(wanted).catch(() => undefined)) !== short) {
    await unlink(wanted).catch(() => undefined);
    await symlink(short, wanted);
  }
  return short;
}

/** For the command line: the path to connect to. */
export async function findSocket(home: string): Promise<string> {
  const wanted = path.join(path.resolve(home), 'admin.sock');
  return (await readlink(wanted).catch(() => undefined)) ?? wanted;
}
