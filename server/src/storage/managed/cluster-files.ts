/**
 * The database cluster on disk: made once by initdb (with checksums, in UTF-8, without a password or a port), its configuration written anew at
 * each start, because it is ours and not the operator's.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StorageError } from '../storage-error.ts';
import type { Account } from './account.ts';
import { clearLine } from './clear-line.ts';
import type { Binaries } from './package.ts';

const run = promisify(execFile);

/** The bootstrap superuser: used at start only, to make the two roles that everything else runs as. */
export const superuser = 'fireguard_superuser';

export interface ClusterSettings {
  readonly socketFolder: string;
  readonly account: Account;
  readonly maxConnections: number;
  /** Only tests may switch off fsync: what they write is thrown away anyway. */
  readonly fsync: boolean;
}

/** Makes the cluster in `data` if there is none. A crash in the middle leaves `data.new`, which the next start removes. */
export async function ensureCluster(data: string, binaries: Binaries, settings: ClusterSettings): Promise<void> {
  if (existsSync(join(data, 'PG_VERSION'))) return checkVersion(data, binaries);
  if (existsSync(data)) {
    throw new StorageError(
      `${data} is there but is no PostgreSQL cluster (no PG_VERSION): restore it from a backup, or move it away to start empty`,
    );
  }
  const unfinished = `${data}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const args = [
    '-D',
    unfinished,
    '-U',
    superuser,
    '--auth=peer',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--locale-provider=libc',
    '--data-checksums',
  ];
  if (!settings.fsync) args.push('--no-sync');
  const command = settings.account.command(binaries.initdb, args);
  try {
    await run(command.file, command.args, { ...command.options, cwd: '/', timeout: 120_000, env: ownEnvironment() });
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new StorageError(`the database could not be created: ${clearLine(stderr ?? message)}`, { cause: error });
  }
  await rename(unfinished, data);
}

/** Writes postgresql.conf, pg_hba.conf and pg_ident.conf. */
export async function configure(data: string, settings: ClusterSettings): Promise<void> {
  const on = settings.fsync ? 'on' : 'off';
  const lines = [
    '# Written by Fireguard at each start; changes here are lost.',
    "listen_addresses = ''",
    `unix_socket_directories = ${quote(`"${settings.socketFolder.replaceAll('"', '""')}"`)}`,
    'unix_socket_permissions = 0700',
    'port = 5432',
    `max_connections = ${settings.maxConnections}`,
    'shared_buffers = 64MB',
    'max_wal_size = 512MB',
    'max_wal_senders = 0',
    'huge_pages = off',
    'jit = off',
    `fsync = ${on}`,
    `full_page_writes = ${on}`,
    `synchronous_commit = ${on}`,
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    // I9: statements, parameters and key values are other people's data; the server's log holds its own life and death only.
    'log_min_messages = log',
    'log_min_error_statement = panic',
    "log_statement = 'none'",
    'log_parameter_max_length = 0',
    'log_parameter_max_length_on_error = 0',
    'log_error_verbosity = terse',
    'log_checkpoints = off',
  ];
  const own = (name: string, text: string) => writeFile(join(data, name), text);
  await own('postgresql.conf', `${lines.join('\n')}\n`);
  await own('pg_hba.conf', 'local all all peer map=fireguard\n');
  const roles = [superuser, 'fireguard_owner', 'fireguard_runtime'];
  await own('pg_ident.conf', roles.map((role) => `fireguard ${identToken(settings.account.peerName)} ${role}\n`).join(''));
}

/** What initdb and postgres may see of our environment: neither PG* variables nor secrets. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}

async function checkVersion(data: string, binaries: Binaries): Promise<void> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  const ours = binaries.version.split('.')[0];
  if (found !== ours) {
    throw new StorageError(
      `the database in ${data} is of PostgreSQL ${found}, this Fireguard brings PostgreSQL ${ours}: start the Fireguard that made it, export, and import into a new --home`,
    );
  }
}

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const identToken = (name: string): string => `"${name.replaceAll('"', '""')}"`;
