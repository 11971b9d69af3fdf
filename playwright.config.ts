import { defineConfig } from '@playwright/test';
import { CHROMIUM } from './test/support/chromium.js';

// There is no `webServer`: each test file starts its own server on a free port (test/support/server-process.ts).
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './test/support/database-template.ts',
  outputDir: 'test-results',
  // WebGL runs on the CPU here, so two pages that draw at once already fill the machine.
  workers: 1,
  forbidOnly: process.env.CI !== undefined,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: CHROMIUM,
  },
});
