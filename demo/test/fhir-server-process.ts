/** Boots the real demo FHIR server as a process of its own, for tests that kill it. Holds no assertions. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const CREDENTIAL = 'a-credential-for-tests';
export const authorization = `Bearer ${CREDENTIAL}`;
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'fireguard-demo-'));

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** Rejects with what the process said on stderr when it does not start. */
export async function serverProcess(home: string): Promise<ServerProcess> {
  const script = join(import.meta.dirname, '../src/fhir-server/main.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=fireguard-source', script, '--home', home, '--credential-env', 'TEST_CREDENTIAL'],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, TEST_CREDENTIAL: CREDENTIAL },
    },
  );
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const exited = once(child, 'exit');
  const line = once(createInterface({ input: child.stdout }), 'line');
  const first = await Promise.race([line.then(([text]) => String(text)), exited.then(() => undefined)]);
  if (first === undefined) throw new Error(complaint);
  const { url } = JSON.parse(first) as { readonly url: string };
  return {
    url,
    child,
    end: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}
