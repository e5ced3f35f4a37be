/**
 * `npm run bench -- audit [--json]`: what the audit costs. The same gateway with and without it, in turns: processor time per read (all threads) and p95, at 1,000 reads a second, where
 * nearly every record has a write of its own, and when it does all it can. The steady rounds come first: a virtual disk makes up for what was written to it at full speed for minutes. And by themselves: records a second into the journal (64 at once, each durable before it counts), and from the journal into the database. And what a
 * durable write takes here when there is nothing else: what the disk makes its own, no code makes up for. The gateway has the core that hears from the disk; upstream, load and PostgreSQL have the other, where the first two go before the last: they stand for other machines, and what they wait for is no cost of the audit. Journal and repository alone have both.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { diskFolder } from '../server/src/audit-log/journal-folder.ts';
import { openAuditLog } from '../server/src/audit-log/open-audit-log.ts';
import { openStorage } from '../server/src/storage/storage.ts';
import { cases } from './cases.ts';
import { cpuSeconds, diskCore, goFirst, pin, pinPostgres } from './processes.ts';

const json = process.argv.includes('--json');
const [seconds, rounds, calmRounds, warmUp] = [3, 7, 15, 10];
/** Reads a second: more than the busiest hour of a large hospital asks. */
const steady = 1_000;
/** Of the gateway, and of all else. */
const own = diskCore();
const other = 1 - own;
const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-bench-'));
const children: ChildProcess[] = [];

interface Started {
  /** Resolves when every audit record is in its database. */
  readonly caughtUp: () => Promise<unknown>;
  readonly pid: number;
  readonly port: number;
  readonly token?: string;
  readonly postgres?: number;
}

interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p95: number;
}

try {
  const disk = await diskAlone();
  const upstream = await launch('canned-upstream.ts', []);
  const base = `http://127.0.0.1:${upstream.port}`;
  const gateways = {
    with: await launch('gateway.ts', [path.join(folder, 'with'), base]),
    without: await launch('gateway.ts', [path.join(folder, 'without'), base, 'without-audit']),
  };
  const pinned = [
    ...Object.values(gateways).map(({ pid }) => pin(pid, own)),
    ...[gateways.with, gateways.without].map(({ postgres }) => pinPostgres(postgres!, other)),
    pin(upstream.pid, other),
  ].every(Boolean);
  const apart = goFirst(upstream.pid);

  /** Microseconds of processor time per read, milliseconds at p95. */
  const measured = async (name: 'with' | 'without', rate: number, lasting = seconds) => {
    const before = cpuSeconds(gateways[name].pid);
    const { requests, seconds: took, p95 } = await load(gateways[name], 64, rate, lasting);
    // What is still being copied belongs to what was answered.
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { cpu: ((cpuSeconds(gateways[name].pid) - before) * 1e6) / requests, p95, rate: requests / took };
  };
  type Measured = Awaited<ReturnType<typeof measured>>;
  const full = { with: [] as Measured[], without: [] as Measured[] };
  const calm = { with: [] as Measured[], without: [] as Measured[] };
  for (const name of ['with', 'without'] as const) await measured(name, 0, warmUp);
  // The database is done with what it was given at full speed, and the disk with what the database left it.
  await Promise.all(Object.values(gateways).map(({ caughtUp }) => caughtUp()));
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  for (let round = 0; round < calmRounds; round += 1)
    for (const name of ['with', 'without'] as const) calm[name].push(await measured(name, steady, seconds + 1));
  for (let round = 0; round < rounds; round += 1)
    for (const name of ['with', 'without'] as const) full[name].push(await measured(name, 0));
  for (const child of children) if (child.connected) child.disconnect();
  await Promise.all(children.map(ended));

  const { journal, repository } = await alone();
  const cpuOf = (all: typeof full) => ({
    with: median(all.with.map(({ cpu }) => cpu)),
    without: median(all.without.map(({ cpu }) => cpu)),
  });
  /** Of two rounds that follow each other the difference, since what else a machine does comes and goes: the middle one, and the middle half of them. */
  const p95Of = (all: typeof full) => {
    const more = all.with.map(({ p95 }, round) => p95 - all.without[round]!.p95);
    return {
      with: median(all.with.map(({ p95 }) => p95)),
      without: median(all.without.map(({ p95 }) => p95)),
      added: { middle: median(more), from: at(more, 0.25), to: at(more, 0.75) },
    };
  };
  const [perRead, perCalmRead] = [cpuOf(full), cpuOf(calm)];
  const [fullP95, calmP95] = [p95Of(full), p95Of(calm)];
  const fullRate = median(full.with.map(({ rate }) => rate));
  const result = {
    disk,
    fullRate,
    microsecondsPerRead: perRead,
    addedToCpu: perRead.with / perRead.without - 1,
    fullP95,
    steadyRate: steady,
    microsecondsPerSteadyRead: perCalmRead,
    addedToSteadyCpu: perCalmRead.with / perCalmRead.without - 1,
    steadyP95: calmP95,
    journalPerSecond: journal,
    repositoryPerSecond: repository,
    pinned,
    apart,
    node: process.version,
  };
  if (json) console.log(JSON.stringify(result));
  else {
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    const cost = ({ with: on, without: off }: { readonly with: number; readonly without: number }, added: number): string =>
      `${on.toFixed(0)} µs of processor time with audit, ${off.toFixed(0)} without: ${percent(added)} more`;
    const late = ({ with: on, without: off, added: { middle, from, to } }: typeof calmP95, of: number): string =>
      `${on.toFixed(2)} ms with audit, ${off.toFixed(2)} without: ${middle.toFixed(2)} ms more in the middle one of ${of} pairs of rounds, ${from.toFixed(2)} to ${to.toFixed(2)} in the middle half`;
    console.log(
      `disk            ${disk.p50.toFixed(2)} ms for a durable write alone, p95 ${disk.p95.toFixed(2)}; ${disk.stalled.toFixed(0)} ms of each second in writes that took over 2`,
    );
    console.log(`full speed      ${fullRate.toFixed(0)} reads a second: ${cost(perRead, result.addedToCpu)}`);
    console.log(`                p95 ${late(fullP95, rounds)}`);
    console.log(`steady          ${steady} reads a second: ${cost(perCalmRead, result.addedToSteadyCpu)}`);
    console.log(`                p95 ${late(calmP95, calmRounds)}`);
    console.log(`journal         ${journal.toFixed(0)} records a second, each durable`);
    console.log(`repository      ${repository.toFixed(0)} records a second`);
    if (!pinned) console.error('VOID  processes could not be pinned to two cores');
    if (!apart) console.error('p95 holds what load and upstream wait for PostgreSQL: only root can put them before it (chrt)');
  }
} finally {
  for (const child of children) if (child.connected) child.disconnect();
  await Promise.all(children.map(ended));
  rmSync(folder, { recursive: true, force: true });
}

