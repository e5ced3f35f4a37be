/**
 * Storage: one PostgreSQL, managed by us or the operator's own, with its tables, its two roles and this node's place among the others. It opens
 * completely or throws one clear line; afterwards it fails closed: whatever cannot be had is Problem('storage-unavailable'). It must not
 * know what the tables mean: each family has its own file (people.ts, clients.ts, …).
 */
import { hostname } from 'node:os';
import type { Kysely } from 'kysely';
import type { ClientConfig } from 'pg';
import type { Cluster } from './cluster.ts';
import type { Connect } from './connection.ts';
import { openExternal } from './external.ts';
import { joinCluster } from './join-cluster.ts';
import { type KeySeal, keySeal } from './key-seal.ts';
import { createKeyStore, type KeyStore, resealKeys } from './keys.ts';
import { deleteUnusedLaunchContexts } from './launch-contexts.ts';
import { deleteStaleLaunches } from './launches.ts';
import { openManaged } from './managed.ts';
import { migrate } from './migrations.ts';
import { deleteExpired } from './oidc-payloads.ts';
import { ensurePartitions } from './partitions.ts';
import { openPool } from './pool.ts';
import { checkRuntime } from './roles.ts';
import type { Database } from './schema.ts';
import { sealSecrets } from './seal-file.ts';
import { deleteOldCounts } from './sign-in-counts.ts';
import { StorageError } from './storage-error.ts';

export type StorageOptions = (
  | { readonly mode: 'managed'; readonly home: string }
  | { readonly mode: 'external'; readonly url: string /** Default 10 connections. */; readonly poolSize?: number }
) & {
  /** This node's name, unique among the nodes on one database. Default: the host's name. */
  readonly node?: string;
  /** Secrets that seal the keys in the database, newest first, the same on all nodes. Managed: default one in the home folder. */
  readonly sealSecrets?: readonly [Uint8Array, ...Uint8Array[]];
};

export interface StorageHooks {
  /** Hears what an operator should know: a weakening, PostgreSQL's death and return. Never holds a secret. */
  readonly tell?: (line: string) => void;
  /** Milliseconds since the epoch; default the system's. */
  readonly now?: () => number;
}

export interface Storage {
  /** As the runtime role. Queries throw Problem('storage-unavailable') when the database cannot be had. */
  readonly db: Kysely<Database>;
  readonly keys: KeyStore;
  readonly cluster: Cluster;
  /** The way to the same database, as the runtime role, for a thread that has a connection of its own. */
  readonly connection: () => ClientConfig;
  /** On a connection of the owner of the tables, closed afterwards: for what the runtime role cannot and must not. */
  asOwner<Result>(work: (owner: Kysely<Database>) => Promise<Result>): Promise<Result>;
  /** Whether the database answered within the last second. */
  healthy(): boolean;
  /** Leaves the cluster, closes the pool; managed: stops PostgreSQL. */
  close(): Promise<void>;
}

/** Opens, migrates, joins. Throws StorageError: one line that says what to do. */
export async function openStorage(options: StorageOptions, hooks: StorageHooks = {}): Promise<Storage> {
  const tell = hooks.tell ?? (() => undefined);
  const node = options.node ?? hostname();
  if (options.mode === 'external') {
    const { sealSecrets: secrets } = options;
    if (secrets === undefined) throw new StorageError('there is no secret to seal keys with');
    const connect = await openExternal(options.url, tell);
    return openDatabase(connect, { node, poolSize: options.poolSize ?? 10, seal: keySeal(secrets), ...hooks });
  }
  const managed = await openManaged({ home: options.home }, tell);
  try {
    const seal = keySeal(options.sealSecrets ?? (await sealSecrets(options.home)));
    const storage = await openDatabase(managed.connect, { node, poolSize: 10, seal, ...hooks });
    return { ...storage, close: () => storage.close().finally(() => managed.close()) };
  } catch (error) {
    await managed.close();
    throw error;
  }
}

export interface DatabaseOptions extends StorageHooks {
  readonly node: string;
  readonly poolSize: number;
  readonly seal: KeySeal;
  /** Tests whose database is a copy of a migrated one. */
  readonly migrated?: boolean;
}

/** The part after "there is a PostgreSQL": both modes and the tests go through it. */
export async function openDatabase(connect: Connect, options: DatabaseOptions): Promise<Storage> {
  const now = options.now ?? Date.now;
  const asOwner = async <Result>(work: (owner: Kysely<Database>) => Promise<Result>): Promise<Result> => {
    const owner = openPool(connect('owner'), 1);
    return work(owner).finally(() => owner.destroy());
  };
  try {
    if (options.migrated !== true) {
      await asOwner(async (owner) => {
        await migrate(owner);
        await ensurePartitions(owner, new Date(now()));
        await resealKeys(owner, options.seal);
      });
      await checkRuntime(connect('runtime'));
    }
    const db = openPool(connect('runtime'), options.poolSize);
    const membership = await joinCluster(() => connect('runtime'), db, options.node, options.tell).catch(
      async (error: unknown) => {
        await db.destroy();
        throw error;
      },
    );
    const chores = every(3_600_000, async () => {
      await deleteExpired(db, new Date(now()));
      await deleteUnusedLaunchContexts(db);
      await deleteOldCounts(db);
      await deleteStaleLaunches(db);
      await asOwner((owner) => ensurePartitions(owner, new Date(now())));
    });
    let closed: Promise<void> | undefined;
    return {
      db,
      keys: createKeyStore(db, options.seal),
      cluster: membership,
      connection: () => connect('runtime'),
      asOwner,
      healthy: () => membership.trusted(),
      close() {
        closed ??= (async () => {
          await chores.stop();
          await membership.leave();
          await db.destroy();
        })();
        return closed;
      },
    };
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw new StorageError(`the database cannot be opened: ${reason(cause)}`, { cause });
  }
}

/** Runs `work` again and again; a failure waits for the next time, because the default partition takes what has no month yet. */
function every(milliseconds: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let under: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    under = under.then(work).catch(() => undefined);
  }, milliseconds);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await under;
    },
  };
}

function reason(error: unknown): string {
  const detail = (error as { detail?: unknown }).detail;
  if (typeof detail === 'string') return detail;
  return error instanceof Error ? error.message : String(error);
}
