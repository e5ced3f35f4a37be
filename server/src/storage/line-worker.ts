/**
 * The thread that listens: its own event loop and its own connection, so that a busy main thread neither loses the lease nor keeps other nodes
 * waiting. It knows no cache; it passes on what it hears.
 * INVARIANT: a confirmation is sent only after the change was posted and the epoch moved; from then on the main thread trusts nothing before it
 * has applied the change. Re-entry the same way: posted and counted before the lease is held again.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type pg from 'pg';
import { createLease, leaseMilliseconds, systemMoment } from './lease.ts';
import {
  type Announcement,
  type Confirmation,
  changed,
  confirmed,
  epochIn,
  type Fared,
  type ListenerStart,
  type News,
} from './line-news.ts';
import { type Line, openLine } from './notify.ts';

const renewEvery = 300;
const { self, config, memory, news } = workerData as ListenerStart;
const held = createLease(systemMoment, memory);
const epoch = epochIn(memory);

function tell(item: News): void {
  news.postMessage(item);
  Atomics.add(epoch, 0, 1);
}

const fares = (how: Fared): void => parentPort!.postMessage(how);

let line: Line | undefined;
// The one thing that the main thread says: end.
parentPort!.once('message', async () => {
  held.lose();
  await line?.close();
  held.lose();
  process.exit();
});

try {
  const opened = await openLine(() => config, {
    channels: [changed, confirmed],
    pause: renewEvery,
    lost: () => held.lose(),
    beat: async (client, fresh) => {
      const sent = systemMoment();
      const unbroken = !fresh && held.valid() && (await renew(client)) && held.valid();
      if (!unbroken) {
        held.lose();
        await enter(client);
        // From here on everyone waits for us; what was cached before is dropped before it is trusted again.
        tell({ kind: 'entered' });
      }
      held.renewed(sent);
    },
    heard: (channel, payload, answer) => {
      if (channel === changed) {
        const { from, number, kind, id } = JSON.parse(payload) as Announcement;
        if (from === self) return;
        tell({ kind: 'changed', change: { kind, id } });
        answer(confirmed, JSON.stringify({ to: from, number, by: self } satisfies Confirmation));
      } else {
        const { to, number, by } = JSON.parse(payload) as Confirmation;
        if (to === self) tell({ kind: 'confirmed', number, by });
      }
    },
  });
  line = opened;
  fares({ kind: 'opened' });
} catch (error) {
  const { message, code } = error as { readonly message: string; readonly code?: unknown };
  fares({ kind: 'failed', message, ...(typeof code === 'string' ? { code } : {}) });
  parentPort!.close();
}

async function renew(client: pg.Client): Promise<boolean> {
  const text = `UPDATE node SET lease_until = clock_timestamp() + interval '${leaseMilliseconds} milliseconds'
    WHERE id = $1 AND NOT fenced AND lease_until > clock_timestamp()`;
  return (await client.query(text, [self])).rowCount === 1;
}

async function enter(client: pg.Client): Promise<void> {
  await client.query(`DELETE FROM node WHERE lease_until < clock_timestamp() - interval '1 minute'`);
  const text = `INSERT INTO node (id, lease_until) VALUES ($1, clock_timestamp() + interval '${leaseMilliseconds} milliseconds')
    ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until, fenced = false`;
  await client.query(text, [self]);
}
