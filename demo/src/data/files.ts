// The files behind a path: itself, or everything below it that looks like FHIR JSON, unpacked when compressed.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DataError } from './data-error.ts';

export interface DataFile {
  readonly path: string;
  /** One resource a line. */
  readonly lines: boolean;
  /** Named by the user, not found in a folder: then it must be FHIR. */
  readonly named: boolean;
}

const KNOWN = /\.(json|ndjson|jsonl)(\.gz)?$/i;
/** Organizations and practitioners first: others refer to them by conditions that they must be there to meet. */
const FIRST = /hospital|practitioner|organi[sz]ation|location|payer/i;

/** In a repeatable order. Throws DataError when there is nothing to load. */
export async function dataFiles(path: string): Promise<readonly DataFile[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new DataError(path, undefined, 'no such file or folder');
  const file = (each: string, named: boolean): DataFile => ({
    path: each,
    lines: /\.(ndjson|jsonl)(\.gz)?$/i.test(each),
    named,
  });
  if (found.isFile()) return [file(path, true)];
  const names = (await readdir(path, { recursive: true })).filter((name) => KNOWN.test(name)).sort();
  if (names.length === 0)
    throw new DataError(path, undefined, 'no .json, .ndjson or .jsonl file in this folder, compressed or not');
  return [...names.filter((name) => FIRST.test(name)), ...names.filter((name) => !FIRST.test(name))].map((name) =>
    file(join(path, name), false),
  );
}

/** The file's bytes, unpacked, without a byte order mark. Throws DataError. */
export async function contents({ path }: DataFile): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new DataError(path, undefined, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    bytes = await unpack(bytes).catch(() => {
      throw new DataError(path, undefined, 'the gzip file is damaged or cut short');
    });
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

const unpack = promisify(gunzip);
