/**
 * Takes the real server down at random moments under a mixed load (reads, searches, writes, exports): SIGKILL of the server, SIGKILL of PostgreSQL, a full disk and one
 * that turned read-only beneath the journal. After each: every answer that a client received has its record, the chain holds, the database has each record once after it has
 * caught up, and a write whose end was never recorded is shown as unknown. Its own process, its own managed PostgreSQL.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { verifyInThread } from '../../server/src/audit-log/verify-thread.ts';
import { freePort } from '../../server/src/http/free-port.ts';
import { runningManaged } from '../../server/src/storage/managed.ts';
import { CREDENTIAL } from '../../server/test/flows/gateway/kit.ts';
import { ward } from '../../server/test/flows/gateway/ward.ts';
import { registerBackend } from '../../server/test/flows/whole/backend.ts';
import { Random } from '../../server/test/two-worlds/random.ts';

export interface CrashResult {
  readonly moments: Readonly<Record<string, number>>;
  /** Answers that clients received, and those of them without a durable record. */
  readonly answers: number;
  readonly unrecorded: number;
  readonly chainBreaks: number;
  readonly unfinished: number;
  readonly wrong: readonly string[];
}

type Way = 'server killed' | 'postgresql killed' | 'disk full' | 'disk read-only';

const command = path.resolve(import.meta.dirname, '../../server/src/cli/main.ts');
const policy = {
  policySet: 'crash',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    {
      id: 'the-load-may-everything',
      description: 'The load may read and write.',
      effect: 'permit',
      caller: { kinds: ['system'], roles: ['backend-service'] },
      interactions: ['read', 'vread', 'search', 'create', 'update', 'delete'],
      resources: { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] },
    },
  ],
};

