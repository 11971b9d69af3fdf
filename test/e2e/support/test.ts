import { test as base } from '@playwright/test';

/**
 * Playwright's test, with every browser context closed at its end.
 *
 * Contexts that a test opens itself would otherwise live as long as the browser, each with a page that draws on the CPU.
 */
export const test = base.extend<{ closedContexts: void }>({
  closedContexts: [
    async ({ browser }, use) => {
      await use();
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    { auto: true },
  ],
});
