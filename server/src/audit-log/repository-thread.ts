/**
 * The main thread's side of the copying (repository-worker.ts): starts the thread, starts it again when it dies, says how far the journal has
 * come and knows how far the database has. Must not hold up an answer: what the journal has is durable, copied or not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ClientConfig } from 'pg';
import type { JournalPlace } from './journal.ts';

export interface RepositoryThread {
  /** The journal has grown. */
  wake(): void;
  /** Records that are durable and not yet in the database. */
  lag(): number;
  /** Resolves when everything that is durable now is in the database; rejects after `patience` milliseconds. */
  caughtUp(patience: number): Promise<void>;
  stop(): Promise<void>;
}

export interface RepositoryThreadOptions {
  /** The way to the database; asked again for each thread. */
  readonly config: () => ClientConfig;
  /** Folder of the journal. */
  readonly path: string;
  readonly chain: string;
  readonly durable: () => JournalPlace;
  readonly tell: (line: string) => void;
  /** Called when more records are in the database. */
  readonly moved?: () => void;
}

/** What the thread is given at its start. */
export interface RepositoryStart {
  readonly config: ClientConfig;
  readonly path: string;
  readonly chain: string;
  readonly durable: JournalPlace;
}

/** What it is told later. */
export type RepositoryWord =
  | { readonly kind: 'grown'; readonly durable: JournalPlace; readonly waited: boolean }
  | { readonly kind: 'end' };

/** What it says. */
export type RepositoryFared =
  | { readonly kind: 'opened' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'moved'; readonly sequence: number }
  | { readonly kind: 'told'; readonly line: string };

// Beside this file, in the same form: TypeScript in a checkout, JavaScript when built.
const entry = new URL(import.meta.url.endsWith('.ts') ? './repository-worker.ts' : './repository-worker.js', import.meta.url);
/** One message for all that was synced in this time, in milliseconds: a busy journal syncs a thousand times a second. Who waits for the copy asks at once. */
const gather = 100;

/** Resolves when it copies; rejects when the database cannot be had, or holds records that the journal has lost. */
export async function openRepositoryThread(options: RepositoryThreadOptions): Promise<RepositoryThread> {
  const { durable, tell } = options;
  let copied = 0;
  let stopping = false;
  let worker!: Worker;
  let gone!: Promise<void>;
  let announcing: NodeJS.Timeout | undefined;
  const over = new AbortController();

  function begin(): Promise<void> {
    const workerData: RepositoryStart = {
      config: options.config(),
      path: options.path,
      chain: options.chain,
      durable: durable(),
    };
    worker = new Worker(entry, { name: 'fireguard-audit', workerData, execArgv: [] });
    worker.unref();
    const { promise: opened, resolve, reject } = Promise.withResolvers<void>();
    gone = new Promise((done) => {
      worker.once('exit', () => {
        reject(new Error('the thread that copies the audit journal ended'));
        done();
      });
    });
    worker.on('error', reject);
    worker.on('message', (how: RepositoryFared) => {
      switch (how.kind) {
        case 'opened':
          return resolve();
        case 'failed':
          return reject(new Error(how.message));
        case 'moved':
          copied = how.sequence;
          options.moved?.();
          return;
        case 'told':
          return tell(how.line);
      }
    });
    return opened;
  }

  const say = (waited: boolean): void => {
    announcing = undefined;
    worker.postMessage({ kind: 'grown', durable: durable(), waited } satisfies RepositoryWord);
  };

  async function keep(): Promise<void> {
    for (let pause = 100; ; pause = Math.min(pause * 2, 2_000)) {
      await gone;
      if (stopping) return;
      tell('the thread that copies the audit journal ended; starting it again');
      await sleep(pause, undefined, { ref: false, signal: over.signal }).catch(() => undefined);
      if (stopping) return;
      // A failure ends it, and the next one follows.
      await begin().then(
        () => {
          pause = 100;
        },
        (error: Error) => tell(error.message),
      );
    }
  }

  await begin();
  const keeping = keep();

  return {
    wake() {
      announcing ??= setTimeout(say, gather, false).unref();
    },
    lag: () => durable().seq - copied,
    async caughtUp(patience) {
      const goal = durable().seq;
      const deadline = performance.now() + patience;
      if (copied < goal) say(true);
      while (copied < goal) {
        if (performance.now() > deadline) throw new Error(`${goal - copied} audit records are not in the database yet`);
        await sleep(5);
      }
    },
    async stop() {
      stopping = true;
      clearTimeout(announcing);
      over.abort();
      worker.ref();
      worker.postMessage({ kind: 'end' } satisfies RepositoryWord);
      const late = setTimeout(() => void worker.terminate(), 12_000).unref();
      await keeping;
      clearTimeout(late);
    },
  };
}
