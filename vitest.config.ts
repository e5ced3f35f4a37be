import { defineConfig } from 'vitest/config';

// One runner for the whole house. `fireguard-source` makes @fireguard/engine resolve to its TypeScript, so no build is needed.
export default defineConfig({
  resolve: { conditions: ['fireguard-source', 'node'] },
  ssr: { resolve: { conditions: ['fireguard-source', 'node'] } },
  test: {
    include: ['{engine,server,console,demo,bench,conformance}/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['server/test/postgres.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // What is waited for comes later on a busy machine, and is no less right.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    execArgv: ['--conditions=fireguard-source'],
  },
});
