/**
 * The main thread's side of the listener (line-worker.ts): starts it, starts it again when it dies, takes its news, and says whether caches may be
 * trusted. It must not wait for the event loop to learn of a change: asking for trust takes what lies in the port.
 * INVARIANT: `trusted()` is true only when every change that this node has confirmed has been applied, and the lease is held.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { ClientConfig } from 'pg';
import { createLease, systemMoment } from './lease.ts';
import { epochIn, type Fared, type ListenerStart, lineMemory, type News } from './line-news.ts';

export interface LineThread {
  trusted(): boolean;
  /** Takes the news that have come, now. */
  take(): void;
  close(): Promise<void>;
}

export interface LineThreadOptions {
  /** Asked again for each thread. */
  readonly config: () => ClientConfig;
  readonly self: string;
  /** In order, synchronously; must not throw. */
  readonly heard: (news: News) => void;
  readonly tell: (line: string) => void;
}

// Beside this file, in the same form: TypeScript in a checkout, JavaScript when built.
const entry = new URL(import.meta.url.endsWith('.ts') ? './line-worker.ts' : './line-worker.js', import.meta.url);

/** Resolves holding a lease; rejects when the database cannot be had. */
export async function openLineThread(options: LineThreadOptions): Promise<LineThread> {
  let listener = start(options);
  let closing = false;
  const over = new AbortController();
  await listener.opened;

  const keep = async (): Promise<void> => {
    let pause = 100;
    for (;;) {
      listener.worker.unref();
      await listener.gone;
      if (closing) return;
      if (listener.wasOpen()) {
        pause = 100;
        options.tell('the thread that keeps the lease of this node ended; starting it again');
      }
      await sleep(pause, undefined, { ref: false, signal: over.signal }).catch(() => undefined);
      if (closing) return;
      pause = Math.min(pause * 2, 2_000);
      listener = start(options);
      listener.opened.catch(() => undefined); // It is gone then, and the next one follows.
    }
  };
  const keeping = keep();

  return {
    trusted: () => listener.trusted(),
    take: () => listener.take(),
    async close() {
      closing = true;
      over.abort();
      listener.end();
      await keeping;
    },
  };
}

interface Listener {
  readonly worker: Worker;
  readonly opened: Promise<void>;
  readonly gone: Promise<void>;
  wasOpen(): boolean;
  trusted(): boolean;
  take(): void;
  end(): void;
}

function start({ config, self, heard }: Pick<LineThreadOptions, 'config' | 'self' | 'heard'>): Listener {
  const memory = lineMemory();
  const lease = createLease(systemMoment, memory);
  const epoch = epochIn(memory);
  const { port1: news, port2: theirs } = new MessageChannel();
  const workerData: ListenerStart = { self, config: config(), memory, news: theirs };
  const worker = new Worker(entry, { name: 'fireguard-line', workerData, transferList: [theirs], execArgv: [] });
  let applied = 0;
  let alive = true;
  let open = false;

  const apply = (item: News): void => {
    heard(item);
    applied = (applied + 1) | 0;
  };
  const take = (): void => {
    while (alive) {
      const received = receiveMessageOnPort(news);
      if (received === undefined) return;
      apply(received.message as News);
    }
  };
  news.on('message', apply);
  news.unref();

  const opened = new Promise<void>((resolve, reject) => {
    worker.on('message', (how: Fared) => {
      if (how.kind === 'opened') {
        open = true;
        resolve();
      } else reject(Object.assign(new Error(how.message), how.code === undefined ? {} : { code: how.code }));
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread that listens to the database ended')));
  });
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      take();
      alive = false;
      news.close();
      resolve();
    });
  });

  return {
    worker,
    opened,
    gone,
    wasOpen: () => open,
    take,
    trusted() {
      // The lease first: when it is seen as held, the news of the entry that it came with can be seen too.
      if (!alive || !lease.valid()) return false;
      const posted = Atomics.load(epoch, 0);
      if (posted === applied) return true;
      take();
      // Fewer than were counted: something was lost on the way, and nothing is trusted until a new listener enters.
      return ((posted - applied) | 0) <= 0 && lease.valid();
    },
    end() {
      worker.ref();
      worker.postMessage('end');
      setTimeout(() => void worker.terminate(), 3_000).unref();
    },
  };
}
