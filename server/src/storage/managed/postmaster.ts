/**
 * One running PostgreSQL: started in a session of its own (Ctrl-C on the terminal must not reach it before us), or adopted when an earlier
 * Fireguard died and left it; stopped by SIGINT, which is its fast shutdown.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StorageError } from '../storage-error.ts';
import type { Account } from './account.ts';
import { clearLine } from './clear-line.ts';
import { ownEnvironment, superuser } from './cluster-files.ts';
import type { Binaries } from './package.ts';

export interface Postmaster {
  readonly pid: number;
  readonly socketFolder: string;
  readonly adopted: boolean;
  /** Resolves when the process is gone, however it went. */
  readonly gone: Promise<void>;
  /** Stops it: fast, after 30 s immediately (it then recovers from its log at the next start). */
  stop(): Promise<void>;
}

export interface PostmasterSetup {
  readonly data: string;
  readonly log: string;
  readonly socketFolder: string;
  readonly binaries: Binaries;
  readonly account: Account;
}

/** Adopts the server that runs on `data`, or starts one; resolves when it answers. Throws StorageError with the reason. */
export async function runPostmaster(setup: PostmasterSetup): Promise<Postmaster> {
  const left = runningServer(setup.data);
  if (left !== undefined) {
    const alive = () => runningServer(setup.data)?.pid === left.pid;
    if (await answers(left.socketFolder, alive, 60_000)) {
      const adopted = adopt(setup.data, left);
      if (left.socketFolder === setup.socketFolder) return adopted;
      await adopted.stop(); // It listens where a restart of it would not: begin anew.
    } else if (alive())
      throw new StorageError(
        `a PostgreSQL (process ${left.pid}) runs on ${setup.data} and does not answer: stop it with kill -INT ${left.pid}, then start again`,
      );
  }
  // What remains of a server that is gone. PostgreSQL would take a reused process number for a living server and refuse to start.
  await rm(join(setup.data, 'postmaster.pid'), { force: true });
  const deadline = performance.now() + 30_000;
  for (;;) {
    const started = await start(setup);
    if (typeof started !== 'string') return started;
    // Orphaned backends of a killed server hold its shared memory until they notice: a matter of seconds.
    const orphans = /pre-existing shared memory block|lock file ".*" already exists/.test(started);
    if (!orphans || performance.now() > deadline) throw new StorageError(`PostgreSQL did not start: ${clearLine(started)}`);
    await sleep(250);
  }
}

/** The postmaster that owns `data` now, told from postmaster.pid and, on Linux, from the folder the process works in. */
export function runningServer(data: string): { readonly pid: number; readonly socketFolder: string } | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !worksIn(pid, data)) return undefined;
  return { pid, socketFolder: lines[4] ?? '' };
}

function worksIn(pid: number, data: string): boolean {
  try {
    if (!existsSync('/proc/self/cwd')) return process.kill(pid, 0);
    const [works, ours] = [statSync(`/proc/${pid}/cwd`), statSync(data)];
    return works.ino === ours.ino && works.dev === ours.dev;
  } catch {
    return false;
  }
}

/** A started server that answers, or what it printed before it died. */
async function start(setup: PostmasterSetup): Promise<Postmaster | string> {
  const { file, args, options } = setup.account.command(setup.binaries.postgres, ['-D', setup.data]);
  // A file and not a pipe: the server outlives us after a kill -9, and must not die of writing to nobody.
  const log = openSync(setup.log, 'w', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(file, args, { ...options, cwd: '/', detached: true, stdio: ['ignore', log, log], env: ownEnvironment() });
  } finally {
    closeSync(log);
  }
  let running = true;
  const gone = new Promise<void>((resolve) => {
    const end = () => {
      running = false;
      resolve();
    };
    child.once('exit', end);
    child.once('error', end);
  });
  child.unref();
  if (await answers(setup.socketFolder, () => running, 60_000)) {
    return postmaster(child.pid!, setup.socketFolder, false, gone, () => running);
  }
  if (running) await stopProcess(child.pid!, gone, () => running);
  return readFile(setup.log, 'utf8').catch(() => '');
}

function adopt(data: string, left: { pid: number; socketFolder: string }): Postmaster {
  const running = () => runningServer(data)?.pid === left.pid || worksIn(left.pid, data);
  const gone = (async () => {
    while (running()) await sleep(200, undefined, { ref: false });
  })();
  return postmaster(left.pid, left.socketFolder, true, gone, running);
}

function postmaster(
  pid: number,
  socketFolder: string,
  adopted: boolean,
  gone: Promise<void>,
  running: () => boolean,
): Postmaster {
  return Object.freeze({ pid, socketFolder, adopted, gone, stop: () => stopProcess(pid, gone, running) });
}

async function stopProcess(pid: number, gone: Promise<void>, running: () => boolean): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!running()) return;
    try {
      process.kill(pid, signal);
    } catch {
      return; // Gone between the question and the signal.
    }
    await within(gone, patience);
  }
}

/** Waits for `end`, at most so many milliseconds; keeps the process alive meanwhile, and not longer. */
async function within(end: Promise<void>, milliseconds: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([end, sleep(milliseconds, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
}

/** Waits until the server takes a connection; false when it is gone or the patience is at its end. */
async function answers(socket: string, running: () => boolean, patience: number): Promise<boolean> {
  const deadline = performance.now() + patience;
  while (running() && performance.now() < deadline) {
    const client = new pg.Client({
      host: socket,
      port: 5432,
      user: superuser,
      database: 'postgres',
      ssl: false,
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      await sleep(15);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return false;
}
