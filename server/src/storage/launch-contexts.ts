/** SMART launch context of a grant: what the token response, refresh and introspection repeat (SMART App Launch 2.2, scopes and launch context). */
import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Database, LaunchContextTable } from './schema.ts';

export type LaunchContext = Selectable<LaunchContextTable>;
export type NewLaunchContext = Insertable<LaunchContextTable>;

type Db = Kysely<Database>;

/** Sets the context of a grant; a second time replaces it. */
export async function insertLaunchContext(db: Db, context: NewLaunchContext): Promise<void> {
  const { grant_id: _key, created_at: _time, ...changed } = context;
  await db
    .insertInto('launch_context')
    .values(context)
    .onConflict((conflict) => conflict.column('grant_id').doUpdateSet(changed))
    .execute();
}

export async function launchContextByGrant(db: Db, grantId: string): Promise<LaunchContext | undefined> {
  return db.selectFrom('launch_context').selectAll().where('grant_id', '=', grantId).executeTakeFirst();
}

/** Removes those whose grant has nothing left; they name patients, and must not outlive their use. Returns how many. */
export async function deleteUnusedLaunchContexts(db: Db): Promise<number> {
  const result = await db
    .deleteFrom('launch_context')
    .where('created_at', '<', sql<Date>`now() - interval '1 day'`)
    .where((where) =>
      where.not(
        where.exists(
          where.selectFrom('oidc_payload').select('id_hash').whereRef('oidc_payload.grant_id', '=', 'launch_context.grant_id'),
        ),
      ),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
