/** The static checks, in order: types, lint and format, dead code. Shared by `npm run check` and `npm test`; each either passes or prints what is wrong. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

export const checks: readonly Step[] = [
  { name: 'types: engine', command: ['tsc', '-p', 'engine'] },
  { name: 'types: server', command: ['tsc', '-p', 'server'] },
  { name: 'types: demo', command: ['tsc', '-p', 'demo'] },
  { name: 'types: console', command: ['tsc', '-p', 'console'] },
  { name: 'types: tests and tools', command: ['tsc', '-p', '.'] },
  { name: 'lint and format', command: ['biome', 'ci', '--colors=off', '--max-diagnostics=30', '--error-on-warnings', '.'] },
  { name: 'dead code', command: ['knip', '--no-progress'] },
];

/** Runs a step with node_modules/.bin first in PATH; true when it passed. Output is shown only when it failed. */
export function run(step: Step): boolean {
  const started = performance.now();
  const [file, ...args] = step.command;
  const bin = path.join(root, 'node_modules', '.bin');
  const result = spawnSync(path.join(bin, file!), args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` },
    maxBuffer: 64 * 1024 * 1024,
  });
  const passed = result.status === 0;
  console.log(`${passed ? '✓' : '✗'} ${step.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (!passed) console.log(`${result.stdout}${result.stderr}${result.error ? `${result.error.message}\n` : ''}`);
  return passed;
}
