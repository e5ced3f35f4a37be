/**
 * Sends this node's own chain on, per target, in its order. INVARIANT: a target's place moves only after its batch was taken, so that nothing is left out whatever ends when; a batch
 * may come twice, under the same id.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { SearchableAuditLog } from '../audit-log/open-audit-log.ts';
import { forwardPlace, moveForwardPlace, recordsBehind } from '../storage/forward.ts';
import type { Database } from '../storage/schema.ts';
import type { ForwardTarget } from './config.ts';
import { senderTo } from './sender.ts';

export interface ForwarderOptions {
  readonly db: Kysely<Database>;
  readonly log: Pick<SearchableAuditLog, 'chain' | 'eventsOf'>;
  readonly targets: readonly ForwardTarget[];
  readonly now: () => number;
  readonly tell: (line: string) => void;
  /** Milliseconds between two looks when there is nothing new. Default 500. */
  readonly pause?: number;
}

export interface Forwarder {
  close(): Promise<void>;
}

const batch = 200;

export function openForwarder(options: ForwarderOptions): Forwarder {
  const { db, log, tell } = options;
  const over = new AbortController();
  const rest = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: over.signal, ref: false }).catch(() => undefined);

  async function run(target: ForwardTarget): Promise<void> {
    const sender = senderTo(target, options.now);
    let wait = 500;
    let failing = false;
    while (!over.signal.aborted) {
      try {
        const place = await forwardPlace(db, target.name, log.chain, target.fromBeginning);
        const rows = await recordsBehind(db, log.chain, place, batch);
        const last = rows.at(-1);
        if (last !== undefined) {
          const events = rows.filter(({ kind }) => target.received || kind !== 'received').flatMap((row) => log.eventsOf(row));
          if (events.length > 0) await sender.send(events, `${log.chain}/${place}-${last.sequence}`);
          await moveForwardPlace(db, target.name, log.chain, last.sequence);
        }
        if (failing) tell(`the audit is forwarded to "${target.name}" again`);
        failing = false;
        wait = 500;
        if (rows.length < batch) await rest(options.pause ?? 500);
      } catch (error) {
        if (!failing)
          tell(`the audit cannot be forwarded to "${target.name}" and waits: ${(error as Error).message.split('\n', 1)[0]}`);
        failing = true;
        await rest(wait);
        wait = Math.min(wait * 2, 30_000);
      }
    }
    sender.close();
  }
  const running = options.targets.map(run);
  return {
    async close() {
      over.abort();
      await Promise.all(running);
    },
  };
}
