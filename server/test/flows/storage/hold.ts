/** Runs holder.ts, optionally as another account, and reads what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Said {
  readonly open?: boolean;
  readonly closed?: boolean;
  readonly error?: string;
  readonly wrote?: string;
  readonly people?: readonly string[];
}

export interface Held {
  readonly child: ChildProcess;
  readonly said: Said;
  next(): Promise<Said>;
}

/** Resolves with the first thing that it says. `as`: a command in front, such as `setpriv …`. */
export async function hold(home: string, as: readonly string[] = [], environment: Record<string, string> = {}): Promise<Held> {
  const script = join(import.meta.dirname, 'holder.ts');
  const [file = process.execPath, ...args] = [...as, process.execPath, '--conditions=fireguard-source', script, home];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment }, cwd: '/' });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const next = async (): Promise<Said> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the process ended without a word: ${errors}`);
    return JSON.parse(value) as Said;
  };
  return { child, said: await next(), next };
}

export async function letGo(held: Held): Promise<void> {
  const ended = new Promise<void>((resolve) => held.child.once('exit', () => resolve()));
  held.child.stdin!.end();
  await ended;
}

export async function kill(held: Held): Promise<void> {
  const ended = new Promise<void>((resolve) => held.child.once('exit', () => resolve()));
  held.child.kill('SIGKILL');
  await ended;
}

/** Process number of the PostgreSQL of a home; undefined when none is noted. */
export function postgresOf(home: string): number | undefined {
  try {
    return Number(readFileSync(join(home, 'postgresql/cluster/data/postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

export function alive(pid: number): boolean {
  try {
    // A zombie answers to signal 0; its state tells.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
