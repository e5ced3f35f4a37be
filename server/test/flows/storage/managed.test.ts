/** Managed PostgreSQL as it is lived with: by root and by others, in closed folders, killed, left behind, started twice. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { chooseAccount } from '../../../src/storage/managed/account.ts';
import { installedBinaries, linked } from '../../../src/storage/managed/package.ts';
import { openStorage } from '../../../src/storage/storage.ts';
import { alive, type Held, hold, kill, letGo, postgresOf } from './hold.ts';

const isRoot = process.getuid?.() === 0;
const ordinary = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
/** Whether an ordinary user can read this checkout at all. */
const readable = isRoot && canRead();

function canRead(): boolean {
  try {
    execFileSync('setpriv', [...ordinary.slice(1), 'test', '-r', import.meta.filename]);
    return true;
  } catch {
    return false;
  }
}

let folder: string;
const held: Held[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fireguard-managed-'));
});

afterEach(async () => {
  for (const one of held.splice(0)) if (one.child.exitCode === null && one.child.signalCode === null) await kill(one);
  const left = existsSync(join(folder, 'home')) ? postgresOf(join(folder, 'home')) : undefined;
  if (left !== undefined && alive(left)) {
    process.kill(left, 'SIGQUIT');
    await vi.waitUntil(() => !alive(left), { timeout: 10_000 });
  }
  rmSync(folder, { recursive: true, force: true });
});

async function start(home: string, as: readonly string[] = [], environment: Record<string, string> = {}): Promise<Held> {
  const one = await hold(home, as, environment);
  held.push(one);
  return one;
}

describe('who it can run as', () => {
  test('this account, in a folder that nobody else can enter; a second start finds its data', async () => {
    chmodSync(folder, 0o700);
    const home = join(folder, 'home');
    const first = await start(home);
    expect(first.said).toMatchObject({ open: true });
    const postgres = postgresOf(home)!;
    expect(alive(postgres)).toBe(true);
    await letGo(first);
    expect(alive(postgres)).toBe(false);
    const second = await start(home);
    expect(second.said.people).toContain(first.said.wrote);
    await letGo(second);
  });

  test.skipIf(!readable)('an ordinary user, in a folder that nobody else can enter', async () => {
    chownSync(folder, 65534, 65534);
    chmodSync(folder, 0o700);
    const one = await start(join(folder, 'home'), ordinary);
    expect(one.said).toMatchObject({ open: true });
    expect(statSync(join(folder, 'home/postgresql/cluster/data')).uid).toBe(65534);
    await letGo(one);
  });

  test.skipIf(!readable)('a user without a name, as containers have them', async () => {
    chownSync(folder, 43_210, 43_210);
    const nameless = ['setpriv', '--reuid=43210', '--regid=43210', '--clear-groups'];
    const one = await start(join(folder, 'home'), nameless);
    expect(one.said).toMatchObject({ open: true });
    await letGo(one);
  });

  test.skipIf(!readable)('root where user namespaces are forbidden: as nobody', async () => {
    chmodSync(folder, 0o755);
    const home = join(folder, 'home');
    const one = await start(home, [], { PATH: '/nonexistent' });
    expect(one.said).toMatchObject({ open: true });
    expect(statSync(join(home, 'postgresql/cluster/data')).uid).toBe(65534);
    await letGo(one);
    const two = await start(home, [], { PATH: '/nonexistent' });
    expect(two.said.people).toContain(one.said.wrote);
    await letGo(two);
  });

  test('R-048 no TCP port, no password, a private socket and data folder', async () => {
    const home = join(folder, 'home');
    const one = await start(home);
    const data = join(home, 'postgresql/cluster/data');
    expect(readFileSync(join(data, 'postgresql.conf'), 'utf8')).toContain("listen_addresses = ''");
    const sockets = execFileSync('sh', ['-c', `ls -l /proc/${postgresOf(home)}/fd | grep -c socket: || true`]).toString();
    const inodes = execFileSync('sh', [
      '-c',
      `ls -l /proc/${postgresOf(home)}/fd | sed -n 's/.*socket:\\[\\([0-9]*\\)\\].*/\\1/p'`,
    ])
      .toString()
      .split('\n')
      .filter(Boolean);
    expect(Number(sockets)).toBeGreaterThan(0);
    const tcp = readFileSync('/proc/net/tcp', 'utf8') + readFileSync('/proc/net/tcp6', 'utf8');
    expect(inodes.filter((inode) => new RegExp(`\\s${inode}\\s`).test(tcp))).toEqual([]);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(home, 'postgresql/socket')).mode & 0o777).toBe(0o700);
    await letGo(one);
  });

  test('a home too deep for a Unix socket', async () => {
    const deep = join(folder, 'a'.repeat(60), 'b'.repeat(60));
    mkdirSync(deep, { recursive: true });
    const home = join(deep, 'home');
    const one = await start(home);
    expect(one.said).toMatchObject({ open: true });
    const socket = readFileSync(join(home, 'postgresql/cluster/data/postmaster.pid'), 'utf8').split('\n')[4]!;
    expect(Buffer.byteLength(socket)).toBeLessThan(93);
    expect(statSync(socket).mode & 0o777).toBe(0o700);
    await letGo(one);
    rmSync(socket, { recursive: true, force: true });
  });

  test('a folder of somebody else where the socket should be is refused', async () => {
    const home = join(folder, 'home');
    mkdirSync(join(home, 'postgresql'), { recursive: true });
    mkdirSync(join(home, 'postgresql/socket'), { mode: 0o777 });
    chmodSync(join(home, 'postgresql/socket'), 0o777);
    const one = await start(home);
    expect(one.said.error).toMatch(/socket exists and is not a private folder/);
  });
});

