/** Whether an access token, known by its public id alone, is still there: for work that goes on after the request that began it. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

export interface LiveToken {
  readonly grant: string | undefined;
}

/** `publicId`: the first 16 hex digits of the token's hash. */
export async function liveToken(db: Kysely<Database>, publicId: string, clientId: string): Promise<LiveToken | undefined> {
  if (!/^[0-9a-f]{16}$/.test(publicId)) return undefined;
  const row = await db
    .selectFrom('oidc_payload')
    .select('grant_id')
    .where('kind', 'in', ['AccessToken', 'ClientCredentials'])
    .where('id_hash', 'like', `${publicId}%`)
    .where(sql<boolean>`payload ->> 'clientId' = ${clientId}`)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return row === undefined ? undefined : { grant: row.grant_id ?? undefined };
}

export async function isGrantAlive(db: Kysely<Database>, grant: string): Promise<boolean> {
  const row = await db
    .selectFrom('oidc_payload')
    .select('kind')
    .where('kind', '=', 'Grant')
    .where('id_hash', '=', sql<string>`encode(sha256(convert_to(${grant}, 'UTF8')), 'hex')`)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst();
  return row !== undefined;
}
