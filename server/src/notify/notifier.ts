/**
 * The queue of notices and those who carry them out. INVARIANT: a notice is stored when `enqueue` resolves, and from then on it is tried until each of its targets
 * has taken it, by whichever node lives; at least once, never given up. Must not hold up a request: what is slow is on the other side of the queue.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import {
  type DueNotice,
  deleteOldNotices,
  insertNotice,
  noticeDelivered,
  noticeFailed,
  takeDueNotices,
} from '../storage/notices.ts';
import type { Database } from '../storage/schema.ts';
import type { NoticeTarget } from './config.ts';
import type { NewNotice, Notice } from './notice.ts';
import { type TargetSender, targetSender } from './target-sender.ts';

export interface Notifier {
  /**
   * Resolves when it is stored: on its way to every target that takes its topic. `within`: a transaction that it is to be a part of. Throws
   * Problem('storage-unavailable').
   */
  enqueue(notice: NewNotice, within?: Kysely<Database>): Promise<void>;
  close(): Promise<void>;
}

export interface NotifierOptions {
  readonly db: Kysely<Database>;
  readonly targets: readonly NoticeTarget[];
  readonly now: () => number;
  /** Hears when a target begins to fail, and when it takes notices again. */
  readonly tell: (line: string) => void;
  /** How long to look away when nothing is due, in milliseconds. Default 1,000. */
  readonly pause?: number;
}

/** Seconds within which a try must have ended. */
const longestTry = 60;
/** Seconds until the next try, after so many. */
const again = (tries: number): number => [1, 2, 5, 15, 60, 300][tries - 1] ?? 900;

export function openNotifier({ db, targets, now, tell, pause = 1_000 }: NotifierOptions): Notifier {
  const senders = new Map<string, TargetSender>(targets.map((target) => [target.name, targetSender(target, now)]));
  const names = [...senders.keys()];
  const failing = new Set<string>();
  let closing = false;
  let asleep = new AbortController();

  async function deliver(due: DueNotice): Promise<void> {
    try {
      await senders.get(due.target)!.send({ ...due.body, id: due.id, at: due.at.toISOString() } as unknown as Notice);
      await noticeDelivered(db, due.id, due.target);
      if (failing.delete(due.target)) tell(`notices reach "${due.target}" again`);
    } catch (error) {
      const line = (error as Error).message.split('\n', 1)[0]!.slice(0, 200);
      await noticeFailed(db, due.id, due.target, line, again(due.tries)).catch(() => undefined);
      if (!failing.has(due.target)) tell(`a notice does not reach "${due.target}" and will be sent again: ${line}`);
      failing.add(due.target);
    }
  }

  async function run(): Promise<void> {
    let cleaned = 0;
    while (!closing) {
      try {
        const due = await takeDueNotices(db, names, longestTry);
        await Promise.all(due.map(deliver));
        if (due.length > 0) continue;
        if (performance.now() - cleaned > 3_600_000) {
          cleaned = performance.now();
          await deleteOldNotices(db);
        }
      } catch {
        // The database is away; what is stored waits.
      }
      await sleep(pause, undefined, { signal: asleep.signal, ref: false }).catch(() => undefined);
      if (asleep.signal.aborted) asleep = new AbortController();
    }
  }
  const running = names.length === 0 ? Promise.resolve() : run();

  return {
    async enqueue({ id = randomUUID(), topic, title, text, facts = {}, link }, within = db) {
      const to = targets.filter((target) => target.topics.includes(topic)).map((target) => target.name);
      const body = JSON.stringify({ topic, title, text, facts, ...(link === undefined ? {} : { link }) });
      await insertNotice(within, { id, topic, body }, to);
      asleep.abort();
    },
    async close() {
      closing = true;
      asleep.abort();
      await running;
      for (const sender of senders.values()) sender.close();
    },
  };
}
