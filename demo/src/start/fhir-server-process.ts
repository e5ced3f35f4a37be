/** The demo FHIR server in its own process, behind a credential that only the gateway holds. It must not appear in the process list, so it goes by the environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DemoProblem } from './options.ts';

export interface FhirServerProcess {
  readonly url: string;
  readonly credential: string;
  /** Resolves when it has ended by itself, which it should not. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export async function startFhirServerProcess(home: string): Promise<FhirServerProcess> {
  const credential = randomBytes(32).toString('base64url');
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      path.join(import.meta.dirname, '../fhir-server/main.ts'),
      '--home',
      home,
      '--port',
      '0',
      '--credential-env',
      'FIREGUARD_DEMO_CREDENTIAL',
    ],
    // A session of its own: a Ctrl-C at the terminal is ours to answer, and the upstream must outlive the last request.
    { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, FIREGUARD_DEMO_CREDENTIAL: credential } },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await firstLine(child);
  return {
    url,
    credential,
    ended,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', (line) => resolve((JSON.parse(line) as { url: string }).url));
    child.once('exit', () =>
      reject(new DemoProblem(`The demo FHIR server did not start. ${complaint.trim().split('\n').at(-1) ?? ''}`)),
    );
    child.once('error', (error) => reject(new DemoProblem(`The demo FHIR server did not start: ${error.message}`)));
  });
}
