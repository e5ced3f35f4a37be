/** External PostgreSQL: a server of the system's own packages (15 or newer) over TCP with passwords, where there is one. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openStorage } from '../../../src/storage/storage.ts';

const binaries = systemBinaries();
const password = 'a password, with % and @ in it';
let folder: string;
let port: number;
let server: ChildProcess;

/** The newest server programs of the system. */
function systemBinaries(): string | undefined {
  const place = '/usr/lib/postgresql';
  if (!existsSync(place)) return undefined;
  const newest = readdirSync(place)
    .map(Number)
    .filter((version) => version >= 15)
    .sort((a, b) => b - a)[0];
  const found = newest === undefined ? undefined : join(place, String(newest), 'bin');
  return found !== undefined && existsSync(join(found, 'initdb')) ? found : undefined;
}

const root = process.getuid?.() === 0;
const as = root ? { uid: 65534, gid: 65534 } : {};
const url = (user: string, database = 'hospital', more = '') =>
  `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}${more}`;

async function ask(text: string, database = 'hospital'): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url('admin', database) });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

describe.skipIf(binaries === undefined)('external PostgreSQL (skipped where the system has none from 15 on)', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fireguard-external-'));
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    writeFileSync(join(folder, 'password'), password);
    if (root) for (const path of [folder, data, join(folder, 'password')]) chownSync(path, 65534, 65534);
    chmodSync(folder, 0o700);
    execFileSync(
      join(binaries!, 'initdb'),
      [
        '-D',
        data,
        '-U',
        'admin',
        '--auth=scram-sha-256',
        `--pwfile=${join(folder, 'password')}`,
        '--no-sync',
        '--locale=C.UTF-8',
        '-E',
        'UTF8',
      ],
      { ...as, cwd: '/', stdio: 'ignore', env: { PATH: process.env['PATH'] } },
    );
    port = await freePort();
    server = spawn(
      join(binaries!, 'postgres'),
      ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=`, '-c', 'fsync=off'],
      { ...as, cwd: '/', stdio: 'ignore' },
    );
    await vi.waitFor(() => ask('SELECT 1', 'postgres'), { timeout: 20_000 });
    await ask('CREATE DATABASE hospital', 'postgres');
    await ask('CREATE DATABASE clinic', 'postgres');
    const quoted = `'${password}'`;
    await ask(`CREATE ROLE plain LOGIN PASSWORD ${quoted}`, 'postgres');
    await ask(
      `CREATE ROLE builder LOGIN CREATEROLE PASSWORD ${quoted}; GRANT CREATE ON DATABASE clinic TO builder`,
      'postgres',
    );
  });

  afterAll(async () => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });

  test('an account that may not make the roles gets the statements to run', async () => {
    const error = await openStorage({ mode: 'external', sealSecrets: [Buffer.alloc(32, 1)], url: url('plain') }).catch(
      (reason: Error) => reason,
    );
    expect((error as Error).message).toMatch(/Have an administrator run: CREATE ROLE fireguard_owner/);
    expect((error as Error).message).not.toContain(password);
  });

  test('R-162 two nodes on one database, both as the runtime role whatever account the URL names', async () => {
    const [a, b] = await Promise.all([
      openStorage({ mode: 'external', sealSecrets: [Buffer.alloc(32, 1)], url: url('admin'), node: 'a' }),
      openStorage({
        mode: 'external',
        sealSecrets: [Buffer.alloc(32, 1)],
        url: url('admin', 'hospital', '?options=-c%20role%3Dadmin'),
        node: 'b',
      }),
    ]);
    try {
      for (const storage of [a, b]) {
        const { rows } = await sql<{ role: string }>`SELECT current_user::text AS role`.execute(storage.db);
        expect(rows).toEqual([{ role: 'fireguard_runtime' }]);
        await expect(sql`DELETE FROM audit_record`.execute(storage.db)).rejects.toMatchObject({ code: '42501' });
      }
      const heard: unknown[] = [];
      b.cluster.onChange((change) => heard.push(change));
      await a.cluster.announce({ kind: 'person', id: 'p' });
      expect(b.cluster.trusted()).toBe(true);
      expect(heard).toContainEqual({ kind: 'person', id: 'p' });
      const { rows } = await ask(
        `SELECT tableowner FROM pg_tables WHERE schemaname = 'fireguard' AND tablename = 'audit_record'`,
      );
      expect(rows).toEqual([{ tableowner: 'fireguard_owner' }]);
    } finally {
      await Promise.all([a.close(), b.close()]);
    }
  });

  test('an account with CREATEROLE and CREATE on the database is enough', async () => {
    await ask('GRANT fireguard_owner, fireguard_runtime TO builder WITH ADMIN OPTION', 'postgres');
    const storage = await openStorage({ mode: 'external', sealSecrets: [Buffer.alloc(32, 1)], url: url('builder', 'clinic') });
    expect(storage.healthy()).toBe(true);
    await storage.close();
  });

  test('I10 a database in which somebody let the runtime role change audit rows is refused', async () => {
    await ask('GRANT DELETE ON fireguard.audit_record TO fireguard_runtime');
    await expect(openStorage({ mode: 'external', sealSecrets: [Buffer.alloc(32, 1)], url: url('admin') })).rejects.toThrow(
      /lets Fireguard's runtime role .* change audit rows/,
    );
    await ask('REVOKE DELETE ON fireguard.audit_record FROM fireguard_runtime');
  });

  test('errors are one line, without the password', async () => {
    const errors = await Promise.all(
      [
        url('nobody'),
        url('admin', 'nowhere'),
        'not a url',
        'mysql://x/y',
        `postgresql://admin:${encodeURIComponent(password)}@127.0.0.1:1/hospital`,
      ].map((target) =>
        openStorage({ mode: 'external', sealSecrets: [Buffer.alloc(32, 1)], url: target }).then(
          () => new Error('it opened'),
          (reason: Error) => reason,
        ),
      ),
    );
    for (const error of errors) {
      expect(error.name).toBe('StorageError');
      expect(error.message).not.toContain('\n');
      expect(error.message).not.toContain('a password');
    }
  });

  test('I10 over a network the connection is encrypted unless the URL says otherwise, which is told', async () => {
    const told: string[] = [];
    // 0.0.0.0 reaches this machine, but is not one of the addresses that count as this machine.
    const target = url('admin').replace('127.0.0.1', '0.0.0.0');
    const open = (more: string) =>
      openStorage(
        { mode: 'external', sealSecrets: [Buffer.alloc(32, 1)], url: `${target}${more}` },
        { tell: (line) => told.push(line) },
      );
    await expect(open('')).rejects.toThrow(/does not support SSL/);
    expect(told).toEqual([]);
    const storage = await open('?sslmode=disable');
    await storage.close();
    expect(told).toEqual([expect.stringMatching(/^WEAKENED/)]);
  });

  test('a server without TLS is refused where TLS is asked', async () => {
    await expect(
      openStorage({
        mode: 'external',
        sealSecrets: [Buffer.alloc(32, 1)],
        url: url('admin', 'hospital', '?sslmode=verify-full'),
      }),
    ).rejects.toThrow(/does not support SSL/);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port: free } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
