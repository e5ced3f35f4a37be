/** The example FHIR server of topology 2 (`examples/resource-server`) in a process of its own: it checks JWTs by the issuer's published keys alone. */
import { spawn } from 'node:child_process';
import path from 'node:path';

export interface Beside {
  close(): Promise<void>;
}

export async function startBeside(use: {
  readonly issuer: string;
  readonly base: string;
  readonly patient: string;
  readonly caFile: string;
}): Promise<Beside> {
  const main = path.resolve(import.meta.dirname, '../../examples/resource-server/main.ts');
  const args = ['--issuer', use.issuer, '--port', new URL(use.base).port, '--patient', use.patient];
  const child = spawn(process.execPath, ['--conditions=fireguard-source', main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: use.caFile },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the FHIR server beside ended with ${code}`)));
  });
  return {
    async close() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}
