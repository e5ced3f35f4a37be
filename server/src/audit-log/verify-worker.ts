/** The thread that verifies: reads, compares, tells the result once, ends. */
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { readCheckpoints } from './checkpoint.ts';
import { diskFolder } from './journal-folder.ts';
import type { VerifyStart } from './verify-thread.ts';
import { type Trail, verifyTrail } from './verify-trail.ts';

const { path, publicKey, checkpoints, database } = workerData as VerifyStart;

async function verified() {
  const lines = checkpoints === undefined ? undefined : await readFile(checkpoints, 'utf8');
  const known: Pick<Trail, 'checkpoints'> =
    lines === undefined || publicKey === undefined ? {} : { checkpoints: readCheckpoints(lines, createPublicKey(publicKey)) };
  if (database === undefined) return verifyTrail({ folder: diskFolder(path), ...known });
  const client = new pg.Client(database);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await verifyTrail({ folder: diskFolder(path), ...known, database: client });
  } finally {
    await client.end().catch(() => undefined);
  }
}

try {
  parentPort!.postMessage({ result: await verified() });
} catch (error) {
  parentPort!.postMessage({ failure: (error as Error).message });
}
