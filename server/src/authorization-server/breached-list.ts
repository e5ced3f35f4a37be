/**
 * Stolen passwords, from a local file: SHA-1 hashes in hexadecimal, sorted, one a line, a count after a colon; or a folder with one file for each five
 * first digits that holds the rest (the two forms in which "Have I Been Pwned" can be had). Searched where it lies: 40 GB need no memory.
 * Nothing is asked of anybody. A list that cannot be read is an error: a check that says "fine" because of it would be none.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

export interface BreachedList {
  has(password: string): Promise<boolean>;
}

/** Longer than any line. */
const WINDOW = 512;

/** Throws an Error that says what is wrong when there is no such list. */
export async function openBreachedList(place: string): Promise<BreachedList> {
  const isFolder = (await stat(place)).isDirectory();
  const list: BreachedList = {
    async has(password) {
      const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
      return isFolder ? hasInFolder(place, hash) : hasInFile(place, hash);
    },
  };
  if (!isFolder) {
    const file = await open(place);
    const first = await lineFrom(file, 0, WINDOW).finally(() => file.close());
    if (first === undefined || !/^[0-9A-F]{40}(:\d+)?$/i.test(first.text))
      throw new Error(`${place} does not begin with a SHA-1 hash in hexadecimal`);
  } else if (!(await list.has('password'))) {
    throw new Error(`${place} does not hold even "password": files named by five digits, such as 5BAA6.txt, are wanted`);
  }
  return list;
}

async function hasInFolder(folder: string, hash: string): Promise<boolean> {
  const [prefix, rest] = [hash.slice(0, 5), hash.slice(5)];
  for (const name of [`${prefix}.txt`, prefix, `${prefix.toLowerCase()}.txt`]) {
    const text = await readFile(path.join(folder, name), 'latin1').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) return text.split('\n').some((line) => line.slice(0, 35).toUpperCase() === rest);
  }
  return false;
}

/** Halves the file until one line is left. */
async function hasInFile(place: string, hash: string): Promise<boolean> {
  const file = await open(place);
  try {
    let low = 0;
    let high = (await file.stat()).size;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const line = await lineFrom(file, middle, high);
      if (line === undefined) {
        high = middle;
        continue;
      }
      const found = line.text.slice(0, 40).toUpperCase();
      if (found === hash) return true;
      if (found < hash) low = line.end;
      else high = middle;
    }
    return false;
  } finally {
    await file.close();
  }
}

/** The first whole line that begins at or after `from` and before `before`. */
async function lineFrom(
  file: FileHandle,
  from: number,
  before: number,
): Promise<{ readonly text: string; readonly end: number } | undefined> {
  // One byte earlier: when it ends a line, the next one begins right at `from`.
  const at = Math.max(0, from - 1);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(WINDOW), 0, WINDOW, at);
  const text = buffer.toString('latin1', 0, bytesRead);
  const start = from === 0 ? 0 : text.indexOf('\n') + 1;
  if ((from > 0 && start === 0) || at + start >= before || start >= bytesRead) return undefined;
  const end = text.indexOf('\n', start);
  return {
    text: text.slice(start, end === -1 ? undefined : end).trimEnd(),
    end: at + (end === -1 ? bytesRead : end + 1),
  };
}
