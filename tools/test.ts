/**
 * `npm test`: everything that CI runs, from nothing: static checks, then every test against real PostgreSQL, sockets and browser. Ends with
 * one line `N passed, N failed`. Arguments are handed to vitest (`npm test -- server/test/attacks`), and then the static checks are left out.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checks, root, run } from './steps.ts';

const filters = process.argv.slice(2);
const steps = filters.length === 0 ? checks.map(run) : [];

const directory = mkdtempSync(path.join(tmpdir(), 'fireguard-test-'));
const report = path.join(directory, 'report.json');
spawnSync(
  process.execPath,
  [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);

let passed = steps.filter(Boolean).length;
let failed = steps.length - passed;
let skipped = 0;
try {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, success } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  passed += numPassedTests;
  // A file that fails to load runs no test: it counts as one failure, so that it cannot vanish.
  failed += success ? 0 : Math.max(1, numFailedTests, numFailedTestSuites);
  skipped = numPendingTests;
} catch {
  console.error('The test runner left no report.');
  failed += 1;
}
rmSync(directory, { recursive: true, force: true });

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
