/** A node whose main thread is busy for seconds keeps its lease, confirms what it hears, and uses nothing that it has confirmed as changed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import type { Change } from '../../../src/storage/cluster.ts';
import { joinCluster } from '../../../src/storage/join-cluster.ts';
import { asSuperuser, socketConnect } from '../../../src/storage/managed.ts';
import { openPool } from '../../../src/storage/pool.ts';
import { testDatabase } from '../../../src/storage/testing.ts';
import type { AnnouncerStart } from './announcer.ts';

const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function database() {
  const made = await testDatabase();
  undo.push(() => made.drop());
  const connect = socketConnect(() => made.host, made.database);
  const run = (text: string) => asSuperuser(made.host, made.database, (client) => client.query(text));
  const joinHere = async (name: string) => {
    const db = openPool(connect('runtime'), 4);
    const told: string[] = [];
    const node = await joinCluster(
      () => ({ ...connect('runtime'), application_name: name }),
      db,
      name,
      (line) => told.push(line),
    );
    undo.push(() => node.leave().then(() => db.destroy()));
    const heard: Change[] = [];
    node.onChange((change) => heard.push(change));
    return { node, heard, db, told };
  };
  /** Another node in its own thread; `start` lets it begin to announce. */
  const announcer = async (pause: number) => {
    await run(
      'CREATE TABLE fireguard.number (value int); INSERT INTO fireguard.number VALUES (0); GRANT SELECT, UPDATE ON fireguard.number TO fireguard_runtime',
    );
    const shared = new SharedArrayBuffer(12);
    const state = new Int32Array(shared);
    const workerData: AnnouncerStart = { host: made.host, database: made.database, shared, pause };
    const worker = new Worker(new URL('./announcer.ts', import.meta.url), {
      workerData,
      execArgv: ['--conditions=fireguard-source'],
    });
    await once(worker, 'message');
    undo.push(async () => {
      const ended = once(worker, 'exit');
      Atomics.store(state, 2, 1);
      worker.postMessage('start');
      await ended;
    });
    return {
      start: () => worker.postMessage('start'),
      acknowledged: () => Atomics.load(state, 0),
      slowest: () => Atomics.load(state, 1),
    };
  };
  return { ...made, connect, run, joinHere, announcer };
}

