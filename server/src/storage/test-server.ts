/** Where a test run's PostgreSQL is, and its end. Apart from testing.ts, because the runner's set-up loads before the engine can be resolved. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runningServer } from './managed/postmaster.ts';

/** The variable by which the runner's set-up (server/test/postgres.ts) tells the workers where the run's PostgreSQL is, or shall be. */
export const testFolderVariable = 'FIREGUARD_TEST_POSTGRES';

/** Stops the run's server and removes its folder. */
export async function stopTestServer(folder: string): Promise<void> {
  const data = join(folder, 'cluster', 'data');
  const running = runningServer(data);
  if (running !== undefined) {
    process.kill(running.pid, 'SIGQUIT');
    while (runningServer(data) !== undefined) await sleep(20);
  }
  await rm(folder, { recursive: true, force: true });
}
