/**
 * Set-up of a test run: says where the run's PostgreSQL shall be (the first test that needs one starts it, so that a run without any costs
 * nothing) and takes it down at the end.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopTestServer, testFolderVariable } from '../src/storage/test-server.ts';

export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'fireguard-test-'));
  await writeFile(join(folder, 'owner'), String(process.pid));
  process.env[testFolderVariable] = folder;
  return () => stopTestServer(folder);
}
