/**
 * A node among others on one database (architecture §11). A change counts as acknowledged when every node that holds a lease has confirmed it;
 * one that does not confirm in time is fenced (its lease is not renewed any more) and waited out. A node without a lease trusts no cache.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { ClientConfig } from 'pg';
import type { Change, ChangeKind, Cluster } from './cluster.ts';
import { type Announcement, changed, type News } from './line-news.ts';
import { openLineThread } from './line-thread.ts';
import type { Database } from './schema.ts';

/** How long to wait for confirmations before fencing; with the lease, the longest an announcement takes is below two seconds. */
const patience = 700;
const kinds: readonly ChangeKind[] = ['token', 'person', 'client', 'policy', 'relation', 'key'];

interface Waiting {
  readonly confirmedBy: Set<string>;
  check(): void;
}

export interface Membership extends Cluster {
  leave(): Promise<void>;
}

/** Joins as `node`; resolves holding a lease. `config` reaches the same database as `db`, both as the runtime role. */
export async function joinCluster(
  config: () => ClientConfig,
  db: Kysely<Database>,
  node: string,
  tell: (line: string) => void = () => undefined,
): Promise<Membership> {
  const self = `${node}/${randomUUID()}`;
  const handlers: ((change: Change) => void)[] = [];
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let left = false;
  let applying = 0;

  const apply = (change: Change): void => {
    applying += 1;
    for (const handle of handlers) handle(change);
    applying -= 1;
  };
  const heard = (news: News): void => {
    switch (news.kind) {
      case 'changed':
        apply(news.change);
        return;
      case 'entered':
        for (const kind of kinds) apply({ kind, id: '*' });
        return;
      case 'confirmed': {
        const wait = waiting.get(news.number);
        wait?.confirmedBy.add(news.by);
        wait?.check();
      }
    }
  };
  const line = await openLineThread({ config, self, heard, tell });

  return {
    node,
    // While a change is being applied (a handler asks), it is not applied yet.
    trusted: () => !left && applying === 0 && line.trusted(),
    onChange: (handle) => void handlers.push(handle),
    async announce(change) {
      apply(change);
      count += 1;
      const number = count;
      const confirmedBy = new Set<string>();
      let check = (): void => undefined;
      waiting.set(number, { confirmedBy, check: () => check() });
      try {
        const live = await notify(db, { from: self, number, ...change });
        const missing = () => live.filter((id) => !confirmedBy.has(id));
        await new Promise<void>((resolve) => {
          const timer = setTimeout(() => {
            // Confirmations may lie unread when this thread was busy.
            line.take();
            resolve();
          }, patience);
          check = () => {
            if (missing().length > 0) return;
            clearTimeout(timer);
            resolve();
          };
          check();
        });
        if (missing().length > 0) await sleep(await fence(db, missing()));
      } finally {
        waiting.delete(number);
      }
    },
    async leave() {
      left = true;
      await line.close();
      // After the last trust: whoever announces now need not wait for us.
      await db
        .deleteFrom('node')
        .where('id', '=', self)
        .execute()
        .catch(() => undefined);
    },
  };
}

/** Notifies, and returns the other nodes that hold a lease. Whoever joins after this snapshot reads the changed state anyway. */
async function notify(db: Kysely<Database>, announcement: Announcement): Promise<readonly string[]> {
  const whole = JSON.stringify(announcement);
  // NOTIFY carries less than 8000 bytes; a longer id is announced as "all of its kind".
  const payload = Buffer.byteLength(whole) < 7_000 ? whole : JSON.stringify({ ...announcement, id: '*' });
  const { rows } = await sql<{ live: string[] }>`SELECT (SELECT pg_notify(${changed}, ${payload}))::text AS told,
    ARRAY(SELECT id FROM node WHERE id <> ${announcement.from} AND lease_until > clock_timestamp()) AS live`.execute(db);
  return rows[0]!.live;
}

/** Stops their leases from being renewed; returns after how many milliseconds the last of them has lapsed. */
async function fence(db: Kysely<Database>, ids: readonly string[]): Promise<number> {
  const { rows } = await sql<{ rest: number }>`UPDATE node SET fenced = true WHERE id = ANY(${ids as string[]})
    RETURNING (extract(epoch FROM lease_until - clock_timestamp()) * 1000)::float8 AS rest`.execute(db);
  return Math.max(0, ...rows.map(({ rest }) => Math.ceil(rest))) + 5;
}
