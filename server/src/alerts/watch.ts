/**
 * Judges the records of this node's own chain, in its order, behind the copy in the database. INVARIANT: alerts, their notices and the place up to which was judged are one
 * transaction: what a crash makes be judged again had given no alert. Counting looks at the records of all nodes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditRecord } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import type { NewNotice } from '../notify/notice.ts';
import { countRecords, insertAlert, isTold, moveJudged, type NewAlert, recordsToJudge } from '../storage/alerts.ts';
import type { Database } from '../storage/schema.ts';
import type { WatchedRule } from './config.ts';
import { doerOf, matches } from './matches.ts';
import { type UnusualGiven, unusualPatients } from './unusual.ts';

export interface WatchOptions extends UnusualGiven {
  readonly db: Kysely<Database>;
  readonly chain: string;
  readonly rules: readonly WatchedRule[];
  /** Stores a notice within the transaction that is given. */
  readonly enqueue: (db: Kysely<Database>, notice: NewNotice) => Promise<void>;
  /** Page of the console where alerts are looked at, absolute; one is at `/id` below it. */
  readonly page: string;
  readonly tell: (line: string) => void;
  /** Milliseconds between two looks when there is nothing new. Default 500. */
  readonly pause?: number;
  /** Milliseconds between two counts of the same one under the same rule, at least. Default 5,000. */
  readonly countEvery?: number;
}

export interface Watch {
  close(): Promise<void>;
}

const batch = 500;
/** Milliseconds between two times that the place is stored when nothing was found: each is a sync for the disk, and answers wait for theirs. */
const storeEvery = 5_000;
/** How much longer than it took somebody is left uncounted, so that the busiest cost no more than a fiftieth of a processor of the database. */
const countRest = 50;

export function watch(options: WatchOptions): Watch {
  const { db, chain, rules, tell } = options;
  const { countEvery = 5_000 } = options;
  const byPatients = rules.some(({ unusual }) => unusual !== undefined);
  /** Up to where was read; undefined before the first look. What waits is judged later than what came after it. */
  let place: string | undefined;
  let stored = Number.NEGATIVE_INFINITY;
  let waiting: ReadonlyMap<string, Waiting> = new Map();
  /** Until when each is not counted again: counting reads all that somebody did in an hour. */
  const counted = new Map<string, number>();
  let closing = false;
  const over = new AbortController();

  async function judge(): Promise<number> {
    const { records, read, last } = await recordsToJudge(db, chain, { after: place, limit: batch, byPatients });
    const now = performance.now();
    for (const [key, until] of counted) if (now >= until) counted.delete(key);
    const still = new Map([...waiting].filter(([key]) => counted.has(key)));
    const due = [...waiting].filter(([key]) => !counted.has(key)).map(([, one]) => one);
    if (read === 0 && due.length === 0) return 0;
    const found: Met[] = [];
    const asked = new Map<string, number>();
    const consider = async (one: Waiting): Promise<void> => {
      const doer = doerOf(one.rule, one.record);
      if (doer === undefined || !matches(one.rule, one.record)) return;
      const key = `${one.rule.id} ${doer.id}`;
      // Newest first: of one who met a rule many times within a batch, one count tells.
      if (asked.has(key)) return;
      if (one.rule.count > 1) {
        if (counted.has(key)) {
          // The newest tells: what came before is counted with it.
          if (BigInt(still.get(key)?.sequence ?? 0) < BigInt(one.sequence)) still.set(key, one);
          return;
        }
      }
      const began = performance.now();
      const alert = await met(one, doer, options);
      const ended = performance.now();
      if (one.rule.count > 1) asked.set(key, ended + Math.max(countEvery, (ended - began) * countRest));
      if (alert !== undefined) found.push({ alert, rule: one.rule });
    };
    for (const { sequence, record } of records)
      for (const rule of rules) await consider({ rule, sequence, record: record as unknown as AuditRecord });
    for (const one of due) await consider(one);
    // After a crash it begins with what waited.
    const firsts = [...still.values()].map(({ sequence }) => BigInt(sequence));
    const judged = firsts.reduce((least, one) => (one <= least ? one - 1n : least), BigInt(last ?? place ?? 0));
    if (found.length > 0 || now - stored >= storeEvery) {
      await db.transaction().execute(async (transaction) => {
        for (const { alert, rule } of found)
          if (await insertAlert(transaction, alert, rule.withinMinutes))
            await options.enqueue(transaction, noticeOf(alert, rule, options.page));
        await moveJudged(transaction, chain, String(judged));
      });
      stored = now;
    }
    for (const [key, until] of asked) counted.set(key, until);
    waiting = still;
    place = last ?? place;
    return read;
  }

  async function run(): Promise<void> {
    let failing = false;
    while (!closing) {
      try {
        if ((await judge()) === batch) continue;
        if (failing) tell('alert rules are being judged again');
        failing = false;
      } catch (error) {
        if (!failing) tell(`alert rules cannot be judged now and will be later: ${(error as Error).message.split('\n', 1)[0]}`);
        failing = true;
      }
      await sleep(options.pause ?? 500, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    }
  }
  const running = rules.length === 0 ? Promise.resolve() : run();
  return {
    async close() {
      closing = true;
      over.abort();
      await running;
    },
  };
}

interface Met {
  readonly rule: WatchedRule;
  readonly alert: NewAlert;
}

/** A record to be judged by a rule: now, or as soon as counting is due again. */
interface Waiting {
  readonly rule: WatchedRule;
  readonly record: AuditRecord;
  readonly sequence: string;
}

async function met(
  { rule, record }: Waiting,
  doer: { readonly id: string; readonly name: string },
  { db, upstream, facts }: WatchOptions,
): Promise<NewAlert | undefined> {
  const at = new Date(record.recorded);
  const since = new Date(record.recorded - rule.withinMinutes * 60_000);
  const { kinds, outcomes, actions } = rule.when;
  if (rule.count > 1 && (await isTold(db, { rule: rule.id, doer: doer.id, since }))) return undefined;
  const count =
    rule.unusual !== undefined
      ? (await unusualPatients(rule.unusual, record, { upstream, facts })).length
      : rule.count === 1
        ? 1
        : await countRecords(db, {
            // Of a caller nothing is counted: it is told each time.
            per: rule.per === 'caller' ? 'person' : rule.per,
            doer: doer.id,
            of: rule.of,
            from: since,
            to: at,
            kinds,
            outcomes,
            actions,
          });
  if (count < rule.count) return undefined;
  return {
    id: `${rule.id}-${record.id}`,
    rule: rule.id,
    description: rule.description,
    doer: doer.id,
    doerName: doer.name,
    count,
    recordId: record.id,
    at,
  };
}

function noticeOf(alert: NewAlert, rule: WatchedRule, page: string): NewNotice {
  const { id, description, doer, doerName, count, at } = alert;
  const many = rule.count === 1 ? '' : ` ${count} ${rule.of} in ${rule.withinMinutes} minutes.`;
  return {
    id: `alert-${id}`,
    topic: 'alert',
    title: description,
    text: `${description}\n${doerName} (${doer}), ${at.toISOString()}.${many}`,
    facts: { rule: rule.id, doer, name: doerName, count },
    link: `${page}/${encodeURIComponent(id)}`,
  };
}
