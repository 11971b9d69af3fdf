import { defineConfig } from 'vitest/config';

// Tests import workspace packages from their TypeScript sources (the `source` export condition). Worker
// threads and child processes always run the compiled output: `npm test` builds before it tests.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['*/src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    globalSetup: 'test/support/database-template.ts',
    // Many files wait for processes and timers more than they compute: one of two cores, which is the default, leaves both idle.
    maxWorkers: 2,
    // For machines that do other things as well: what waits ends when what it waits for happens, and what hangs costs a minute.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
