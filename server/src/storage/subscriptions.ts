/** Subscriptions to audit events. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database, SubscriptionTable } from './schema.ts';

type Db = Kysely<Database>;
export type StoredSubscription = Selectable<SubscriptionTable>;
export type NewSubscription = Pick<
  StoredSubscription,
  'id' | 'client_id' | 'client_scope' | 'criteria' | 'endpoint' | 'content' | 'reason' | 'ends_at'
> & { readonly caller: object };

/** Under which its places are kept. */
export const subscriptionTarget = (id: string): string => `subscription/${id}`;

/** From now on: behind what each chain has. Undefined when the client has `most` already. */
export async function insertSubscription(
  db: Db,
  subscription: NewSubscription,
  most: number,
): Promise<StoredSubscription | undefined> {
  return db.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext(${`fireguard subscription ${subscription.client_id}`}))`.execute(
      transaction,
    );
    if ((await subscriptionsOf(transaction, subscription.client_id)).length >= most) return undefined;
    await sql`INSERT INTO forward_position (target, node, sequence) SELECT ${subscriptionTarget(subscription.id)}, node, sequence FROM journal_position`.execute(
      transaction,
    );
    return transaction
      .insertInto('subscription')
      .values({ ...subscription, caller: JSON.stringify(subscription.caller) })
      .returningAll()
      .executeTakeFirstOrThrow();
  });
}

/** In the order in which they were made. */
export async function subscriptionsOf(db: Db, clientId: string): Promise<readonly StoredSubscription[]> {
  return db
    .selectFrom('subscription')
    .selectAll()
    .where('client_id', '=', clientId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** All, in the order in which they were made. */
export async function listSubscriptions(db: Db): Promise<readonly StoredSubscription[]> {
  return db.selectFrom('subscription').selectAll().orderBy('created_at').orderBy('id').execute();
}

export async function subscriptionById(db: Db, id: string): Promise<StoredSubscription | undefined> {
  return db.selectFrom('subscription').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Those that are told. */
export async function liveSubscriptions(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom('subscription').select('id').where('state', '<>', 'off').execute();
  return rows.map(({ id }) => id);
}

/** How it fares. INVARIANT: what is off stays off: whoever was shut out is not told what happened meanwhile, but must subscribe anew. False: it is gone or off. */
export async function setSubscriptionState(
  db: Db,
  id: string,
  state: StoredSubscription['state'],
  error: string | undefined,
): Promise<boolean> {
  const result = await db
    .updateTable('subscription')
    .set({ state, error: error ?? null })
    .where('id', '=', id)
    .where('state', '<>', 'off')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Takes numbers for so many events; gives the last one. Undefined: it is gone. */
export async function numberEvents(db: Db, id: string, count: number): Promise<number | undefined> {
  const row = await db
    .updateTable('subscription')
    .set({ told: sql<string>`told + ${count}::int` })
    .where('id', '=', id)
    .returning('told')
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.told);
}

/** False when this client has no such subscription. */
export async function deleteSubscription(db: Db, id: string, clientId: string): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('subscription')
      .where('id', '=', id)
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    await sql`DELETE FROM forward_position WHERE target = ${subscriptionTarget(id)}`.execute(transaction);
    return numDeletedRows === 1n;
  });
}

export async function forgetPlaces(db: Db, id: string): Promise<void> {
  await sql`DELETE FROM forward_position WHERE target = ${subscriptionTarget(id)}`.execute(db);
}
