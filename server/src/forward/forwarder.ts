/** Sends this node's own chain on, per target, in its order, at least once. */
import type { Kysely } from 'kysely';
import type { SearchableAuditLog } from '../audit-log/open-audit-log.ts';
import type { Database } from '../storage/schema.ts';
import type { ForwardTarget } from './config.ts';
import { follow } from './follow.ts';
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

export function openForwarder({ db, log, targets, now, tell, pause = 500 }: ForwarderOptions): Forwarder {
  const over = new AbortController();

  async function run(target: ForwardTarget): Promise<void> {
    const sender = senderTo(target, now);
    let failing = false;
    await follow({
      ...{ db, chain: log.chain, target: target.name, fromBeginning: target.fromBeginning, signal: over.signal, pause },
      async take(rows, id) {
        const events = rows.filter(({ kind }) => target.received || kind !== 'received').flatMap((row) => log.eventsOf(row));
        if (events.length > 0) await sender.send(events, id);
      },
      fared(error) {
        if (error === undefined && failing) tell(`the audit is forwarded to "${target.name}" again`);
        if (error !== undefined && !failing)
          tell(`the audit cannot be forwarded to "${target.name}" and waits: ${error.message.split('\n', 1)[0]}`);
        failing = error !== undefined;
      },
    });
    sender.close();
  }
  const running = targets.map(run);
  return {
    async close() {
      over.abort();
      await Promise.all(running);
    },
  };
}
