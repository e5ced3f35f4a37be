/**
 * One Fireguard on one disk, taken down again and again under load, and looked at after each time: every answer that a client received has its record, the chain holds, the database has
 * each record once after it has caught up, and a write whose end was never recorded is shown as unknown.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyInThread } from '../../server/src/audit-log/verify-thread.ts';
import { freePort } from '../../server/src/http/free-port.ts';
import { asSuperuser, runningManaged } from '../../server/src/storage/managed.ts';
import { CREDENTIAL } from '../../server/test/flows/gateway/kit.ts';
import { ward } from '../../server/test/flows/gateway/ward.ts';
import { registerBackend } from '../../server/test/flows/whole/backend.ts';
import type { Random } from '../../server/test/two-worlds/random.ts';
import { type CrashDisk, crashDisk } from './crash-disk.ts';
import { crashLoad } from './crash-load.ts';

export const ways = ['server killed', 'power lost', 'postgresql killed', 'disk full', 'disk read-only'] as const;
export type Way = (typeof ways)[number];

export interface CrashedHouse {
  readonly counts: Readonly<Record<Way, number>>;
  readonly requests: number;
  readonly answers: number;
  readonly exportFiles: number;
  readonly unrecorded: number;
  readonly chainBreaks: number;
  readonly duplicates: number;
  readonly unfinished: number;
  /** Crashes that left half a line, which was set aside. */
  readonly torn: number;
  readonly wrong: readonly string[];
}

const command = path.resolve(import.meta.dirname, '../../server/src/cli/main.ts');
const layer = new URL('./unsynced-layer.ts', import.meta.url).href;
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

export interface CrashHouseGiven {
  readonly moments: number;
  readonly on: 'tmpfs' | 'ext4';
  readonly random: Random;
  /** A sync that does nothing, to see that this is noticed. */
  readonly lies?: boolean;
}

