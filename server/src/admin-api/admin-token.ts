/** The static admin token: 256 random bits in `<home>/admin-token`, readable by its owner alone. For scripts beside a development server. */
import { randomBytes } from 'node:crypto';
import { chmod, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '@fireguard/engine';

/** Reads it, or makes it. Throws Problem('storage-unavailable') when the file is not private or not a token. */
export async function loadAdminToken(home: string): Promise<string> {
  const file = path.join(home, 'admin-token');
  try {
    // `wx`: never follows or overwrites what somebody else put there.
    const handle = await open(file, 'wx', 0o600);
    const token = randomBytes(32).toString('base64url');
    await handle.writeFile(`${token}\n`);
    await handle.sync();
    await handle.close();
    await chmod(file, 0o600);
    return token;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(file, 'it cannot be written', cause);
  }
  const handle = await open(file, 'r').catch((cause: unknown) => Promise.reject(unusable(file, 'it cannot be read', cause)));
  try {
    const { mode } = await handle.stat();
    if ((mode & 0o077) !== 0) throw unusable(file, 'others can read it; remove it and start again');
  } finally {
    await handle.close();
  }
  const token = (await readFile(file, 'utf8')).trim();
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) throw unusable(file, 'it does not hold a token; remove it and start again');
  return token;
}

function unusable(file: string, what: string, cause?: unknown): Problem {
  return new Problem(
    'storage-unavailable',
    `The admin token in ${file} cannot be used: ${what}.`,
    cause === undefined ? {} : { cause },
  );
}
