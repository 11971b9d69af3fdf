import { defineConfig } from 'vitest/config';

// Tests import workspace packages from their TypeScript sources (the `source` export condition). Worker
// threads and child processes always run the compiled output: `npm test` builds before it tests.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['*/src/**/*.test.{ts,tsx}', 'test/**/*.test.ts'],
    globalSetup: 'test/support/database-template.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
