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

export interface NewOidcPayload {
  readonly kind: string;
  /** As oidc-provider knows it; only its hash is stored. */
  readonly id: string;
  readonly payload: OidcPayload;
  readonly grantId: string | null;
  readonly uid: string | null;
  readonly userCode: string | null;
  /** Null: does not expire. */
  readonly expiresAt: Date | null;
}

/** Replaces what is there under this id, but never makes it unused again. */
export async function upsertPayload(db: Db, record: NewOidcPayload): Promise<void> {
  const { kind: _kind, id_hash: _id, ...changed } = rowOf(record);
  await db
    .insertInto('oidc_payload')
    .values({ ...rowOf(record), consumed_at: null })
    .onConflict((conflict) => conflict.columns(['kind', 'id_hash']).doUpdateSet(changed))
    .execute();
}

/** False when the id is there already, expired or not: one of any number of callers gets true (assertion replay). */
export async function insertPayload(db: Db, record: NewOidcPayload): Promise<boolean> {
  const result = await db
    .insertInto('oidc_payload')
    .values({ ...rowOf(record), consumed_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
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

/** `consumed` is true for exactly one of any number of callers: whoever gets false came second (code or refresh token replay), or too late. */
export async function consumePayload(
  db: Db,
  kind: string,
  id: string,
): Promise<{ readonly consumed: boolean; readonly grantId: string | null }> {
  const used = await db
    .updateTable('oidc_payload')
    .set({ consumed_at: sql<Date>`now()` })
    .where('kind', '=', kind)
    .where('id_hash', '=', digest(id))
    .where('consumed_at', 'is', null)
    .returning('grant_id')
    .executeTakeFirst();
  if (used !== undefined) return { consumed: true, grantId: used.grant_id };
  const there = await db
    .selectFrom('oidc_payload')
    .select('grant_id')
    .where('kind', '=', kind)
    .where('id_hash', '=', digest(id))
    .executeTakeFirst();
  return { consumed: false, grantId: there?.grant_id ?? null };
}

export async function destroyPayload(db: Db, kind: string, id: string): Promise<void> {
  await db.deleteFrom('oidc_payload').where('kind', '=', kind).where('id_hash', '=', digest(id)).execute();
}

/** Removes what a grant has issued of one kind. Returns the hashes of the removed ids. */
export async function revokePayloadsByGrant(db: Db, kind: string, grantId: string): Promise<readonly string[]> {
  const rows = await db
    .deleteFrom('oidc_payload')
    .where('kind', '=', kind)
    .where('grant_id', '=', grantId)
    .returning('id_hash')
    .execute();
  return rows.map((row) => row.id_hash);
}

/** Lets a living session live so many seconds more from now on. */
export async function extendSession(db: Db, uid: string, seconds: number): Promise<void> {
  await db
    .updateTable('oidc_payload')
    .set({
      expires_at: sql<Date>`now() + ${seconds} * interval '1 second'`,
      payload: sql<string>`payload || jsonb_build_object('exp', floor(extract(epoch FROM now()) + ${seconds}::int)::bigint)`,
    })
    .where('kind', '=', 'Session')
    .where('uid', '=', digest(uid))
    .where('expires_at', '>', sql<Date>`now()`)
    .execute();
}

/** The grants of a person whose tokens were promised to last no longer than the session `sessionUid`. */
export async function grantsOfSession(db: Db, personId: string, sessionUid: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('oidc_payload')
    .select('grant_id')
    .distinct()
    .where('grant_id', 'is not', null)
    .where(sql<boolean>`payload ->> 'accountId' = ${personId}`)
    .where(sql<boolean>`payload ->> 'sessionUid' = ${sessionUid}`)
    .where(sql<boolean>`payload ->> 'expiresWithSession' = 'true'`)
    .execute();
  return rows.flatMap((row) => (row.grant_id === null ? [] : [row.grant_id]));
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

function rowOf({ kind, id, payload, grantId, uid, userCode, expiresAt }: NewOidcPayload) {
  const { jti: _token, userCode: _code, ...kept } = payload;
  return {
    kind,
    id_hash: digest(id),
    payload: JSON.stringify(kept),
    grant_id: grantId,
    user_code: userCode === null ? null : digest(userCode),
    uid: uid === null ? null : digest(uid),
    expires_at: expiresAt,
  };
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
