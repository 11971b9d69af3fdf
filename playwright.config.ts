import { defineConfig } from '@playwright/test';
import { CHROMIUM } from './test/support/chromium.js';

// There is no `webServer`: each test file starts its own server on a free port (test/support/server-process.ts).
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './test/support/database-template.ts',
  outputDir: 'test-results',
  // WebGL runs on the CPU here: two at a time were hardly quicker on two cores (9:37 instead of 10:22), and each took twice as long.
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    // Without a film of each page: it costs a fifth of the CPU, and a failure has its screenshot and every step's DOM.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: CHROMIUM,
  },
});
