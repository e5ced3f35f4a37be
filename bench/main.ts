/**
 * `npm run bench [-- --json]` (and `-- tokens`, `-- export`, in files of their own): what Fireguard costs, as ratios in one run. Everything is pinned: what is measured
 * alone on core 0, upstream, load and PostgreSQL on core 1. Rounds alternate, so that a noisy minute hits all alike. A round in which the measured process was not busy, or in which
 * the upstream was not at least twice as fast as the proxy, is void, and the run says so and fails.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Case, cases } from './cases.ts';
import { coreTime, cpuSeconds, pin, pinPostgres } from './processes.ts';

if (process.argv[2] === 'tokens') {
  await import('./tokens.ts');
  process.exit();
}
if (process.argv[2] === 'decisions') {
  await import('./decisions.ts');
  process.exit();
}
if (process.argv[2] === 'engine') {
  await import('./engine.ts');
  process.exit();
}
if (process.argv[2] === 'consents') {
  await import('./consents.ts');
  process.exit();
}
if (process.argv[2] === 'audit') {
  await import('./audit.ts');
  process.exit();
}
if (process.argv[2] === 'audit-search') {
  await import('./audit-search.ts');
  process.exit();
}
if (process.argv[2] === 'export') {
  await import('./export.ts');
  process.exit();
}

const json = process.argv.includes('--json');
const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const seconds = Number(option('seconds') ?? 3);
const rounds = Number(option('rounds') ?? 3);
/** For each contender, before anything counts: a server runs for weeks, and the compiler needs its first ten thousand requests. */
const warmUp = Number(option('warm-up') ?? 20);
const connections = 64;
/** One of the cases alone, and a file for a profile of the gateway's main thread: for whoever looks for what costs. */
const only = option('case');
const profile = option('profile');

interface Contender {
  readonly name: 'proxy' | 'fireguard' | 'parse';
  readonly pid: number;
  readonly port: number;
  readonly token: string;
}

interface Run {
  /** Requests per second. */
  readonly rate: number;
  /** Share of its core's time that was busy. */
  readonly busy: number;
  /** Microseconds of processor time for one request, all threads; unlike the rate it means something on a machine that does other things too. */
  readonly cpu: number;
}

const children: ChildProcess[] = [];
const home = mkdtempSync(path.join(tmpdir(), 'fireguard-bench-'));
const say = (line: string): void => {
  if (!json) console.log(line);
};

