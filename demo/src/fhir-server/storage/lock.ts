// One process per home: a lock that the kernel holds and lets go when the process dies, however it dies.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Throws an Error with one clear line when another process has the folder. */
export function lockHome(home: string): { release(): void } {
  const database = new DatabaseSync(join(home, 'lock'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    database.close();
    throw new Error(`${home} is in use by another FHIR server`);
  }
  return { release: () => database.close() };
}