describe('binaries', () => {
  test('are linked by us when the package has not done it, in a copy when its folder cannot be written', async () => {
    const installed = installedBinaries();
    const bare = join(folder, 'package');
    cpSync(installed.root, bare, { recursive: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
    const unlinked = {
      ...installed,
      root: bare,
      initdb: join(bare, 'native/bin/initdb'),
      postgres: join(bare, 'native/bin/postgres'),
    };
    expect(linked(unlinked)).toBe(false);
    const work = join(folder, 'work');
    mkdirSync(work);
    const { binaries } = await chooseAccount(unlinked, work);
    expect(binaries.root.startsWith(work)).toBe(true);
    expect(linked(binaries)).toBe(true);
    expect(execFileSync(binaries.postgres, ['--version']).toString()).toContain('PostgreSQL');
  });

  test.skipIf(!isRoot)('are copied when the account cannot reach them', async () => {
    const installed = installedBinaries();
    const closed = join(folder, 'closed');
    cpSync(join(installed.root, 'native'), join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
    chownSync(closed, 43_210, 43_210);
    chmodSync(closed, 0o700);
    const far = {
      ...installed,
      root: closed,
      initdb: join(closed, 'native/bin/initdb'),
      postgres: join(closed, 'native/bin/postgres'),
    };
    const work = join(folder, 'work');
    mkdirSync(work, { mode: 0o700 });
    const { binaries } = await chooseAccount(far, work);
    expect(binaries.root.startsWith(work)).toBe(true);
  });

  test.skipIf(!isRoot)('root in a folder of somebody else that nobody can enter gets one clear line', async () => {
    chownSync(folder, 43_210, 43_210);
    chmodSync(folder, 0o700);
    const one = await start(join(folder, 'home'));
    expect(one.said.error).toMatch(/^managed PostgreSQL cannot be run here .* use an external PostgreSQL/);
  });
});

describe('deaths', () => {
  test('Fireguard killed: its PostgreSQL is adopted by the next start, and stopped by it', async () => {
    const home = join(folder, 'home');
    const first = await start(home);
    const postgres = postgresOf(home)!;
    await kill(first);
    expect(alive(postgres)).toBe(true);
    const second = await start(home);
    expect(postgresOf(home)).toBe(postgres);
    expect(second.said.people).toContain(first.said.wrote);
    await letGo(second);
    expect(alive(postgres)).toBe(false);
  });

  test('both killed: what was committed is there, whatever process has the old number now', async () => {
    const home = join(folder, 'home');
    const first = await start(home);
    const postgres = postgresOf(home)!;
    await kill(first);
    process.kill(postgres, 'SIGKILL');
    await expect.poll(() => alive(postgres)).toBe(false);
    const noted = join(home, 'postgresql/cluster/data/postmaster.pid');
    writeFileSync(noted, readFileSync(noted, 'utf8').replace(/^\d+/, String(process.pid)));
    const second = await start(home);
    expect(second.said.people).toContain(first.said.wrote);
    await letGo(second);
  });

  test('PostgreSQL killed while we run: closed meanwhile, back by itself', async () => {
    const home = join(folder, 'home');
    const told: string[] = [];
    const storage = await openStorage({ mode: 'managed', home }, { tell: (line) => told.push(line) });
    try {
      const ask = () => storage.db.selectFrom('person').select('id').execute();
      await ask();
      process.kill(postgresOf(home)!, 'SIGKILL');
      const failures: unknown[] = [];
      await expect
        .poll(
          () =>
            ask().then(
              () => failures.length > 0,
              (error: unknown) => void failures.push(error),
            ),
          { interval: 5, timeout: 15_000 },
        )
        .toBe(true);
      expect(new Set(failures.map((error) => (error as { code?: string }).code))).toEqual(new Set(['storage-unavailable']));
      await expect.poll(() => storage.healthy(), { timeout: 5_000 }).toBe(true);
      expect(told[0]).toMatch(/ended unexpectedly/);
      expect(told.at(-1)).toMatch(/runs again/);
    } finally {
      await storage.close();
    }
    expect(postgresOf(home)).toBeUndefined();
  });

  test('a signal to our process group does not reach PostgreSQL', async () => {
    const home = join(folder, 'home');
    const one = await start(home);
    const session = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[3];
    expect(session(postgresOf(home)!)).not.toBe(session(one.child.pid!));
    await letGo(one);
  });
});

describe('refusals in one line', () => {
  test('a second Fireguard on the same home', async () => {
    const home = join(folder, 'home');
    const one = await start(home);
    const two = await start(home);
    expect(two.said).toMatchObject({
      open: false,
      error: expect.stringMatching(/in use by another Fireguard \(process \d+\)/),
    });
    expect(two.said.error).toContain(String(one.child.pid));
    await letGo(one);
    const three = await start(home);
    expect(three.said.open).toBe(true);
    await letGo(three);
  });

  test('a cluster of another major version, and a damaged one', async () => {
    const home = join(folder, 'home');
    await letGo(await start(home));
    const data = join(home, 'postgresql/cluster/data');
    writeFileSync(join(data, 'PG_VERSION'), '14\n');
    expect((await start(home)).said.error).toMatch(
      /^the database in .* is of PostgreSQL 14, this Fireguard brings PostgreSQL 18[^\n]*$/,
    );
    writeFileSync(join(data, 'PG_VERSION'), '18\n');
    const control = readFileSync(join(data, 'global/pg_control'));
    control[200] = control[200]! ^ 1;
    writeFileSync(join(data, 'global/pg_control'), control);
    expect((await start(home)).said.error).toMatch(/^PostgreSQL did not start: .*damaged[^\n]*$/);
  });

  test.skipIf(!canMount())('a full disk', async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', small]);
    try {
      expect((await start(join(small, 'home'))).said.error).toMatch(
        /^the database could not be created: the disk is full[^\n]*$/,
      );
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

function canMount(): boolean {
  if (!isRoot) return false;
  const place = mkdtempSync(join(tmpdir(), 'fireguard-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