export async function crashAudit(moments: number, seed: number, say: (line: string) => void): Promise<CrashResult> {
  const random = new Random(seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-crash-'));
  const home = path.join(folder, 'home');
  const journal = path.join(home, 'audit');
  mkdirSync(journal, { recursive: true });
  const mounted = mount(journal);
  const place = await ward();
  const [pages, api] = [await freePort('localhost'), await freePort('127.0.0.1')];
  const [issuer, fhir] = [`http://localhost:${pages}`, `http://127.0.0.1:${api}/fhir`];
  writeFileSync(path.join(folder, 'policy.json'), JSON.stringify(policy));
  const config = {
    profile: 'development',
    home,
    http: { pages: { port: pages }, api: { port: api } },
    log: { level: 'silent' },
    policies: { files: [path.join(folder, 'policy.json')] },
    audit: { checkpoints: { everySeconds: 1 } },
    upstream: {
      url: place.server.url,
      credentials: { bearer: CREDENTIAL },
      dialect: 'demo',
      exclusive: true,
    },
  };
  writeFileSync(path.join(folder, 'fireguard.yaml'), JSON.stringify(config));
  const counts: Record<Way, number> = { 'server killed': 0, 'postgresql killed': 0, 'disk full': 0, 'disk read-only': 0 };
  const wrong: string[] = [];
  const answered = new Map<string, number>();
  let [chainBreaks, unrecorded, unfinished, number] = [0, 0, 0, 0];
  let child: ChildProcess | undefined;
  let words = '';

  async function launch(): Promise<void> {
    words = '';
    const args = ['--conditions=fireguard-source', command, 'serve', '--config', path.join(folder, 'fireguard.yaml')];
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (part: Buffer) => {
        words = `${words}${part}`.slice(-2_000);
      });
    const until = Date.now() + 300_000;
    while (!(await ready())) {
      if (started.exitCode !== null || Date.now() > until) throw new Error(`the server did not start again: ${words}`);
      await sleep(50);
    }
  }
  const ready = () =>
    fetch(`${issuer}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  try {
    await launch();
    const adminToken = readFileSync(path.join(home, 'admin-token'), 'utf8').trim();
    const admin = async (target: string) =>
      (await (await fetch(`${issuer}/admin${target}`, { headers: { authorization: `Bearer ${adminToken}` } })).json()) as {
        records: readonly { id: string }[];
        lag: number;
      };
    const backend = await registerBackend(issuer, adminToken);
    let token = await backend.token('system/*.cruds');
    for (let moment = 0; moment < moments; moment += 1) {
      const way: Way = random.weighted([
        [4, 'server killed'],
        [3, 'postgresql killed'],
        [mounted ? 1 : 0, 'disk full'],
        [mounted ? 1 : 0, 'disk read-only'],
      ]);
      counts[way] += 1;
      const agent = new Agent({ connections: 48 });
      let over = false;
      const load = Promise.all(
        Array.from({ length: 24 }, async () => {
          while (!over) {
            number += 1;
            const id = `crash-${number}`;
            await ask(agent, fhir, token, id, random, answered);
          }
        }),
      );
      await sleep(100 + random.below(900));
      await takeDown(way, { home, journal, random, stop });
      if (way === 'server killed') over = true;
      else await sleep(200 + random.below(500));
      over = true;
      await load;
      await agent.destroy();
      if (way === 'server killed') await launch();
      else if (!(await settled(ready))) throw new Error(`not ready again after: ${way}. ${words}`);

      // What is on disk now is what counts; then the database must follow.
      const found = journalOf(journal);
      for (const [id, status] of answered)
        if (status !== 503 && !found.ended.has(id)) {
          unrecorded += 1;
          wrong.push(`moment ${moment} (${way}): ${id} was answered ${status} without a record`);
        }
      answered.clear();
      if (!(await settled(async () => (await admin('/audit?limit=1')).lag <= 1)))
        wrong.push(`moment ${moment} (${way}): the database did not catch up`);
      const verified = await verifyInThread({
        path: journal,
        publicKey: publicKey(home),
        checkpoints: path.join(journal, 'checkpoints.jsonl'),
        database: runningManaged(home)!('runtime'),
      });
      if (!verified.ok) {
        chainBreaks += 1;
        wrong.push(`moment ${moment} (${way}): ${verified.why}`);
      }
      const open = [...found.intents].filter((id) => !found.endedIntents.has(id));
      unfinished = open.length;
      const told = new Set((await admin('/audit?kind=intent&limit=1000')).records.map(({ id }) => id));
      for (const id of open.slice(-500))
        if (!told.has(id)) wrong.push(`moment ${moment} (${way}): the write ${id} has no end, and is not shown as unknown`);
      for (const id of told)
        if (found.endedIntents.has(id))
          wrong.push(`moment ${moment} (${way}): the write ${id} has its end, and is shown as unknown`);
      if ((moment + 1) % 10 === 0) {
        say(`${moment + 1} moments, ${found.ended.size} requests recorded, ${wrong.length} wrong`);
        token = await backend.token('system/*.cruds');
      }
    }
    const total = number;
    return { moments: counts, answers: total, unrecorded, chainBreaks, unfinished, wrong };
  } finally {
    await stop('SIGTERM');
    await place.server.close();
    if (mounted) execFileSync('umount', [journal], { stdio: 'ignore' });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ask(
  agent: Agent,
  fhir: string,
  token: string,
  id: string,
  random: Random,
  answered: Map<string, number>,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'x-request-id': id, 'content-type': 'application/fhir+json' };
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: 'Patient/mine' },
  };
  const [method, target, body, more] = random.weighted<readonly ['GET' | 'POST', string, object | undefined, object]>([
    [6, ['GET', '/Patient/mine', undefined, {}]],
    [3, ['GET', '/Observation?patient=mine&_count=2', undefined, {}]],
    [3, ['POST', '/Observation', observation, {}]],
    [0.2, ['GET', '/$export?_type=Patient', undefined, { prefer: 'respond-async', accept: 'application/fhir+json' }]],
  ]);
  try {
    const answer = await request(fhir + target, {
      dispatcher: agent,
      method,
      headers: { ...headers, ...more },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headersTimeout: 20_000,
    });
    // From the first byte on, the record must be there.
    answered.set(id, answer.statusCode);
    await answer.body.dump();
    if (answer.statusCode === 503) await sleep(20);
  } catch {
    // Cut off: whether it was recorded is nobody's promise.
    await sleep(20);
  }
}

interface House {
  readonly home: string;
  readonly journal: string;
  readonly random: Random;
  readonly stop: (signal: 'SIGKILL') => Promise<void>;
}

async function takeDown(way: Way, { home, journal, random, stop }: House): Promise<void> {
  switch (way) {
    case 'server killed':
      return stop('SIGKILL');
    case 'postgresql killed': {
      const pid = Number(readFileSync(path.join(home, 'postgresql/cluster/data/postmaster.pid'), 'utf8').split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      return;
    }
    case 'disk full': {
      const ballast = path.join(journal, 'ballast');
      try {
        writeFileSync(ballast, Buffer.alloc(256 << 20));
      } catch {
        // As full as it gets.
      }
      await sleep(200 + random.below(400));
      rmSync(ballast, { force: true });
      return;
    }
    case 'disk read-only':
      // Refused while files are open for writing, unless forced by a bind: then nothing happened, and the moment is one of plain load.
      execFileSync('sh', ['-c', `mount -o remount,ro "${journal}" 2>/dev/null || true`]);
      await sleep(200 + random.below(300));
      execFileSync('mount', ['-o', 'remount,rw', journal]);
  }
}

async function settled(good: () => Promise<boolean>): Promise<boolean> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (await good().catch(() => false)) return true;
    await sleep(50);
  }
  return false;
}

/** Read without any code of ours: complete lines of JSON. */
function journalOf(folder: string) {
  const [ended, intents, endedIntents] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const name of readdirSync(folder)
    .filter((one) => one.endsWith('.jsonl') && one !== 'checkpoints.jsonl')
    .sort()) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    for (const line of text.slice(0, text.lastIndexOf('\n')).split('\n')) {
      const { record } = JSON.parse(line) as { record?: { id: string; kind: string; requestId: string; intent?: string } };
      if (record === undefined) continue;
      if (record.kind === 'intent') intents.add(record.id);
      else ended.add(record.requestId);
      if (record.intent !== undefined) endedIntents.add(record.intent);
    }
  }
  return { ended, intents, endedIntents };
}

function publicKey(home: string): string {
  const key = createPrivateKey(readFileSync(path.join(home, 'audit-key.pem')));
  return createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();
}

/** A small disk of its own beneath the journal, where this may be done; otherwise the two ways of a failing disk are left out. */
function mount(folder: string): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/proc/mounts')) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256m,mode=700', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
