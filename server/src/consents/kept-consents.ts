/** Consents that Fireguard keeps, as facts: one query for all patients of a request. */
import type { Kysely } from 'kysely';
import { consentsOf } from '../storage/consents.ts';
import type { Database } from '../storage/schema.ts';

export function keptConsents(
  db: Kysely<Database>,
): (patients: readonly string[]) => Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  return async (patients) => {
    const found = new Map<string, Uint8Array[]>(patients.map((patient) => [patient, []]));
    for (const { patient, resource } of await consentsOf(db, patients))
      if (resource !== undefined) found.get(patient)?.push(Buffer.from(resource));
    return found;
  };
}
