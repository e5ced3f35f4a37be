/**
 * What oidc-provider persists. R-048: ids, user codes and session uids are stored as SHA-256, and the payload without its `jti` (which is the
 * token), so that a copy of the database gives nobody a token. What has expired is not found, whether swept or not.
 */
import { createHash } from 'node:crypto';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, OidcPayloadTable } from './schema.ts';

type Db = Kysely<Database>;
type Row = Selectable<OidcPayloadTable>;
/** As oidc-provider gives and wants it: `jti` is put back where the id is known, `consumed` (seconds since the epoch) added. */
export type OidcPayload = Record<string, unknown>;

/** `expiresAt`: undefined = does not expire. Replaces what is there under this id, but never un-consumes it. */
export async function upsertPayload(
  db: Db,
  kind: string,
  id: string,
  payload: OidcPayload,
  expiresAt: Date | undefined,
): Promise<void> {
  const { jti: _token, userCode, ...kept } = payload;
  const values = {
    payload: JSON.stringify(kept),
    grant_id: text(payload['grantId']),
    user_code: typeof userCode === 'string' ? digest(userCode) : null,
    uid: typeof payload['uid'] === 'string' ? digest(payload['uid']) : null,
    expires_at: expiresAt ?? null,
  };
  await db
    .insertInto('oidc_payload')
    .values({ kind, id_hash: digest(id), consumed_at: null, ...values })
    .onConflict((conflict) => conflict.columns(['kind', 'id_hash']).doUpdateSet(values))
    .execute();
}

export async function findPayload(db: Db, kind: string, id: string): Promise<OidcPayload | undefined> {
  const row = await live(db, kind).where('id_hash', '=', digest(id)).executeTakeFirst();
  return row === undefined ? undefined : { ...asPayload(row), jti: id };
}

/** Without `jti`: the hash does not give it back. */
export async function findPayloadByUid(db: Db, kind: string, uid: string): Promise<OidcPayload | undefined> {
  const row = await live(db, kind).where('uid', '=', digest(uid)).executeTakeFirst();
  return row === undefined ? undefined : asPayload(row);
}

/** Without `jti`: the hash does not give it back. */
export async function findPayloadByUserCode(db: Db, kind: string, userCode: string): Promise<OidcPayload | undefined> {
  const row = await live(db, kind).where('user_code', '=', digest(userCode)).executeTakeFirst();
  return row === undefined ? undefined : { ...asPayload(row), userCode };
}

/** True for exactly one of any number of callers: whoever gets false came second (code or refresh token replay). */
export async function consumePayload(db: Db, kind: string, id: string): Promise<boolean> {
  const result = await db
    .updateTable('oidc_payload')
    .set({ consumed_at: sql<Date>`now()` })
    .where('kind', '=', kind)
    .where('id_hash', '=', digest(id))
    .where('consumed_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function destroyPayload(db: Db, kind: string, id: string): Promise<void> {
  await db.deleteFrom('oidc_payload').where('kind', '=', kind).where('id_hash', '=', digest(id)).execute();
}

/** Removes everything that a grant issued, and the grant. Returns the hashes of the removed ids, for `cluster.announce`. */
export async function revokePayloadsOfGrant(db: Db, grantId: string): Promise<readonly string[]> {
  const rows = await db
    .deleteFrom('oidc_payload')
    .where((where) =>
      where.or([
        where('grant_id', '=', grantId),
        where.and([where('kind', '=', 'Grant'), where('id_hash', '=', digest(grantId))]),
      ]),
    )
    .returning('id_hash')
    .execute();
  return rows.map((row) => row.id_hash);
}

/** What a grant has issued and is alive: kind and hash. */
export async function payloadsOfGrant(
  db: Db,
  grantId: string,
): Promise<readonly { readonly kind: string; readonly idHash: string }[]> {
  const rows = await db
    .selectFrom('oidc_payload')
    .select(['kind', 'id_hash'])
    .where('grant_id', '=', grantId)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', sql<Date>`now()`)]))
    .execute();
  return rows.map((row) => ({ kind: row.kind, idHash: row.id_hash }));
}

/** Removes what expired before `now`. Returns how many. */
export async function deleteExpired(db: Db, now: Date): Promise<number> {
  const result = await db.deleteFrom('oidc_payload').where('expires_at', '<', now).executeTakeFirst();
  return Number(result.numDeletedRows);
}

function live(db: Db, kind: string) {
  return db
    .selectFrom('oidc_payload')
    .selectAll()
    .where('kind', '=', kind)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', sql<Date>`now()`)]));
}

function asPayload(row: Row): OidcPayload {
  return row.consumed_at === null
    ? { ...row.payload }
    : { ...row.payload, consumed: Math.floor(row.consumed_at.getTime() / 1000) };
}

const digest = (value: string): string => createHash('sha256').update(value).digest('hex');
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
