/**
 * Databases for tests: one PostgreSQL per test run, made when the first test asks, a migrated template in it, and a copy of that for each caller.
 * Must not be used by anything that runs in production: the server runs without fsync.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { roleName } from './connection.ts';
import { keySeal } from './key-seal.ts';
import { lockHome } from './managed/home-lock.ts';
import { runPostmaster } from './managed/postmaster.ts';
import { asSuperuser, prepare, socketConnect } from './managed.ts';
import { migrate } from './migrations.ts';
import { ensurePartitions } from './partitions.ts';
import { openPool } from './pool.ts';
import { ensureRoles } from './roles.ts';
import { openDatabase, type Storage } from './storage.ts';
import { testFolderVariable } from './test-server.ts';

const template = 'fireguard_template';

export interface TestDatabase {
  readonly database: string;
  /** Folder of the socket. */
  readonly host: string;
  /** Another storage (another node) on the same database. */
  open(node?: string): Promise<Storage>;
  /** Closes what `open` gave and drops the database. */
  drop(): Promise<void>;
}

/** A storage on a fresh, empty, migrated database; `close` drops it. */
export async function testStorage(): Promise<Storage> {
  const database = await testDatabase();
  const storage = await database.open();
  return { ...storage, close: () => database.drop() };
}

/** For tests that need several nodes on one database, or the database itself. */
export async function testDatabase(): Promise<TestDatabase> {
  const host = await ensureServer(process.env[testFolderVariable] ?? (await folderOfThisProcess()));
  const database = `t_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(host, 'postgres', (client) => client.query(`CREATE DATABASE ${database} TEMPLATE ${template}`));
  const opened: Storage[] = [];
  return {
    database,
    host,
    async open(node = hostname()) {
      const storage = await openTestDatabase(host, database, node);
      opened.push(storage);
      return storage;
    },
    async drop() {
      await Promise.all(opened.map((storage) => storage.close()));
      await asSuperuser(host, 'postgres', (client) => client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
    },
  };
}

/** A node on a database of `testDatabase`, also from another process: all have one secret. */
export function openTestDatabase(host: string, database: string, node: string): Promise<Storage> {
  return openDatabase(
    socketConnect(() => host, database),
    { node, poolSize: 4, migrated: true, seal: keySeal([Buffer.alloc(32, 7)]) },
  );
}

/** Starts the server in `folder` unless another worker has; returns the socket's folder. */
async function ensureServer(folder: string): Promise<string> {
  const ready = join(folder, 'ready');
  for (;;) {
    if (existsSync(ready)) return readFile(ready, 'utf8');
    await mkdir(folder, { recursive: true, mode: 0o711 });
    let lock: ReturnType<typeof lockHome>;
    try {
      lock = lockHome(join(folder, 'lock'), folder);
    } catch {
      await sleep(50); // Another worker is at it.
      continue;
    }
    try {
      if (existsSync(ready)) continue;
      const setup = await prepare(folder, { home: folder, fsync: false, maxConnections: 200 });
      const server = await runPostmaster(setup);
      await watch(folder, server.pid);
      await makeTemplate(server.socketFolder);
      await writeFile(ready, server.socketFolder);
    } finally {
      lock.release();
    }
  }
}

async function makeTemplate(host: string): Promise<void> {
  await asSuperuser(host, 'postgres', (client) => client.query(`CREATE DATABASE ${template}`));
  await asSuperuser(host, template, (client) => ensureRoles(client, true));
  const owner = openPool(socketConnect(() => host, template)('owner'), 1);
  try {
    await migrate(owner);
    await ensurePartitions(owner, new Date());
  } finally {
    await owner.destroy();
  }
  await asSuperuser(host, 'postgres', (client) =>
    client.query(`GRANT CONNECT ON DATABASE ${template} TO ${roleName('runtime')}`),
  );
}

/** Without the runner's set-up: a server of this process's own. */
async function folderOfThisProcess(): Promise<string> {
  const folder = join(tmpdir(), `fireguard-test-${process.pid}`);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await writeFile(join(folder, 'owner'), String(process.pid));
  return folder;
}

/** Ends the server when the run is over, however it ended: a runner kills its workers, and a person the runner. */
async function watch(folder: string, server: number): Promise<void> {
  const owner = Number(await readFile(join(folder, 'owner'), 'utf8'));
  const script =
    'while kill -0 "$1" 2>/dev/null && kill -0 "$2" 2>/dev/null; do sleep 1; done; kill -QUIT "$2" 2>/dev/null; sleep 1; rm -rf "$3"';
  spawn('/bin/sh', ['-c', script, 'sh', String(owner), String(server), folder], { detached: true, stdio: 'ignore' }).unref();
}
