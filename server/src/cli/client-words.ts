/** What people give of a client beyond single words: its keys from a file, and JSON. */
import { readFile } from 'node:fs/promises';
import { CliError } from './cli-error.ts';

/** A JWK Set, or one key, which is made a set of one. */
export async function keySet(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(() =>
    Promise.reject(new CliError(`${file} cannot be read. --jwks takes a file with a JWK Set.`)),
  );
  try {
    const parsed = JSON.parse(text) as { keys?: unknown };
    return parsed.keys === undefined ? { keys: [parsed] } : parsed;
  } catch {
    throw new CliError(`${file} is not JSON. --jwks takes a file with a JWK Set.`);
  }
}

export function parsedProtocol(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError('--protocol takes JSON, such as {"dpopBound":true}.');
  }
}
