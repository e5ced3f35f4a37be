/**
 * A node among others on one database (architecture §11). A change counts as acknowledged when every node that holds a lease has confirmed it;
 * one that does not confirm in time is fenced (its lease is not renewed any more) and waited out. A node without a lease trusts no cache.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type pg from 'pg';
import type { ClientConfig } from 'pg';
import type { Change, ChangeKind, Cluster } from './cluster.ts';
import { createLease, leaseMilliseconds, systemMoment } from './lease.ts';
import { openLine } from './notify.ts';
import type { Database } from './schema.ts';

const changed = 'fireguard_changed';
const confirmed = 'fireguard_confirmed';
const renewEvery = 300;
/** How long to wait for confirmations before fencing; with the lease, the longest an announcement takes is below two seconds. */
const patience = 700;
const kinds: readonly ChangeKind[] = ['token', 'person', 'client', 'policy', 'relation', 'key'];

interface Announcement extends Change {
  readonly from: string;
  readonly number: number;
}

interface Confirmation {
  readonly to: string;
  readonly number: number;
  readonly by: string;
}

interface Waiting {
  readonly confirmedBy: Set<string>;
  check(): void;
}

export interface Membership extends Cluster {
  leave(): Promise<void>;
}

/** Joins as `node`; resolves holding a lease. `config` reaches the same database as `db`, both as the runtime role. */
export async function joinCluster(config: () => ClientConfig, db: Kysely<Database>, node: string): Promise<Membership> {
  const self = `${node}/${randomUUID()}`;
  const held = createLease();
  const handlers: ((change: Change) => void)[] = [];
  const waiting = new Map<number, Waiting>();
  let count = 0;

  const apply = (change: Change): void => {
    for (const handle of handlers) handle(change);
  };
  const line = await openLine(config, {
    channels: [changed, confirmed],
    pause: renewEvery,
    lost: () => held.lose(),
    beat: async (client, fresh) => {
      const sent = systemMoment();
      const unbroken = !fresh && held.valid() && (await renew(client, self)) && held.valid();
      if (!unbroken) {
        held.lose();
        await enter(client, self);
        // INVARIANT: from here on everyone waits for us; what was cached before is dropped before it is trusted again.
        for (const kind of kinds) apply({ kind, id: '*' });
      }
      held.renewed(sent);
    },
    heard: (channel, payload) => {
      if (channel === changed) {
        const { from, number, kind, id } = JSON.parse(payload) as Announcement;
        if (from === self) return;
        apply({ kind, id });
        line.send(confirmed, JSON.stringify({ to: from, number, by: self } satisfies Confirmation));
      } else {
        const { to, number, by } = JSON.parse(payload) as Confirmation;
        const wait = to === self ? waiting.get(number) : undefined;
        wait?.confirmedBy.add(by);
        wait?.check();
      }
    },
  });

  return {
    node,
    trusted: () => held.valid(),
    onChange: (handle) => void handlers.push(handle),
    async announce(change) {
      apply(change);
      count += 1;
      const number = count;
      const confirmedBy = new Set<string>();
      let check = (): void => undefined;
      waiting.set(number, { confirmedBy, check: () => check() });
      try {
        const live = await tell(db, { from: self, number, ...change });
        const missing = () => live.filter((id) => !confirmedBy.has(id));
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, patience);
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
      held.lose();
      await line.close();
      held.lose();
      // After the last trust: whoever announces now need not wait for us.
      await db
        .deleteFrom('node')
        .where('id', '=', self)
        .execute()
        .catch(() => undefined);
    },
  };
}

async function renew(client: pg.Client, self: string): Promise<boolean> {
  const text = `UPDATE node SET lease_until = clock_timestamp() + interval '${leaseMilliseconds} milliseconds'
    WHERE id = $1 AND NOT fenced AND lease_until > clock_timestamp()`;
  return (await client.query(text, [self])).rowCount === 1;
}

async function enter(client: pg.Client, self: string): Promise<void> {
  await client.query(`DELETE FROM node WHERE lease_until < clock_timestamp() - interval '1 minute'`);
  const text = `INSERT INTO node (id, lease_until) VALUES ($1, clock_timestamp() + interval '${leaseMilliseconds} milliseconds')
    ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until, fenced = false`;
  await client.query(text, [self]);
}

/** Notifies, and returns the other nodes that hold a lease. Whoever joins after this snapshot reads the changed state anyway. */
async function tell(db: Kysely<Database>, announcement: Announcement): Promise<readonly string[]> {
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