export async function crashHouse({ moments, on, random, lies = false }: CrashHouseGiven): Promise<CrashedHouse> {
  const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-crash-'));
  const home = path.join(folder, 'home');
  const journal = path.join(home, 'audit');
  mkdirSync(journal, { recursive: true });
  const disk = crashDisk(on, journal, folder);
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

  const counts = Object.fromEntries(ways.map((way) => [way, 0])) as Record<Way, number>;
  const deck = dealt(moments, disk.kind, random);
  const wrong: string[] = [];
  let [answers, unrecorded, chainBreaks, duplicates, unfinished] = [0, 0, 0, 0, 0];
  let child: ChildProcess | undefined;
  let words = '';

  /** How it will go down next is known before it starts: only power that is cut takes unsynced bytes along. */
  async function launch(from: number): Promise<void> {
    words = '';
    const next = deck.slice(from).find((way) => way === 'server killed' || way === 'power lost');
    const lossy = next === 'power lost';
    const args = [...(lossy ? ['--import', layer] : []), command, 'serve', '--config', path.join(folder, 'fireguard.yaml')];
    const started = spawn(process.execPath, ['--conditions=fireguard-source', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...(lossy ? { FIREGUARD_UNSYNCED: journal, ...(lies ? { FIREGUARD_UNSYNCED_LIES: '1' } : {}) } : {}),
      },
    });
    child = started;
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (part: Buffer) => {
        words = `${words}${part}`.slice(-2_000);
      });
    const until = Date.now() + 300_000;
    // Its own word too: between two lives the port is anybody's.
    while (!((await ready()) && words.includes('FHIR API'))) {
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
  const killPostgresql = () => {
    const pid = Number(readFileSync(path.join(home, 'postgresql/cluster/data/postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
  };

  async function takeDown(way: Way): Promise<void> {
    switch (way) {
      case 'server killed':
        return stop('SIGKILL');
      case 'power lost':
        await stop('SIGKILL');
        return killPostgresql();
      case 'postgresql killed':
        return killPostgresql();
      case 'disk full':
        disk.fill();
        await sleep(200 + random.below(400));
        return disk.empty();
      case 'disk read-only':
        await between(child!.pid!, () => disk.turnReadOnly());
        await sleep(200 + random.below(300));
        return disk.repair();
    }
  }

  try {
    await launch(0);
    const adminToken = readFileSync(path.join(home, 'admin-token'), 'utf8').trim();
    const admin = async (target: string) =>
      (await (await fetch(`${issuer}/admin${target}`, { headers: { authorization: `Bearer ${adminToken}` } })).json()) as {
        records: readonly { id: string }[];
        lag: number;
      };
    const backend = await registerBackend(issuer, adminToken);
    const load = crashLoad(fhir, random);
    let token = await backend.token('system/*.cruds');
    for (const [moment, way] of deck.entries()) {
      const accuse = (what: string) => wrong.push(`moment ${moment} (${way}): ${what}`);
      counts[way] += 1;
      const end = load.begin(token);
      await sleep(100 + random.below(900));
      await takeDown(way);
      const gone = way === 'server killed' || way === 'power lost';
      if (!gone) await sleep(200 + random.below(500));
      await end();
      try {
        if (gone) await launch(moment + 1);
        else if (!(await settled(ready))) throw new Error(`not ready again: ${words}`);
      } catch (error) {
        accuse((error as Error).message);
        break;
      }

      // What is on disk now is what counts; then the database must follow.
      const found = journalOf(journal);
      for (const [id, status] of load.take()) {
        answers += 1;
        if (status === 503 || found.ended.has(id)) continue;
        unrecorded += 1;
        accuse(`${id} was answered ${status} without a record`);
      }
      if (!(await settled(async () => (await admin('/audit?limit=1')).lag <= 1))) accuse('the database did not catch up');
      const database = runningManaged(home)!('runtime');
      const beside = path.join(journal, 'checkpoints.jsonl');
      const verified = await verifyInThread({
        path: journal,
        publicKey: publicKey(home),
        // There is none before the first has been signed, which takes longer than some of these lives.
        checkpoints: existsSync(beside) ? beside : undefined,
        database,
      });
      if (!verified.ok) {
        chainBreaks += 1;
        accuse(verified.why);
      }
      const twice = await recordsTwice(String(database.host));
      if (twice > 0) {
        duplicates += twice;
        accuse(`${twice} records are in the database more than once`);
      }
      const open = [...found.intents].filter((id) => !found.endedIntents.has(id));
      unfinished = open.length;
      const told = new Set((await admin('/audit?kind=intent&limit=1000')).records.map(({ id }) => id));
      for (const id of open.slice(-500)) if (!told.has(id)) accuse(`the write ${id} has no end, and is not shown as unknown`);
      for (const id of told) if (found.endedIntents.has(id)) accuse(`the write ${id} has its end, and is shown as unknown`);
      if ((moment + 1) % 10 === 0) token = await backend.token('system/*.cruds');
    }
    const torn = readdirSync(journal).filter((name) => name.includes('.torn-')).length;
    return {
      counts,
      requests: load.sent(),
      ...{ answers, exportFiles: load.files(), unrecorded, chainBreaks, duplicates, unfinished, torn, wrong },
    };
  } finally {
    await stop('SIGTERM');
    await place.server.close();
    disk.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Does it while the server stands still, between two calls of the system. A forced abort of ext4 in the middle of a sync makes the kernel say that what it dropped is durable (Linux 6.18: in a quarter
 * of all cases); a disk that lies is not what is tried here. The journal found it out each time, and refused to go on.
 */
async function between(pid: number, work: () => void): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    const states = () =>
      readdirSync(`/proc/${pid}/task`).map(
        (task) => readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8').split(') ')[1]?.[0],
      );
    while (states().some((state) => state !== 'T')) await sleep(1);
    work();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** Each way as often as the others, in no order. */
function dealt(moments: number, disk: CrashDisk['kind'], random: Random): readonly Way[] {
  const known = ways.filter(
    (way) => (way !== 'disk full' || disk === 'tmpfs') && (way !== 'disk read-only' || disk === 'ext4'),
  );
  const deck: Way[] = [];
  while (deck.length < moments) deck.push(...random.shuffled(known));
  return deck.slice(0, moments);
}

async function settled(good: () => Promise<boolean>): Promise<boolean> {
  const until = Date.now() + 180_000;
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
    .filter((one) => /^\d{8}\.jsonl$/.test(one))
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

function recordsTwice(host: string): Promise<number> {
  return asSuperuser(host, 'fireguard', async (client) => {
    const { rows } = await client.query<{ twice: number }>(
      'SELECT (count(*) - least(count(DISTINCT record_id), count(DISTINCT (node, sequence))))::int AS twice FROM fireguard.audit_record',
    );
    return rows[0]!.twice;
  });
}

function publicKey(home: string): string {
  const key = createPrivateKey(readFileSync(path.join(home, 'audit-key.pem')));
  return createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();
}
