/**
 * The one connection of a node that listens (LISTEN) and renews its lease. Both on the same connection, so that a node that does not hear
 * cannot renew either. It comes back by itself; what was missed meanwhile, the lease covers.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg, { type ClientConfig } from 'pg';

export interface Line {
  close(): Promise<void>;
}

export interface LineHandlers {
  readonly channels: readonly string[];
  /** `answer` sends a notification on the same connection; a failure ends it, and the next one begins anew. */
  readonly heard: (channel: string, payload: string, answer: (channel: string, payload: string) => void) => void;
  /** Called again and again, `pause` milliseconds apart, while connected; `fresh` the first time on a connection. What it throws ends the connection. */
  readonly beat: (client: pg.Client, fresh: boolean) => Promise<void>;
  readonly pause: number;
  readonly lost: () => void;
}

/** Keeps a connection to `config()`; resolves after the first beat, rejects when the first connection fails. */
export async function openLine(config: () => ClientConfig, handlers: LineHandlers): Promise<Line> {
  let closing = false;
  const wake = new AbortController();

  const live = async (first: { resolve(): void; reject(error: unknown): void } | undefined): Promise<void> => {
    const client = new pg.Client({ ...config(), connectionTimeoutMillis: 2_000, query_timeout: 1_000, keepAlive: true });
    let broken = false;
    const breaks = () => {
      if (broken) return;
      broken = true;
      handlers.lost();
    };
    client.on('error', breaks);
    client.on('end', breaks);
    const answer = (channel: string, payload: string) =>
      void client.query('SELECT pg_notify($1, $2)', [channel, payload]).catch(() => client.end().catch(() => undefined));
    client.on('notification', (message) => handlers.heard(message.channel, message.payload ?? '', answer));
    try {
      await client.connect();
      for (const channel of handlers.channels) await client.query(`LISTEN ${channel}`);
      let fresh = true;
      while (!broken && !closing) {
        await handlers.beat(client, fresh);
        if (fresh) first?.resolve();
        fresh = false;
        await sleep(handlers.pause, undefined, { signal: wake.signal }).catch(() => undefined);
      }
    } catch (error) {
      first?.reject(error);
    } finally {
      breaks();
      // A connection whose query timed out may never answer a polite goodbye either.
      await Promise.race([client.end().catch(() => undefined), sleep(500, undefined, { ref: false })]);
      (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
    }
  };

  let running!: Promise<void>;
  await new Promise<void>((resolve, reject) => {
    running = (async () => {
      let first: { resolve(): void; reject(error: unknown): void } | undefined = { resolve, reject };
      let failed = false;
      while (!closing && !failed) {
        const began = performance.now();
        await live(
          first && {
            resolve: () => {
              first = undefined;
              resolve();
            },
            reject: (error) => {
              failed = first !== undefined;
              reject(error);
            },
          },
        );
        if (!closing && !failed && performance.now() - began < 1_000)
          await sleep(100, undefined, { signal: wake.signal }).catch(() => undefined);
      }
    })();
  });

  return {
    async close() {
      closing = true;
      wake.abort();
      await running;
    },
  };
}
