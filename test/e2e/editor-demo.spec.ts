import { expect } from '@playwright/test';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { beginDrag, ready, row, shownAt, storedAt } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0' } });
});
test.afterAll(() => server.stop());

test('EDT-30: the link that the server prints opens the demo scene, in which two people work at once', async ({
  browser,
}) => {
  const open = async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(server.link);
    await ready(page);
    // All models are there, and none is missing.
    await expect(page.getByTestId('viewport-notice')).toHaveCount(0);
    return page;
  };
  const ada = await open();
  const grace = await open();
  await expect(ada.getByTestId('person')).toHaveCount(1);

  await row(ada, 'Teal marble').click();
  const id = (await row(ada, 'Teal marble').getAttribute('data-node')) ?? '';
  const [x = 0, y = 0, z = 0] = (await storedAt(ada, id)) ?? [];
  await beginDrag(ada, id);
  await expect.poll(async () => (await shownAt(grace, id))?.[0]).toBeGreaterThan(x + 0.05);
  expect(await storedAt(grace, id)).toEqual([x, y, z]);

  await ada.mouse.up();
  await expect.poll(async () => (await storedAt(grace, id))?.[0]).toBeGreaterThan(x + 0.05);
  expect((await storedAt(grace, id))?.[1]).toBeCloseTo(y);
  await expect(ada.getByTestId('save-status')).toHaveText('Saved');

  await grace.reload();
  await ready(grace);
  expect(await storedAt(grace, id)).toEqual(await storedAt(ada, id));
});
