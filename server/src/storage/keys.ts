/**
 * Keys that all nodes share: for signing tokens, cookies, cursors. Made once, whoever comes first, under a lock that holds on every node; kept sealed
 * (key-seal.ts). INVARIANT: a key that does not open is no key: nothing is signed, and no key is made in its place.
 */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { KeySeal } from './key-seal.ts';
import type { Database, KeyTable } from './schema.ts';
import { StorageError } from './storage-error.ts';

type Db = Kysely<Database>;
type KeyPurpose = KeyTable['purpose'];
export type StoredKey = Selectable<KeyTable>;

export interface NewKey {
  readonly id: string;
  /** Private (or secret) JWK. */
  readonly jwk: Record<string, unknown>;
}

export interface KeyStore {
  /** The keys of a purpose, newest first; `make` is asked for the first one when there is none (that `isOne`) yet. Never empty. */
  keysFor(
    purpose: KeyPurpose,
    make: () => Promise<NewKey> | NewKey,
    isOne?: (key: StoredKey) => boolean,
  ): Promise<readonly StoredKey[]>;
  /** Makes the new keys the first of their purpose and retires all others, at once for everybody who reads. */
  replaceKeys(purpose: KeyPurpose, keys: readonly NewKey[]): Promise<void>;
  /** Removes keys that were retired before `before`. Returns how many. */
  deleteRetiredKeys(purpose: KeyPurpose, before: Date): Promise<number>;
}

export function createKeyStore(db: Db, seal: KeySeal): KeyStore {
  const insert = (transaction: Db, purpose: KeyPurpose, { id, jwk }: NewKey) =>
    transaction
      .insertInto('key')
      .values({ id, purpose, jwk: JSON.stringify(seal.seal(placeOf(purpose, id), jwk)) })
      .execute();
  const load = async (from: Db, purpose: KeyPurpose): Promise<readonly StoredKey[]> => {
    const rows = await from
      .selectFrom('key')
      .selectAll()
      .where('purpose', '=', purpose)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map((row) => {
      const jwk = seal.open(placeOf(purpose, row.id), row.jwk);
      if (jwk === undefined) throw unopened();
      return { ...row, jwk };
    });
  };
  return Object.freeze<KeyStore>({
    async keysFor(purpose, make, isOne = () => true) {
      const there = await load(db, purpose);
      if (there.some(isOne)) return there;
      return db.transaction().execute(async (transaction) => {
        await sql`SELECT pg_advisory_xact_lock(hashtext(${`fireguard key ${purpose}`}))`.execute(transaction);
        const meanwhile = await load(transaction, purpose);
        if (meanwhile.some(isOne)) return meanwhile;
        await insert(transaction, purpose, await make());
        return load(transaction, purpose);
      });
    },
    async replaceKeys(purpose, keys) {
      await db.transaction().execute(async (transaction) => {
        await sql`SELECT pg_advisory_xact_lock(hashtext(${`fireguard key ${purpose}`}))`.execute(transaction);
        await transaction
          .updateTable('key')
          .set({ retired_at: sql<Date>`now()` })
          .where('purpose', '=', purpose)
          .where('retired_at', 'is', null)
          .execute();
        for (const key of keys) await insert(transaction, purpose, key);
      });
    },
    async deleteRetiredKeys(purpose, before) {
      const result = await db
        .deleteFrom('key')
        .where('purpose', '=', purpose)
        .where('retired_at', '<', before)
        .executeTakeFirst();
      return Number(result.numDeletedRows);
    },
  });
}

/**
 * At every start, as the owner: what an older key sealed is sealed by the newest. Keys from before there was a seal are sealed while there is none that is:
 * whoever can write the database later cannot slip one in. Throws StorageError when a key does not open.
 */
export async function resealKeys(owner: Db, seal: KeySeal): Promise<void> {
  await owner.transaction().execute(async (transaction) => {
    await sql`LOCK TABLE key IN SHARE ROW EXCLUSIVE MODE`.execute(transaction);
    const rows = await transaction.selectFrom('key').selectAll().execute();
    const isBefore = rows.every(({ jwk }) => jwk['sealed'] === undefined);
    for (const { id, purpose, jwk } of rows) {
      if (seal.isNewest(jwk)) continue;
      const opened = isBefore ? jwk : seal.open(placeOf(purpose, id), jwk);
      if (opened === undefined) throw unopened();
      const sealed = JSON.stringify(seal.seal(placeOf(purpose, id), opened));
      await transaction.updateTable('key').set({ jwk: sealed }).where('id', '=', id).execute();
    }
  });
}

const placeOf = (purpose: KeyPurpose, id: string): string => `${purpose}\n${id}`;

function unopened(): StorageError {
  return new StorageError(
    'a key in the database does not open: it was sealed by another secret than those here (key-seal in the home folder, or storage.keySeals, which must be the same on all nodes)',
  );
}
