/** Runs `fireguard` as a person would: its own process, nothing shared with the test but files and sockets. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

const launcher = path.resolve(import.meta.dirname, '../../../bin/fireguard.js');

export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export function fireguard(
  args: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): Promise<Ran> {
  const child = begin(args, options.cwd);
  let [out, err] = ['', ''];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin!.end(options.input ?? '');
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, out, err })));
}

/** For commands that stay. */
export function begin(args: readonly string[], cwd?: string): ChildProcess {
  return spawn(process.execPath, [launcher, ...args], { stdio: 'pipe', ...(cwd === undefined ? {} : { cwd }) });
}
