import { defineConfig } from '@playwright/test';
import { CHROMIUM } from './test/support/chromium.js';

// There is no `webServer`: each test file starts its own server on a free port (test/support/server-process.ts).
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './test/support/database-template.ts',
  outputDir: 'test-results',
  // Opening a page is seconds of CPU, much of it in one thread at a time; nothing draws while nothing changes.
  workers: 2,
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
