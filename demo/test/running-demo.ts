/**
 * The demo as its user starts it: a process of its own, real ports, a home on disk. It knows the command line and the state file and nothing of
 * what runs inside; it holds no assertions. It must end only what it started.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const repository = path.resolve(import.meta.dirname, '../..');
const program = path.join(repository, 'demo/src/main.ts');
const commandLine = path.join(repository, 'server/bin/fireguard.js');

export interface DemoState {
  readonly fhir: string;
  readonly issuer: string;
  readonly admin: { readonly url: string; readonly token: string };
  readonly console: string;
  readonly ehr: string;
  readonly upstream: { readonly url: string; readonly authorization: string };
  readonly ca?: string;
  readonly personas: readonly {
    readonly name: string;
    readonly username: string;
    readonly password: string;
    readonly roles: readonly string[];
    readonly fhirUser?: string;
  }[];
  readonly clients: readonly {
    readonly client_id: string;
    readonly kind: string;
    readonly scope: string;
    readonly redirect_uris: readonly string[];
  }[];
}

export interface StartOptions {
  /** A fresh one unless named; a named one is left when the demo ends. */
  readonly home?: string;
  /** More arguments, such as `['--data', path]`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it must answer. */
  readonly within?: number;
}

export interface RunningDemo {
  readonly state: DemoState;
  readonly home: string;
  readonly port: number;
  /** Of the main process; also the id of its process group. */
  readonly pid: number;
  /** Milliseconds from the spawn to the state file. */
  readonly took: number;
  /** All that it printed so far. */
  printed(): string;
  /** An access token by `fireguard token`, asked for once per persona and scope. */
  token(persona: string | undefined, scope: string, more?: readonly string[]): Promise<string>;
  /** The `fireguard` command against this demo. */
  fireguard(...args: readonly string[]): Promise<Ended>;
  /** Ctrl-C in its terminal: SIGINT to the process group. Resolves when the main process has ended. */
  interrupt(): Promise<Ended>;
  /** kill -9 of the main process alone. */
  kill(): Promise<void>;
  /** Ends it however it stands, and removes a home that was made for it. */
  dispose(): Promise<void>;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export const temporaryHome = (): string => path.join(mkdtempSync(path.join(tmpdir(), 'fireguard-flow-')), 'home');

/** A free port P whose neighbour P+1 is free as well. */
export async function freePortPair(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + 2 * Math.floor(Math.random() * 6_000);
    if ((await isFree('localhost', port)) && (await isFree('127.0.0.1', port + 1))) return port;
  }
  throw new Error('no two free ports side by side');
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

interface Spawned {
  readonly child: ChildProcess;
  readonly output: { out: string; err: string };
  readonly ended: Promise<Ended>;
}

/** In a group of its own, as a shell would start it. */
function launch(args: readonly string[], env: Readonly<Record<string, string>> = {}): Spawned {
  const child = spawn(process.execPath, ['--conditions=fireguard-source', program, '--no-open', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd: repository,
  });
  const output = { out: '', err: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output.out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    output.err += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, output, ended };
}

/** Starts and waits for the state file. Rejects with all that it said when it ends first. */
export async function startDemo({
  home = temporaryHome(),
  args = [],
  env,
  within = 60_000,
}: StartOptions = {}): Promise<RunningDemo> {
  const made = path.dirname(home).startsWith(path.join(tmpdir(), 'fireguard-flow-'));
  const scratch = mkdtempSync(path.join(tmpdir(), 'fireguard-flow-state-'));
  const port = await freePortPair();
  const stateFile = path.join(scratch, 'state.json');
  const began = performance.now();
  const { child, output, ended } = launch(['--home', home, '--port', String(port), '--state', stateFile, ...args], env);
  let over: Ended | undefined;
  void ended.then((how) => {
    over = how;
  });
  let state: DemoState | undefined;
  while (state === undefined) {
    state = readIfThere(stateFile);
    if (over !== undefined) throw new Error(`The demo ended with ${over.code}:\n${over.out}\n${over.err}`);
    if (performance.now() - began > within) {
      process.kill(-child.pid!, 'SIGKILL');
      throw new Error(`The demo did not answer within ${within} ms:\n${output.out}\n${output.err}`);
    }
    if (state === undefined) await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const took = performance.now() - began;
  const ready = state;
  const tokens = new Map<string, Promise<string>>();
  const run = (...more: readonly string[]) => runFireguard([...more], home);

  async function token(persona: string | undefined, scope: string, more: readonly string[] = []): Promise<string> {
    const key = JSON.stringify([persona, scope, more]);
    let known = tokens.get(key);
    if (known === undefined) {
      known = run(
        'token',
        '--issuer',
        ready.issuer,
        '--state',
        stateFile,
        ...(persona === undefined ? [] : ['--persona', persona]),
        '--scope',
        scope,
        ...more,
      ).then(({ code, out, err }) => {
        if (code !== 0) throw new Error(`no token for ${key}: ${err}`);
        return out.trim().split('\n').at(-1)!;
      });
      tokens.set(key, known);
    }
    return known;
  }

  return {
    state: ready,
    home,
    port,
    pid: child.pid!,
    took,
    printed: () => output.out + output.err,
    token,
    fireguard: run,
    interrupt: () => {
      if (over === undefined) process.kill(-child.pid!, 'SIGINT');
      return ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    dispose: async () => {
      if (over === undefined) {
        process.kill(-child.pid!, 'SIGINT');
        const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 20_000);
        await ended;
        clearTimeout(timer);
      }
      rmSync(scratch, { recursive: true, force: true });
      if (made) rmSync(path.dirname(home), { recursive: true, force: true });
    },
  };
}

/** Starts what must not come up; gives how it ended. Rejects when it does not end in time. */
export async function failToStart(args: readonly string[], within = 30_000): Promise<Ended> {
  const { child, ended, output } = launch(args);
  const timers = [
    setTimeout(() => process.kill(-child.pid!, 'SIGINT'), within),
    setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), within + 10_000),
  ];
  const how = await ended;
  timers.forEach(clearTimeout);
  if (how.code === 0) throw new Error(`It started all the same:\n${output.out}`);
  return how;
}

/** `npx fireguard …`, without npx. */
async function runFireguard(args: readonly string[], home: string): Promise<Ended> {
  const command = [...args, ...(args[0] === 'token' ? [] : ['--home', home])];
  return promisify(execFile)(process.execPath, [commandLine, ...command], {
    encoding: 'utf8',
    cwd: repository,
    maxBuffer: 1 << 26,
  }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code?: number; stdout?: string; stderr?: string }) => ({
      code: error.code ?? 1,
      out: error.stdout ?? '',
      err: error.stderr ?? '',
    }),
  );
}

function readIfThere(file: string): DemoState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DemoState;
  } catch {
    return undefined;
  }
}
