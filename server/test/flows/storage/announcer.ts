/** Another node, in a thread of its own, for tests that block theirs: writes ever higher numbers, announces each, notes what is acknowledged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { sql } from 'kysely';
import { joinCluster } from '../../../src/storage/join-cluster.ts';
import { socketConnect } from '../../../src/storage/managed.ts';
import { openPool } from '../../../src/storage/pool.ts';

export interface AnnouncerStart {
  readonly host: string;
  readonly database: string;
  /** [0]: the last number acknowledged. [1]: milliseconds the slowest announcement took. [2]: not 0 = stop. */
  readonly shared: SharedArrayBuffer;
  readonly pause: number;
}

const { host, database, shared, pause } = workerData as AnnouncerStart;
const state = new Int32Array(shared);
const connect = socketConnect(() => host, database);
const db = openPool(connect('runtime'), 2);
const node = await joinCluster(() => connect('runtime'), db, 'announcer');
parentPort!.postMessage('joined');
parentPort!.once('message', async () => {
  for (let number = 1; Atomics.load(state, 2) === 0; number += 1) {
    await sql`UPDATE number SET value = ${number}`.execute(db);
    const began = performance.now();
    await node.announce({ kind: 'policy', id: String(number) });
    state[1] = Math.max(state[1]!, Math.ceil(performance.now() - began));
    Atomics.store(state, 0, number);
    await sleep(pause);
  }
  await node.leave();
  await db.destroy();
  process.exit();
});
