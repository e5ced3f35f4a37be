/** The real command in a process of its own, killed and started again on the same ports: what runs, what it said, and when it is ready. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CREDENTIAL } from './gateway/kit.ts';

// Not by the launcher: SIGKILL must hit the server itself.
const COMMAND = path.resolve(import.meta.dirname, '../../src/cli/main.ts');
const PATIENCE_MS = 60_000;

export interface Served {
  /** Resolves when it is ready. Rejects with what it said when it ended instead. */
  launch(): Promise<void>;
  /** Its exit code; null when a signal ended it, or nothing ran. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** What the one that runs, or ran last, said; how it ended, if it did. */
  words(): string;
}

export function served(file: string, issuer: string): Served {
  let child: ChildProcess | undefined;
  let words = '';

  function begin(): ChildProcess {
    words = '';
    const begun = spawn(process.execPath, ['--conditions=fireguard-source', COMMAND, 'serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, UPSTREAM: CREDENTIAL },
    });
    for (const stream of [begun.stdout, begun.stderr])
      stream.on('data', (chunk: Buffer) => {
        words += chunk;
      });
    child = begun;
    return begun;
  }

  return {
    async launch() {
      const until = Date.now() + PATIENCE_MS;
      let begun = begin();
      for (; Date.now() < until; await sleep(50)) {
        if (begun.exitCode !== null) {
          // Between two lives a port is anybody's: of another test it will be free again.
          if (!/^.*Port \d+ on \S+ is in use/m.test(words)) throw new Error(`it ended: ${words}`);
          await sleep(500);
          begun = begin();
        }
        const answers = await fetch(`${issuer}/readyz`).then(
          ({ status }) => status === 200,
          () => false,
        );
        // Its own word too: that answer can be another's.
        if (answers && words.includes('FHIR API')) return;
      }
      throw new Error(`not ready: ${words}`);
    },
    async stop(signal) {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
      const ended = once(child, 'exit');
      child.kill(signal);
      const [code] = (await ended) as [number | null];
      return code;
    },
    words: () =>
      child?.exitCode == null && child?.signalCode == null ? words : `(ended: ${child.exitCode ?? child.signalCode}) ${words}`,
  };
}
