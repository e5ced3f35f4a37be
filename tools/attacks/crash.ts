/**
 * Takes the real server down at random moments under a mixed load (reads, searches, writes, exports): SIGKILL of the server, SIGKILL of PostgreSQL, both at once with all bytes lost
 * that were not synced, a full disk, and a disk that turned read-only beneath the open journal. In houses of some moments each, on disks of two kinds in turn: each its own processes,
 * its own managed PostgreSQL.
 */
import { Random } from '../../server/test/two-worlds/random.ts';
import { crashHouse, type Way, ways } from './crash-house.ts';

export interface CrashResult {
  readonly moments: Readonly<Record<Way, number>>;
  readonly requests: number;
  /** Answers that clients received, and those of them without a durable record. */
  readonly answers: number;
  readonly exportFiles: number;
  readonly unrecorded: number;
  readonly chainBreaks: number;
  readonly duplicates: number;
  readonly unfinished: number;
  readonly torn: number;
  readonly wrong: readonly string[];
}

/** Of one house: journal and database are read whole after each moment, and must stay small. */
const most = 20;

export async function crashAudit(moments: number, seed: number, say: (line: string) => void): Promise<CrashResult> {
  const random = new Random(seed);
  const total = {
    requests: 0,
    answers: 0,
    exportFiles: 0,
    unrecorded: 0,
    chainBreaks: 0,
    duplicates: 0,
    unfinished: 0,
    torn: 0,
  };
  const counts = Object.fromEntries(ways.map((way) => [way, 0])) as Record<Way, number>;
  const wrong: string[] = [];
  // At least two, so that a small share has disks of both kinds.
  const houses = Math.max(2, Math.ceil(moments / most));
  for (let house = 0, done = 0; done < moments; house += 1) {
    const share = Math.min(Math.ceil(moments / houses), moments - done);
    const one = await crashHouse({ moments: share, on: house % 2 === 0 ? 'tmpfs' : 'ext4', random });
    done += share;
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += one[name];
    for (const way of ways) counts[way] += one.counts[way];
    const accused = one.wrong.map((line) => `house ${house}, ${line}`);
    for (const line of accused) say(`WRONG ${line}`);
    wrong.push(...accused);
    say(`${done} moments, ${total.answers} answers, ${wrong.length} wrong`);
  }
  return { moments: counts, ...total, wrong };
}
