/**
 * Judges the records of this node's own chain, in its order, behind the copy in the database. INVARIANT: alerts, their notices and the place up to which was judged are one
 * transaction: a crash repeats a batch or does not. Counting looks at the records of all nodes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditRecord } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import type { NewNotice } from '../notify/notice.ts';
import { countRecords, insertAlert, moveJudged, type NewAlert, recordsToJudge } from '../storage/alerts.ts';
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
}

export interface Watch {
  close(): Promise<void>;
}

const batch = 500;

export function watch(options: WatchOptions): Watch {
  const { db, chain, rules, tell } = options;
  let closing = false;
  const over = new AbortController();

  async function judge(): Promise<number> {
    const records = await recordsToJudge(db, chain, batch);
    const last = records.at(-1);
    if (last === undefined) return 0;
    const found: Met[] = [];
    const asked = new Set<string>();
    // Newest first: of one who met a rule many times within a batch, one count tells.
    for (const { record } of records.toReversed())
      for (const rule of rules) {
        const met = await meets(rule, record as unknown as AuditRecord, asked, options);
        if (met !== undefined) found.push(met);
      }
    await db.transaction().execute(async (transaction) => {
      for (const { alert, rule } of found)
        if (await insertAlert(transaction, alert, rule.withinMinutes))
          await options.enqueue(transaction, noticeOf(alert, rule, options.page));
      await moveJudged(transaction, chain, last.sequence);
    });
    return records.length;
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

async function meets(
  rule: WatchedRule,
  record: AuditRecord,
  asked: Set<string>,
  { db, upstream, facts }: WatchOptions,
): Promise<Met | undefined> {
  const doer = doerOf(rule, record);
  if (doer === undefined || !matches(rule, record)) return undefined;
  const key = `${rule.id} ${doer.id}`;
  if (rule.count > 1 && asked.has(key)) return undefined;
  asked.add(key);
  const at = new Date(record.recorded);
  const { kinds, outcomes, actions } = rule.when;
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
            from: new Date(record.recorded - rule.withinMinutes * 60_000),
            to: at,
            kinds,
            outcomes,
            actions,
          });
  if (count < rule.count) return undefined;
  const alert = {
    rule: rule.id,
    description: rule.description,
    doer: doer.id,
    doerName: doer.name,
    count,
    recordId: record.id,
    at,
  };
  return { rule, alert: { id: `${rule.id}-${record.id}`, ...alert } };
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
