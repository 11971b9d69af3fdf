import { expect, type Locator, type Page } from '@playwright/test';
import type { ServerProcess } from '../support/server-process.js';
import { createScene, openEditorAs, row, startServerFor } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServerFor('Ada');
});
test.afterAll(() => server.stop());

const box = async (locator: Locator) => {
  const found = await locator.boundingBox();
  if (found === null) throw new Error('it is not shown');
  return found;
};

/** Which buttons and words of the top bar stick out of the window, or lie over each other. */
const misplaced = (page: Page): Promise<string[]> =>
  page.locator('header').evaluate((bar) => {
    const parts = [...bar.querySelectorAll('button, input[data-testid="scene-name"], [role="status"]')]
      .map((element) => ({
        name: element.getAttribute('aria-label') ?? element.textContent,
        at: element.getBoundingClientRect(),
      }))
      .filter(({ at }) => at.width > 0);
    const outside = parts.filter(({ at }) => at.left < 0 || at.right > innerWidth);
    const covered = parts.filter(({ at: a }, i) =>
      parts.some(
        ({ at: b }, j) =>
          i !== j &&
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1,
      ),
    );
    return [...outside, ...covered].map(({ name }) => name);
  });

test('EDT-50: in a narrow window panels are drawers, and the bar holds all its buttons', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const page = await openEditorAs(browser, server, scene, 'Ada', 'owner');
  const others = ['Grace', 'Bob'].map((name) => openEditorAs(browser, server, scene, name, 'viewer'));
  await Promise.all(others);
  const outliner = page.getByRole('navigation', { name: 'Outliner' });
  const inspector = page.getByTestId('inspector');
  await row(page, 'Cube').click();
  await expect(page.getByTestId('outliner-toggle')).toHaveCount(0);

  for (const width of [1440, 1000, 700, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => misplaced(page)).toEqual([]);
    await expect(page.getByTestId('render')).toBeVisible();
    if (width >= 900) {
      await expect(outliner).toBeVisible();
      await expect(inspector).toBeVisible();
      expect((await box(page.getByTestId('viewport'))).width).toBeGreaterThan(400);
      continue;
    }
    await expect(outliner).toBeHidden();
    await expect(inspector).toBeHidden();
    await expect.poll(async () => (await box(page.getByTestId('viewport'))).width).toBe(width);

    await page.getByTestId('outliner-toggle').click();
    await expect(row(page, 'Cube')).toBeVisible();
    await page.getByTestId('inspector-toggle').click();
    await expect(inspector).toBeVisible();
    await expect(outliner).toBeHidden();
    await page.getByTestId('comments-toggle').click();
    await expect(page.getByTestId('comments')).toBeVisible();
    // Whoever chooses a place has to see it.
    await page.getByTestId('comment-place').click();
    await expect(page.getByTestId('comments')).toBeHidden();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Close the comments' }).click();
    await page.getByTestId('inspector-toggle').click();
    await expect(inspector).toBeHidden();
  }

  // On a phone what is used now and then is in a menu.
  await page.getByTestId('more-menu').click();
  await page.getByTestId('history-toggle').click();
  await expect(page.getByTestId('history')).toBeVisible();
});
