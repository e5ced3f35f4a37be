/** Notices on their way out: each stored once, and one row for each place that has not taken it yet. */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

/** Stores it with the places it must go to; a notice whose id is there already changes nothing. Usable inside a transaction. */
export async function insertNotice(
  db: Db,
  notice: { readonly id: string; readonly topic: string; readonly body: string },
  targets: readonly string[],
): Promise<boolean> {
  // One statement: the notice is never there without the places that it must go to.
  const { rows } = await sql<{ id: string }>`WITH made AS (
      INSERT INTO notice (id, topic, body) VALUES (${notice.id}, ${notice.topic}, ${notice.body}::jsonb) ON CONFLICT DO NOTHING RETURNING id),
    sent AS (INSERT INTO notice_delivery (notice_id, target)
      SELECT made.id, target FROM made, unnest(${targets}::text[]) AS target)
    SELECT id FROM made`.execute(db);
  return rows.length > 0;
}

export interface DueNotice {
  readonly id: string;
  readonly at: Date;
  readonly body: Record<string, unknown>;
  readonly target: string;
  readonly tries: number;
}

/**
 * Takes what is due for these targets, for `seconds`: another node takes it when this one has not said by then how it went. Times are the database's own, so that
 * nodes whose clocks differ agree.
 */
export async function takeDueNotices(db: Db, targets: readonly string[], seconds: number): Promise<readonly DueNotice[]> {
  const { rows } = await sql<DueNotice>`WITH due AS (
      SELECT notice_id, target FROM notice_delivery WHERE delivered_at IS NULL AND next_try <= now() AND target = ANY(${targets}::text[])
      ORDER BY next_try LIMIT 20 FOR UPDATE SKIP LOCKED),
    taken AS (UPDATE notice_delivery SET next_try = now() + make_interval(secs => ${seconds}), tries = tries + 1
      FROM due WHERE notice_delivery.notice_id = due.notice_id AND notice_delivery.target = due.target
      RETURNING notice_delivery.notice_id, notice_delivery.target, notice_delivery.tries)
    SELECT notice.id, notice.created_at AS at, notice.body, taken.target, taken.tries FROM taken JOIN notice ON notice.id = taken.notice_id
    ORDER BY notice.created_at`.execute(db);
  return rows;
}

export async function noticeDelivered(db: Db, id: string, target: string): Promise<void> {
  await sql`UPDATE notice_delivery SET delivered_at = now(), failure = NULL WHERE notice_id = ${id} AND target = ${target}`.execute(
    db,
  );
}

/** `failure`: one line, for whoever runs the server. */
export async function noticeFailed(db: Db, id: string, target: string, failure: string, again: number): Promise<void> {
  await sql`UPDATE notice_delivery SET next_try = now() + make_interval(secs => ${again}), failure = ${failure}
    WHERE notice_id = ${id} AND target = ${target} AND delivered_at IS NULL`.execute(db);
}

export interface ListedNotice {
  readonly id: string;
  readonly topic: string;
  readonly at: Date;
  readonly body: Record<string, unknown>;
  readonly deliveries: readonly {
    readonly target: string;
    readonly tries: number;
    readonly delivered: string | null;
    readonly failure: string | null;
  }[];
}

/** Where one notice has arrived; empty for one that is not there, or went nowhere. */
export async function deliveriesOf(db: Db, noticeId: string): Promise<ListedNotice['deliveries']> {
  const { rows } = await sql<{
    target: string;
    tries: number;
    at: Date | null;
    failure: string | null;
  }>`SELECT target, tries, delivered_at AS at, failure FROM notice_delivery WHERE notice_id = ${noticeId} ORDER BY target`.execute(
    db,
  );
  return rows.map(({ at, ...one }) => ({ ...one, delivered: at?.toISOString() ?? null }));
}

/** Newest first. */
export async function listNotices(db: Db, topics: readonly string[], limit: number): Promise<readonly ListedNotice[]> {
  const { rows } =
    await sql<ListedNotice>`SELECT id, topic, created_at AS at, body, coalesce((SELECT jsonb_agg(jsonb_build_object(
      'target', target, 'tries', tries, 'delivered', delivered_at, 'failure', failure) ORDER BY target)
      FROM notice_delivery WHERE notice_id = notice.id), '[]') AS deliveries
    FROM notice WHERE topic = ANY(${topics}::text[]) ORDER BY created_at DESC, id DESC LIMIT ${limit}`.execute(db);
  return rows;
}

/** What was delivered everywhere, 90 days ago and longer. */
export async function deleteOldNotices(db: Db): Promise<void> {
  await sql`DELETE FROM notice WHERE created_at < now() - interval '90 days'
    AND NOT EXISTS (SELECT FROM notice_delivery WHERE notice_id = notice.id AND delivered_at IS NULL)`.execute(db);
}