/** What a durable write of a record's size takes when nothing else is done, about a thousand a second: milliseconds; `stalled` of each second. */
async function diskAlone(): Promise<{ p50: number; p95: number; stalled: number }> {
  const file = await diskFolder(folder).create('disk');
  const [record, size] = [new Uint8Array(1_200).fill(65), 8 << 20];
  await file.write(new Uint8Array(size), 0);
  const took: number[] = [];
  const began = performance.now();
  while (performance.now() - began < seconds * 1_000) {
    const asked = performance.now();
    await file.write(record, (took.length * record.length) % (size - record.length));
    took.push(performance.now() - asked);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const lasted = (performance.now() - began) / 1_000;
  await file.close();
  const stalls = took.filter((each) => each > 2).reduce((sum, each) => sum + each, 0);
  return { p50: median(took), p95: at(took, 0.95), stalled: stalls / lasted };
}

/** Journal and repository by themselves, with records like those of a search over two patients. */
async function alone(): Promise<{ journal: number; repository: number }> {
  const home = path.join(folder, 'alone');
  const storage = await openStorage({ mode: 'managed', home, node: 'bench' });
  const site = { observer: 'bench', site: 'bench', base: 'http://127.0.0.1/fhir' };
  const log = await openAuditLog({ home, node: 'bench', storage, site });
  const act = {
    ...({ kind: 'request', outcome: 'permit', status: 200, action: 'search', type: 'Observation' } as const),
    caller: {
      kind: 'user',
      client: { id: 'bench-app', name: 'Bench' },
      user: { id: 'u-1', name: 'Dr Bench', fhirUser: 'Practitioner/bench' },
      roles: ['physician'],
      purposes: [],
      token: { id: 'c1b8f1d5e6a74c0c', issuer: 'http://localhost:8080' },
    },
    ...({ address: '198.51.100.7', masked: [], withheld: 2, rules: ['clinicians-read-their-patients'] } as const),
    resources: Array.from({ length: 20 }, (_one, index) => `Observation/o-${index}`),
    reason: 'Permitted: clinicians read the record of a patient in their care.',
    query: Buffer.from('GET /Observation?patient=p-1&code=8480-6&_count=20').toString('base64'),
  } as const;
  let count = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 64 }, async (_one, chain) => {
      while (performance.now() - began < 5_000) {
        await log.append({ ...act, patients: [`p-${chain}`, `p-${count % 997}`], requestId: `r-${count}` });
        count += 1;
      }
    }),
  );
  const journal = (count * 1_000) / (performance.now() - began);
  const copiedBefore = count - log.lag();
  const since = performance.now();
  await log.caughtUp(120_000);
  // From the first record on, while the journal was being written, and after.
  const repository = (count * 1_000) / (performance.now() - began);
  const afterwards = ((count - copiedBefore) * 1_000) / Math.max(performance.now() - since, 1);
  await log.close();
  await storage.close();
  return { journal, repository: Math.max(repository, Math.min(afterwards, journal)) };
}

async function launch(file: string, args: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [...process.execArgv, path.join(import.meta.dirname, file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', () => reject(new Error(`${file} ended before it was ready`)));
  });
  const caughtUp = (): Promise<unknown> => {
    child.send('catch-up');
    return new Promise((resolve) => child.once('message', resolve));
  };
  return { pid: child.pid!, caughtUp, ...JSON.parse(line) };
}

async function load({ port, token }: Started, connections: number, rate = 0, lasting = seconds): Promise<Load> {
  const args = [port, `/fhir${cases[0]!.path}`, token, lasting, connections, Math.round(rate)].map(String);
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'load.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  pin(child.pid!, other);
  goFirst(child.pid!);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await new Promise((resolve) => child.once('close', resolve));
  const { other: odd, ...measured } = JSON.parse(text) as Load & { other: number };
  if (odd > 0) throw new Error(`${odd} of ${measured.requests} answers were something else than 200`);
  return measured;
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0)));
}

function median(values: readonly number[]): number {
  return at(values, 0.5);
}

/** What this share of them is below. */
function at(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]!;
}
