/**
 * Managed PostgreSQL: a real PostgreSQL from npm, under our supervision, in `<home>/postgresql`; no TCP port, no password, a private Unix
 * socket. Brought back when it dies; stopped last, at close. If Fireguard itself is killed, PostgreSQL stays and the next start adopts it.
 * It must not be shared: one Fireguard per home.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Connect, type Role, roleName, schema } from './connection.ts';
import { chooseAccount } from './managed/account.ts';
import { configure, ensureCluster, superuser } from './managed/cluster-files.ts';
import { lockHome } from './managed/home-lock.ts';
import { installedBinaries } from './managed/package.ts';
import { type Postmaster, type PostmasterSetup, runningServer, runPostmaster } from './managed/postmaster.ts';
import { socketFolder } from './managed/socket-folder.ts';
import { ensureRoles } from './roles.ts';
import { StorageError } from './storage-error.ts';

export interface Managed {
  readonly connect: Connect;
  /** Process number of PostgreSQL, for tests and `fireguard check`. */
  pid(): number;
  close(): Promise<void>;
}

export interface ManagedOptions {
  readonly home: string;
  /** Default 50. */
  readonly maxConnections?: number;
  /** Default true. False only for tests. */
  readonly fsync?: boolean;
}

/** Starts (or adopts) the PostgreSQL of `home`. Throws StorageError: one line that says what to do. `tell` hears of its deaths and returns. */
export async function openManaged(options: ManagedOptions, tell: (line: string) => void): Promise<Managed> {
  const folder = join(resolve(options.home), 'postgresql');
  // Root's folder may have to be passed through (not listed) by the account that PostgreSQL runs as.
  await mkdir(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 }).catch(unusable(folder));
  const lock = lockHome(join(folder, 'lock'), resolve(options.home));
  try {
    const setup = await prepare(folder, options);
    const first = await runPostmaster(setup);
    await bootstrap(first.socketFolder).catch(async (error: unknown) => {
      await first.stop();
      throw error;
    });
    return supervise(first, setup, tell, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The way to the PostgreSQL of `home` while a Fireguard has it running; undefined when none does. */
export function runningManaged(home: string): Connect | undefined {
  const server = runningServer(join(resolve(home), 'postgresql', 'cluster', 'data'));
  return server === undefined ? undefined : socketConnect(() => server.socketFolder, 'fireguard');
}

/** Everything that must be on disk before PostgreSQL can start. */
export async function prepare(folder: string, options: ManagedOptions): Promise<PostmasterSetup> {
  const own = join(folder, 'cluster');
  await mkdir(own, { recursive: true, mode: 0o700 }).catch(unusable(own));
  const { account, binaries } = await chooseAccount(installedBinaries(), own);
  const socket = await socketFolder(join(folder, 'socket'), account);
  const settings = {
    socketFolder: socket,
    account,
    maxConnections: options.maxConnections ?? 50,
    fsync: options.fsync ?? true,
  };
  const data = join(own, 'data');
  await ensureCluster(data, binaries, settings);
  await configure(data, settings).catch(unusable(data));
  return { data, log: join(folder, 'postgresql.log'), socketFolder: socket, binaries, account };
}

/** Roles and the database `fireguard`; does nothing the second time. */
async function bootstrap(host: string): Promise<void> {
  await asSuperuser(host, 'postgres', async (client) => {
    const { rowCount } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'fireguard'`);
    if (rowCount === 0) await client.query('CREATE DATABASE fireguard');
    await client.query('REVOKE ALL ON DATABASE fireguard FROM PUBLIC');
  });
  await asSuperuser(host, 'fireguard', async (client) => {
    await ensureRoles(client, true);
    await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE fireguard TO ${roleName('owner')}`);
    await client.query(`GRANT CONNECT ON DATABASE fireguard TO ${roleName('runtime')}`);
  });
}

/** For starting and testing only. */
export async function asSuperuser<T>(host: string, database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ host, port: 5432, user: superuser, database, ssl: false, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** How both roles reach `database` of the server whose socket is in `host()`. */
export function socketConnect(host: () => string, database: string): Connect {
  return (role: Role) => ({
    host: host(),
    port: 5432,
    user: roleName(role),
    database,
    ssl: false,
    options: `-c search_path=${schema}`,
  });
}

function supervise(first: Postmaster, setup: PostmasterSetup, tell: (line: string) => void, release: () => void): Managed {
  let current = first;
  let closing = false;
  const watch = async (): Promise<void> => {
    let pause = 100;
    for (;;) {
      const since = performance.now();
      await current.gone;
      if (closing) return;
      if (performance.now() - since > 10_000) pause = 100;
      tell(`PostgreSQL (process ${current.pid}) ended unexpectedly; starting it again`);
      for (;;) {
        try {
          current = await runPostmaster(setup);
          tell(`PostgreSQL runs again (process ${current.pid})`);
          break;
        } catch (error) {
          tell(`${(error as Error).message}; trying again`);
        }
        await sleep(pause, undefined, { ref: false });
        pause = Math.min(pause * 2, 5_000);
        if (closing) return;
      }
      if (closing) return;
    }
  };
  const watching = watch();
  return {
    connect: socketConnect(() => current.socketFolder, 'fireguard'),
    pid: () => current.pid,
    async close() {
      if (closing) return;
      closing = true;
      await current.stop();
      await watching;
      await current.stop(); // A restart may have been under way.
      release();
    },
  };
}

const unusable = (path: string) => (cause: NodeJS.ErrnoException) => {
  const why =
    cause.code === 'ENOSPC'
      ? 'the disk is full'
      : cause.code === 'EACCES' || cause.code === 'EROFS'
        ? 'it cannot be written'
        : cause.message;
  throw new StorageError(`${path} cannot be used: ${why}`, { cause });
};
