/** Keys that all nodes share: for signing tokens, cookies, cursors. Made once, whoever comes first, under a lock that holds on every node. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, KeyTable } from './schema.ts';

type Db = Kysely<Database>;
export type KeyPurpose = KeyTable['purpose'];
export type StoredKey = Selectable<KeyTable>;

export interface NewKey {
  readonly id: string;
  /** Private (or secret) JWK. */
  readonly jwk: Record<string, unknown>;
}

/** Makes the new keys the first of their purpose and retires all others, at once for everybody who reads. */
export async function replaceKeys(db: Db, purpose: KeyPurpose, keys: readonly NewKey[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext(${`fireguard key ${purpose}`}))`.execute(transaction);
    await transaction
      .updateTable('key')
      .set({ retired_at: sql<Date>`now()` })
      .where('purpose', '=', purpose)
      .where('retired_at', 'is', null)
      .execute();
    for (const { id, jwk } of keys)
      await transaction
        .insertInto('key')
        .values({ id, purpose, jwk: JSON.stringify(jwk) })
        .execute();
  });
}

/** Removes keys that were retired before `before`. Returns how many. */
export async function deleteRetiredKeys(db: Db, purpose: KeyPurpose, before: Date): Promise<number> {
  const result = await db.deleteFrom('key').where('purpose', '=', purpose).where('retired_at', '<', before).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** The keys of a purpose, newest first; `make` is asked for the first one when there is none (that `isOne`) yet. Never empty. */
export async function keysFor(
  db: Db,
  purpose: KeyPurpose,
  make: () => Promise<NewKey> | NewKey,
  isOne: (key: StoredKey) => boolean = () => true,
): Promise<readonly StoredKey[]> {
  const there = await load(db, purpose);
  if (there.some(isOne)) return there;
  return db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext(${`fireguard key ${purpose}`}))`.execute(transaction);
    const meanwhile = await load(transaction, purpose);
    if (meanwhile.some(isOne)) return meanwhile;
    const { id, jwk } = await make();
    await transaction
      .insertInto('key')
      .values({ id, purpose, jwk: JSON.stringify(jwk) })
      .execute();
    return load(transaction, purpose);
  });
}

async function load(db: Db, purpose: KeyPurpose): Promise<readonly StoredKey[]> {
  return db.selectFrom('key').selectAll().where('purpose', '=', purpose).orderBy('created_at', 'desc').orderBy('id').execute();
}
