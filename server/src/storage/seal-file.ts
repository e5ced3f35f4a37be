/**
 * The secrets that seal keys, where the configuration names none: `<home>/key-seal`, made once, readable by its owner alone; a line each, newest first. Who
 * loses it loses the keys in the database: everybody signs in anew, and second factors have to be set up again.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from './storage-error.ts';

export async function sealSecrets(home: string, given?: readonly string[]): Promise<readonly [Uint8Array, ...Uint8Array[]]> {
  if (given !== undefined) return secretsOf(given, 'storage.keySeals');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const file = join(home, 'key-seal');
  try {
    // `wx`: never follows or overwrites what somebody else put there.
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await handle.sync();
    await handle.close();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new StorageError(`${file} cannot be written: ${(cause as Error).message}`, { cause });
  }
  const handle = await open(file, 'r').catch((cause: Error) => {
    throw new StorageError(`${file} cannot be read: ${cause.message}`, { cause });
  });
  const { mode } = await handle.stat().finally(() => handle.close());
  if ((mode & 0o077) !== 0) throw new StorageError(`${file} can be read by others: make it private (chmod 600)`);
  return secretsOf((await readFile(file, 'utf8')).split('\n'), file);
}

function secretsOf(lines: readonly string[], where: string): readonly [Uint8Array, ...Uint8Array[]] {
  const texts = lines.map((line) => line.trim()).filter((line) => line !== '');
  const short = texts.some((text) => text.length < 32);
  const [first, ...others] = texts.map((text) => new TextEncoder().encode(text));
  if (first === undefined || short)
    throw new StorageError(`${where} must hold secrets of 32 characters at least, newest first`);
  return [first, ...others];
}
