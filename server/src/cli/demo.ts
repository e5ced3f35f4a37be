/** `fireguard demo`: the synthetic hospital, which only a checkout has. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'Start the synthetic hospital behind Fireguard (in a checkout); options as for npm start',
  arguments: ['[options of npm start]'],
  options: {},
  handsOn: true,
  run: async (given) => startDemo(given.rest),
};

/** Its options are the demo's own: handed on as they came. */
function startDemo(args: readonly string[]): Promise<number> {
  const main = path.resolve(import.meta.dirname, '../../../demo/src/main.ts');
  // Built, this file is JavaScript in somebody's node_modules, where a folder called demo would be another's.
  if (!import.meta.filename.endsWith('.ts') || !existsSync(main)) {
    throw new CliError(
      'The demo comes with the source: clone the repository and run npm start there. Here, "fireguard serve" puts Fireguard before your own FHIR server.',
    );
  }
  const child = spawn(process.execPath, ['--conditions=fireguard-source', main, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches the child through the terminal; what is sent to us alone is passed on. The child decides when to end.
  const ignore = () => undefined;
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGINT', ignore);
  process.on('SIGTERM', pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
