/**
 * Lets go of whole months of the database when they are old enough and nothing holds them. INVARIANT: that a month goes is in the journal before it goes, so that verification can tell
 * a month that was let go from one that somebody removed; what another node let go is put into this node's journal too. The journal itself is kept.
 */
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { agedMonths, dropMonth, droppedMonths } from '../storage/retention.ts';
import type { Database } from '../storage/schema.ts';
import type { Storage } from '../storage/storage.ts';
import type { AuditLog } from './audit-log.ts';
import { monthDropped } from './month-dropped.ts';

export interface RetentionOptions {
  readonly storage: Storage;
  readonly log: AuditLog;
  /** Whole months that are kept besides the current one. */
  readonly months: number;
  readonly now: () => number;
  readonly tell: (line: string) => void;
  /** Milliseconds between two looks. Default an hour. */
  readonly every?: number;
}

export interface Retention {
  /** Gives the months that went, and those that a hold kept. */
  run(): Promise<{ readonly dropped: readonly string[]; readonly held: readonly string[] }>;
  stop(): Promise<void>;
}

export function keepRetention(options: RetentionOptions): Retention {
  const { storage, log, months, now, tell } = options;
  const recorded = new Set<string>();

  async function record(month: string): Promise<void> {
    if (recorded.has(month)) return;
    await log.append({
      ...({ kind: 'administration', outcome: 'permit', action: monthDropped } as const),
      ...{ patients: [], masked: [], withheld: 0, rules: [] },
      resources: [`month/${month}`],
      reason: `Audit records of ${month} leave the database: they are older than ${months} months.`,
      requestId: randomUUID(),
    });
    recorded.add(month);
  }

  async function run() {
    const today = new Date(now());
    const before = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, 1));
    const aged = await agedMonths(storage.db, before);
    const dropped: string[] = [];
    for (const { month, held } of aged) {
      if (held) continue;
      await record(month);
      const done = await storage.asOwner((owner: Kysely<Database>) => dropMonth(owner, month));
      if (done) dropped.push(month);
    }
    // Those of other nodes, and of runs that ended between record and drop.
    for (const month of await droppedMonths(storage.db)) await record(month);
    if (dropped.length > 0) tell(`audit records of ${dropped.join(', ')} left the database`);
    return { dropped, held: aged.filter(({ held }) => held).map(({ month }) => month) };
  }

  let working: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    working = working.then(run).catch((error: Error) => tell(`audit months could not be let go: ${error.message}`));
  }, options.every ?? 3_600_000).unref();
  return {
    run,
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
