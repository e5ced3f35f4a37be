/** What nodes on one database promise each other (architecture §11), with two or three real ones, each with its own connections. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Change } from '../../../src/storage/cluster.ts';
import { joinCluster, type Membership } from '../../../src/storage/join-cluster.ts';
import { asSuperuser, socketConnect } from '../../../src/storage/managed.ts';
import { openPool } from '../../../src/storage/pool.ts';
import { testDatabase } from '../../../src/storage/testing.ts';

const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function database() {
  const made = await testDatabase();
  undo.push(() => made.drop());
  const connect = socketConnect(() => made.host, made.database);
  const join = async (name: string): Promise<{ node: Membership; heard: Change[] }> => {
    const db = openPool(connect('runtime'), 2);
    const node = await joinCluster(() => ({ ...connect('runtime'), application_name: name }), db, name);
    undo.push(() => node.leave().then(() => db.destroy()));
    const heard: Change[] = [];
    node.onChange((change) => heard.push(change));
    return { node, heard };
  };
  const run = (sql: string) => asSuperuser(made.host, made.database, (client) => client.query(sql));
  return { join, run, host: made.host };
}

/** Makes a node deaf: its process is alive, but nothing of what the database sends is read. */
function deafen(run: (sql: string) => Promise<unknown>, name: string): Promise<unknown> {
  return run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name}'`);
}

describe('announcements', () => {
  test('hold on every node when acknowledged, within milliseconds', async () => {
    const { join } = await database();
    const [a, b, c] = [await join('a'), await join('b'), await join('c')];
    const began = performance.now();
    await a.node.announce({ kind: 'person', id: 'p1' });
    expect(performance.now() - began).toBeLessThan(650);
    for (const { node, heard } of [a, b, c]) {
      expect(node.trusted()).toBe(true);
      expect(heard).toEqual([{ kind: 'person', id: 'p1' }]);
    }
  });

  test('an id too long for a notification is announced as all of its kind', async () => {
    const { join } = await database();
    const [a, b] = [await join('a'), await join('b')];
    await a.node.announce({ kind: 'token', id: 'x'.repeat(9_000) });
    expect(b.node.trusted()).toBe(true);
    expect(b.heard).toEqual([{ kind: 'token', id: '*' }]);
  });

  test('a node that does not confirm is waited out: it is untrusted before the acknowledgement', async () => {
    const { join, run } = await database();
    const [a, b] = [await join('a'), await join('b')];
    // A row of a node that lives elsewhere and never confirms.
    await run(
      `INSERT INTO fireguard.node (id, lease_until) VALUES ('silent', clock_timestamp() + interval '900 milliseconds')`,
    );
    const began = performance.now();
    await a.node.announce({ kind: 'client', id: 'c1' });
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(850);
    expect(took).toBeLessThan(2_200);
    const { rows } = (await run(`SELECT lease_until < clock_timestamp() AS over FROM fireguard.node WHERE id = 'silent'`)) as {
      rows: { over: boolean }[];
    };
    expect(rows).toEqual([{ over: true }]);
    expect(b.node.trusted()).toBe(true);
    expect(b.heard).toEqual([{ kind: 'client', id: 'c1' }]);
  });

  test('a fenced node cannot renew: it loses trust, clears everything, and comes back', async () => {
    const { join, run } = await database();
    const b = await join('b');
    await run(`UPDATE fireguard.node SET fenced = true WHERE id LIKE 'b/%'`);
    await expect.poll(() => b.heard.length, { timeout: 3_000 }).toBe(6);
    expect(new Set(b.heard.map(({ id }) => id))).toEqual(new Set(['*']));
    await expect.poll(() => b.node.trusted()).toBe(true);
    const { rows } = (await run(`SELECT fenced FROM fireguard.node WHERE id LIKE 'b/%'`)) as { rows: { fenced: boolean }[] };
    expect(rows).toEqual([{ fenced: false }]);
  });

  test('a cut LISTEN connection: untrusted at once, cleared before it is trusted again, nothing missed', async () => {
    const { join, run } = await database();
    const [a, b] = [await join('a'), await join('b')];
    let cleared = 0;
    let clearedWhileTrusted = 0;
    b.node.onChange(() => {
      cleared += 1;
      if (b.node.trusted()) clearedWhileTrusted += 1;
    });
    await deafen(run, 'b');
    await expect.poll(() => b.node.trusted(), { interval: 1, timeout: 1_000 }).toBe(false);
    await a.node.announce({ kind: 'policy', id: 'q' });
    // Acknowledged: b either heard it, or was untrusted and forgets everything before it is trusted again.
    expect(!b.node.trusted() || b.heard.some(({ kind, id }) => kind === 'policy' && (id === 'q' || id === '*'))).toBe(true);
    await expect.poll(() => b.node.trusted(), { timeout: 5_000 }).toBe(true);
    expect(b.heard.filter(({ id }) => id === '*').length).toBeGreaterThanOrEqual(6);
    const before = cleared;
    await a.node.announce({ kind: 'policy', id: 'r' });
    expect(b.node.trusted()).toBe(true);
    expect(b.heard.at(-1)).toEqual({ kind: 'policy', id: 'r' });
    expect(cleared).toBe(before + 1);
    // What is being applied is not applied yet.
    expect(clearedWhileTrusted).toBe(0);
  });

  test('a node that left is not waited for', async () => {
    const { join } = await database();
    const [a, b] = [await join('a'), await join('b')];
    await b.node.leave();
    expect(b.node.trusted()).toBe(false);
    const began = performance.now();
    await a.node.announce({ kind: 'key', id: 'k' });
    expect(performance.now() - began).toBeLessThan(650);
  });

  test('INVARIANT: no node trusts a value that an acknowledged change has made wrong, whatever is cut when', async () => {
    const { join, run } = await database();
    const nodes = [await join('a'), await join('b'), await join('c')];
    // Each node caches one number as caches must: kept only if nothing arrived while it was read, used only while trusted.
    await run(
      'CREATE TABLE fireguard.number (value int); INSERT INTO fireguard.number VALUES (0); GRANT SELECT ON fireguard.number TO fireguard_runtime',
    );
    const caches = nodes.map(({ node }) => ({ value: undefined as number | undefined, generation: 0, node }));
    for (const cache of caches) {
      cache.node.onChange(() => {
        cache.generation += 1;
        cache.value = undefined;
      });
    }
    let acknowledged = 0;
    let running = true;
    const stale: string[] = [];
    const read = async (cache: (typeof caches)[number]) => {
      while (running) {
        const floor = acknowledged;
        if (cache.node.trusted() && cache.value !== undefined) {
          if (cache.value < floor) stale.push(`${cache.node.node} used ${cache.value} after ${floor}`);
        } else {
          const { generation } = cache;
          const value = await asSuperuserValue();
          if (cache.node.trusted() && generation === cache.generation) cache.value = value;
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const asSuperuserValue = async () =>
      ((await run('SELECT value FROM fireguard.number')) as { rows: { value: number }[] }).rows[0]!.value;
    const readers = caches.map(read);
    for (let round = 1; round <= 12; round += 1) {
      if (round % 3 === 0) void deafen(run, ['b', 'c'][round % 2]!);
      await run(`UPDATE fireguard.number SET value = ${round}`);
      await nodes[0]!.node.announce({ kind: 'policy', id: String(round) });
      acknowledged = round;
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    running = false;
    await Promise.all(readers);
    expect(stale).toEqual([]);
    expect(caches.some((cache) => cache.value !== undefined)).toBe(true);
  });
});
