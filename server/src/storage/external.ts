/**
 * External PostgreSQL (15 or newer) by URL: what production and several nodes use. It must not weaken the connection by itself: over a network
 * it is TLS with verification unless the URL says `sslmode=disable`, which is told at every start.
 */
import { isIP } from 'node:net';
import pg from 'pg';
import { type Connect, type Role, roleName, schema } from './connection.ts';
import { asFailure } from './failure.ts';
import { ensureRoles } from './roles.ts';
import { StorageError } from './storage-error.ts';

/** Checks version, roles and schema; returns how to connect. Throws StorageError with what to do. The URL, which holds a password, is never shown. */
export async function openExternal(url: string, tell: (line: string) => void): Promise<Connect> {
  const target = parse(url);
  if (target.searchParams.get('sslmode') === 'disable' && !isLocal(target)) {
    tell('WEAKENED: the connection to PostgreSQL is not encrypted (sslmode=disable in storage.url)');
  }
  const client = new pg.Client({ ...base(target), connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ number: number; text: string }>(
      `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text`,
    );
    if (rows[0]!.number < 150_000)
      throw new StorageError(`PostgreSQL ${rows[0]!.text} is too old: Fireguard needs 15 or newer`);
    await ensureRoles(client, false);
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw new StorageError(`PostgreSQL at ${target.host || 'its socket'} cannot be used: ${(cause as Error).message}`, {
      cause: asFailure(cause),
    });
  } finally {
    await client.end().catch(() => undefined);
  }
  // The session takes on the role at its start; the account of the URL is only how it gets in.
  return (role: Role) => ({
    ...base(target),
    options: `${ownOptions(target)} -c search_path=${schema} -c role=${roleName(role)}`.trim(),
  });
}

function base(target: URL): pg.ClientConfig {
  const plain = new URL(target);
  plain.searchParams.delete('options'); // Values of the URL win over ours in `pg`; the role must not be among them.
  const encrypted = target.searchParams.has('sslmode') || target.searchParams.has('ssl') || isLocal(target);
  return encrypted ? { connectionString: plain.href } : { connectionString: plain.href, ssl: true };
}

const ownOptions = (target: URL): string => target.searchParams.get('options') ?? '';

function parse(url: string): URL {
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw new StorageError('storage.url is not a URL: write postgresql://USER:PASSWORD@HOST:5432/DATABASE');
  }
  if (target.protocol !== 'postgres:' && target.protocol !== 'postgresql:') {
    throw new StorageError('storage.url must begin with postgresql://');
  }
  return target;
}

/** A Unix socket or this machine: nobody in between. */
function isLocal(target: URL): boolean {
  const host = (target.searchParams.get('host') ?? decodeURIComponent(target.hostname)).replace(/^\[|\]$/g, '');
  if (host === '' || host.startsWith('/') || host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
