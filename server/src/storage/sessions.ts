/** Sessions of people, as the authorization server keeps them among its payloads. What names one here opens none: the cookie is known as a hash only. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

export interface StoredSession {
  /** Part of the hash of its cookie. */
  readonly id: string;
  /** What tokens say of the session that they came from. */
  readonly uid: string;
  readonly personId: string;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  readonly acr: string | undefined;
  readonly amr: readonly string[];
  /** The person asked to stay signed in. */
  readonly remembered: boolean;
  /** Apps that were opened in it, each with its own name for the session (`sid`). */
  readonly apps: readonly { readonly clientId: string; readonly sid: string | undefined }[];
}

const ID_DIGITS = 24;

/** Those that live, newest first. */
export async function sessionsOfPerson(db: Db, personId: string): Promise<readonly StoredSession[]> {
  const rows = await db
    .selectFrom('oidc_payload')
    .select(['id_hash', 'payload', 'expires_at'])
    .where('kind', '=', 'Session')
    .where(sql<boolean>`payload ->> 'accountId' = ${personId}`)
    .where('expires_at', '>', sql<Date>`now()`)
    .execute();
  return rows
    .map(({ id_hash, payload, expires_at }) => ({
      id: id_hash.slice(0, ID_DIGITS),
      uid: String(payload['uid']),
      personId,
      startedAt: new Date(Number(payload['loginTs'] ?? payload['iat'] ?? 0) * 1000),
      expiresAt: expires_at ?? new Date(0),
      acr: typeof payload['acr'] === 'string' ? payload['acr'] : undefined,
      amr: Array.isArray(payload['amr']) ? payload['amr'].map(String) : [],
      remembered: payload['transient'] !== true,
      apps: Object.entries((payload['authorizations'] ?? {}) as Record<string, { readonly sid?: string } | undefined>).map(
        ([clientId, app]) => ({ clientId, sid: app?.sid }),
      ),
    }))
    .sort((one, other) => other.startedAt.getTime() - one.startedAt.getTime());
}

export async function deleteSession(db: Db, personId: string, id: string): Promise<void> {
  await db
    .deleteFrom('oidc_payload')
    .where('kind', '=', 'Session')
    .where(sql<boolean>`payload ->> 'accountId' = ${personId}`)
    .where(sql<boolean>`left(id_hash, ${ID_DIGITS}) = ${id}`)
    .execute();
}