try {
  const voids: string[] = [];
  const upstream = await launch('canned-upstream.ts', []);
  const base = `http://127.0.0.1:${upstream.port}`;
  const proxy = await launch('proxy.ts', ['plain', base]);
  const parse = await launch('proxy.ts', ['parse', base]);
  const gateway = await launch('gateway.ts', [home, base, ...(profile === undefined ? [] : ['profiled', profile])]);
  const pinned =
    availableParallelism() >= 2 &&
    [proxy, parse, gateway].every(({ pid }) => pin(pid, 0)) &&
    pin(upstream.pid, 1) &&
    pinPostgres(gateway.postgres!, 1);
  if (!pinned) voids.push('processes could not be pinned to two cores');
  const contenders: readonly Contender[] = [
    { name: 'proxy', ...proxy, token: '-' },
    { name: 'fireguard', ...gateway, token: gateway.token! },
    { name: 'parse', ...parse, token: '-' },
  ];

  const table: Record<string, Record<string, number>> = {};
  const measured = cases.filter(({ name }) => only === undefined || name === only);
  for (const each of measured) {
    const direct = await measure(each, { name: 'proxy', pid: upstream.pid, port: upstream.port, token: '-' }, '');
    const runs = new Map<string, Run[]>();
    for (let round = -1; round < rounds; round += 1) {
      for (const contender of contenders) {
        const run = await measure(each, contender, '/fhir', round < 0 ? warmUp : seconds);
        // The first round is thrown away.
        if (round >= 0) runs.set(contender.name, [...(runs.get(contender.name) ?? []), run]);
      }
    }
    const rate = (name: string): number => median(runs.get(name)!.map((run) => run.rate));
    const cpu = (name: string): number => median(runs.get(name)!.map((run) => run.cpu));
    if (direct.rate < 2 * rate('proxy'))
      voids.push(
        `${each.name}: the upstream alone made ${direct.rate.toFixed(0)}/s, less than twice the proxy's ${rate('proxy').toFixed(0)}/s`,
      );
    for (const name of ['proxy', 'fireguard']) {
      const busy = median(runs.get(name)!.map((run) => run.busy));
      if (busy < 0.85)
        voids.push(
          `${each.name}: ${name} left its core idle for ${((1 - busy) * 100).toFixed(0)} % of the time, so something else was measured`,
        );
    }
    table[each.name] = {
      upstream: direct.rate,
      proxy: rate('proxy'),
      fireguard: rate('fireguard'),
      parse: rate('parse'),
      ratio: rate('fireguard') / rate('proxy'),
      parseRatio: rate('parse') / rate('proxy'),
      proxyCpu: cpu('proxy'),
      fireguardCpu: cpu('fireguard'),
      cpuRatio: cpu('proxy') / cpu('fireguard'),
    };
    say(
      `${each.name.padEnd(11)} upstream ${whole(direct.rate)}  proxy ${whole(rate('proxy'))}  fireguard ${whole(rate('fireguard'))} (${(rate('fireguard') / rate('proxy')).toFixed(2)})  parse+stringify ${whole(rate('parse'))} (${(rate('parse') / rate('proxy')).toFixed(2)})  per second`,
    );
    say(
      `${''.padEnd(11)} processor time of a request: proxy ${cpu('proxy').toFixed(0)} µs  fireguard ${cpu('fireguard').toFixed(0)} µs (${(cpu('proxy') / cpu('fireguard')).toFixed(2)})`,
    );
  }
  for (const reason of voids) console.error(`VOID  ${reason}`);
  const ratios = Object.fromEntries(measured.map(({ name }) => [name, Number(table[name]!['ratio']!.toFixed(3))]));
  if (json)
    console.log(JSON.stringify({ ratios, void: voids, perSecond: table, connections, seconds, rounds, node: process.version }));
  else
    say(
      `\nFireguard / unfiltered proxy, ${connections} connections, with token check, default policies and durable audit: ${Object.entries(
        ratios,
      )
        .map(([name, ratio]) => `${name} ${ratio.toFixed(2)}`)
        .join('  ')}`,
    );
  process.exitCode = voids.length === 0 ? 0 : 1;
} finally {
  for (const child of children) if (child.connected) child.disconnect();
  await Promise.all(
    children.map((child) => new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0)))),
  );
  rmSync(home, { recursive: true, force: true });
}

async function launch(
  file: string,
  args: readonly string[],
): Promise<{ pid: number; port: number; token?: string; postgres?: number }> {
  const child = spawn(process.execPath, [...process.execArgv, path.join(import.meta.dirname, file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', () => reject(new Error(`${file} ended before it was ready`)));
  });
  return { pid: child.pid!, ...JSON.parse(line) };
}

async function measure(each: Case, contender: Contender, prefix: string, lasting = seconds): Promise<Run> {
  const args = [
    path.join(import.meta.dirname, 'load.ts'),
    String(contender.port),
    `${prefix}${each.path}`,
    contender.token,
    String(lasting),
    String(connections),
  ];
  const load = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  pin(load.pid!, 1);
  let text = '';
  load.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const before = coreTime(0);
  const used = cpuSeconds(contender.pid);
  await new Promise((resolve) => load.once('close', resolve));
  const after = coreTime(0);
  const { requests, seconds: took, other } = JSON.parse(text) as { requests: number; seconds: number; other: number };
  if (other > 0)
    throw new Error(`${contender.name} answered ${other} of ${requests} requests of ${each.name} with something else than 200`);
  const cpu = ((cpuSeconds(contender.pid) - used) * 1e6) / requests;
  return { rate: requests / took, cpu, busy: (after.busy - before.busy) / (after.all - before.all) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function whole(value: number): string {
  return Math.round(value).toString().padStart(6);
}
