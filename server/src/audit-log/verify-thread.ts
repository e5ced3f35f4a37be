/** Verifies in a thread of its own: reading a whole trail takes long, and no answer may wait for it. */
import { Worker } from 'node:worker_threads';
import type { ClientConfig } from 'pg';
import type { TrailVerification } from './verify-trail.ts';

/** What the thread is given. */
export interface VerifyStart {
  /** Folder of the journal. */
  readonly path: string;
  /** PEM of the key whose checkpoints count. */
  readonly publicKey: string | undefined;
  /** The file that holds them. */
  readonly checkpoints: string | undefined;
  readonly database: ClientConfig | undefined;
}

const entry = new URL(import.meta.url.endsWith('.ts') ? './verify-worker.ts' : './verify-worker.js', import.meta.url);

/** Throws Error with one line when it cannot be verified at all: no journal, a database that cannot be had, checkpoints that are none. */
export function verifyInThread(workerData: VerifyStart): Promise<TrailVerification> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, { name: 'fireguard-verify', workerData, execArgv: [] });
    worker.once('message', (answer: { result?: TrailVerification; failure?: string }) =>
      answer.result === undefined ? reject(new Error(answer.failure)) : resolve(answer.result),
    );
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the verification ended without a result')));
  });
}
