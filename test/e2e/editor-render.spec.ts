import { expect } from '@playwright/test';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { createScene, openEditor } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.afterEach(() => server.stop());

test('EDT-23: the Render button shows progress and then the picture, in the size that was asked for', async ({
  browser,
}) => {
  server = await startServer({ env: { DEMO: 'false' } });
  const page = await openEditor(browser, server, await createScene(server));
  await page.getByTestId('render').click();
  await page.getByTestId('render-start').click();
  const picture = page.getByTestId('render-picture');
  await expect(picture).toBeVisible({ timeout: 90_000 });
  expect(
    await picture.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]),
  ).toEqual([1280, 720]);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('Example.png');
});

test('EDT-24: where rendering is not available, the dialog says why', async ({ browser }) => {
  server = await startServer({ env: { DEMO: 'false', RENDER_WORKERS: '0' } });
  const page = await openEditor(browser, server, await createScene(server));
  await page.getByTestId('render').click();
  await page.getByTestId('render-start').click();
  await expect(page.getByTestId('render-error')).toContainText('rendering_unavailable');
});