const nothing = new Int32Array(new SharedArrayBuffer(4));
const waits = (milliseconds: number) => void Atomics.wait(nothing, 0, 0, milliseconds);
function spins(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('a main thread that is busy', () => {
  test.each([
    ['asleep', waits],
    ['spinning', spins],
  ])(
    'for three seconds (%s) keeps its lease; what was announced meanwhile is applied by the first question for trust',
    async (_how, block) => {
      const { joinHere, announcer } = await database();
      const { node, heard } = await joinHere('busy');
      const other = await announcer(50);
      other.start();
      block(3_000);
      const acknowledged = other.acknowledged();
      expect(heard).toEqual([]);
      expect(node.trusted()).toBe(true);
      expect(heard.slice(0, acknowledged)).toEqual(
        Array.from({ length: acknowledged }, (_, at) => ({ kind: 'policy', id: String(at + 1) })),
      );
      // They did not wait for its lease to lapse.
      expect(acknowledged).toBeGreaterThan(3);
      expect(other.slowest()).toBeLessThan(650);
    },
  );

  test('does not fence a node whose confirmation lies unread', async () => {
    const { connect, announcer } = await database();
    await announcer(1_000);
    const pool = openPool(connect('runtime'), 2);
    let queries = 0;
    const db = pool.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        queries += 1;
        // The moment at which it begins to wait for confirmations; longer than its patience.
        setImmediate(() => waits(900));
        return result;
      },
    });
    const node = await joinCluster(() => connect('runtime'), db, 'busy');
    undo.push(() => node.leave().then(() => pool.destroy()));
    await node.announce({ kind: 'person', id: 'p' });
    // The announcement; a fence would be the second.
    expect(queries).toBe(1);
  });

  test('INVARIANT: trusts no value that an acknowledged change has made wrong, however long it was busy', async () => {
    const { joinHere, announcer, run } = await database();
    const { node, db } = await joinHere('busy');
    const other = await announcer(5);
    const cache = { value: undefined as number | undefined, generation: 0 };
    node.onChange(() => {
      cache.generation += 1;
      cache.value = undefined;
    });
    other.start();
    const stale: string[] = [];
    const seen = { used: 0, dropped: 0, read: 0 };
    let seed = 20_260_101;
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed / 0x7fffffff;
    };
    const end = performance.now() + 9_000;
    for (let round = 0; performance.now() < end; round += 1) {
      if (round % 40 === 20) void run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'busy'`);
      const { generation } = cache;
      const had = cache.value !== undefined;
      const reading = sql<{ value: number }>`SELECT value FROM number`.execute(db);
      // Busy while the answer lies in the socket: never, a little, or longer than a lease.
      const busy = random();
      if (busy > 0.97) spins(1_200);
      else if (busy > 0.5) spins(busy * 60);
      const floor = other.acknowledged();
      if (node.trusted() && cache.value !== undefined) {
        seen.used += 1;
        if (cache.value < floor) stale.push(`used ${cache.value} after ${floor}`);
      } else if (had) seen.dropped += 1;
      const { value } = (await reading).rows[0]!;
      seen.read += 1;
      if (random() > 0.5) spins(random() * 30);
      if (node.trusted() && generation === cache.generation) cache.value = value;
    }
    expect(stale).toEqual([]);
    // It has not passed by never trusting, nor by nothing having changed.
    expect(seen.used).toBeGreaterThan(5);
    expect(seen.dropped).toBeGreaterThan(5);
    expect(other.acknowledged()).toBeGreaterThan(50);
  });
});

describe('the listening thread', () => {
  test('that dies takes trust with it at once; the next one enters anew', async () => {
    const { joinHere, run } = await database();
    const { node, heard, told } = await joinHere('one');
    expect(node.trusted()).toBe(true);
    // What it cannot read ends it.
    await run(`NOTIFY fireguard_changed, 'no announcement'`);
    await expect.poll(() => node.trusted(), { interval: 1, timeout: 1_000 }).toBe(false);
    expect(heard).toEqual([]);
    await expect.poll(() => node.trusted(), { timeout: 5_000 }).toBe(true);
    expect(new Set(heard.map(({ id }) => id))).toEqual(new Set(['*']));
    expect(heard).toHaveLength(6);
    expect(told).toHaveLength(1);
    await node.announce({ kind: 'key', id: 'k' });
  });

  test('that dies while the main thread is busy is not trusted for longer than its lease', async () => {
    const { joinHere, run } = await database();
    const { node } = await joinHere('one');
    await run(`NOTIFY fireguard_changed, 'no announcement'`);
    waits(1_500);
    expect(node.trusted()).toBe(false);
  });

  test('can be left while it cannot come back', async () => {
    const { joinHere, run } = await database();
    const { node } = await joinHere('one');
    await run(`NOTIFY fireguard_changed, 'no announcement'`);
    await expect.poll(() => node.trusted(), { interval: 1, timeout: 1_000 }).toBe(false);
    const began = performance.now();
    await node.leave();
    expect(performance.now() - began).toBeLessThan(3_500);
    expect(node.trusted()).toBe(false);
  });

  test('that cannot reach the database at first says why', async () => {
    const { host } = await database();
    const connect = socketConnect(() => host, 'no_such_database');
    const db = openPool(connect('runtime'), 1);
    undo.push(() => db.destroy());
    await expect(joinCluster(() => connect('runtime'), db, 'lost')).rejects.toThrow(/no_such_database/);
  });

  test('does not hold up a process that has nothing more to do', async () => {
    const { host, database: name } = await database();
    const child = spawn(
      process.execPath,
      ['--conditions=fireguard-source', join(import.meta.dirname, 'loner.ts'), host, name],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(late);
    expect([said.trim(), code]).toEqual(['true', 0]);
  });

  test('asking for trust costs next to nothing', async () => {
    const { joinHere } = await database();
    const { node } = await joinHere('one');
    const rounds = 200_000;
    let trusted = 0;
    let best = Number.POSITIVE_INFINITY;
    for (let trial = 0; trial < 5; trial += 1) {
      const began = process.hrtime.bigint();
      for (let at = 0; at < rounds; at += 1) if (node.trusted()) trusted += 1;
      best = Math.min(best, Number(process.hrtime.bigint() - began) / rounds);
    }
    expect(trusted).toBe(5 * rounds);
    // Nanoseconds. The target is 200; a test machine that does other things at the same time gets some room.
    console.log(`trusted(): ${Math.round(best)} ns`);
    expect(best).toBeLessThan(1_000);
  });
});
