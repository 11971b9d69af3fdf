import { expect } from '@playwright/test';
import { startServer, type ServerProcess } from '../support/server-process.js';
import {
  beginDrag,
  createScene,
  inEditor,
  openEditor,
  ready,
  row,
  shownAt,
  storedAt,
} from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
});
test.afterAll(() => server.stop());

test('EDT-11: a drag of the gizmo moves the node for everybody at once, and is written once when it ends', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const ada = await openEditor(browser, server, scene, { name: 'Ada' });
  const grace = await openEditor(browser, server, scene, { name: 'Grace' });
  await grace.evaluate(() => {
    const counter = Object.assign(window, { writes: 0 });
    window.__diorama?.session.doc.on('update', () => counter.writes++);
  });
  const writes = () => grace.evaluate(() => (window as unknown as { writes: number }).writes);

  await row(ada, 'Cube').click();
  await beginDrag(ada, 'cube');

  await expect.poll(async () => (await shownAt(grace, 'cube'))?.[0]).toBeGreaterThan(0.2);
  expect(await storedAt(grace, 'cube')).toEqual([0, 0.5, 0]);
  expect(await writes()).toBe(0);

  await ada.mouse.up();
  await expect.poll(async () => (await storedAt(grace, 'cube'))?.[0]).toBeGreaterThan(0.2);
  expect(await storedAt(grace, 'cube')).toEqual(await storedAt(ada, 'cube'));
  expect((await storedAt(grace, 'cube'))?.slice(1)).toEqual([0.5, 0]);
  expect(await writes()).toBe(1);
  await expect(ada.getByTestId('save-status')).toHaveText('Saved');
});

test('EDT-12: Escape gives up a drag, and nothing is written', async ({ browser }) => {
  const page = await openEditor(browser, server, await createScene(server));
  await row(page, 'Cube').click();
  await beginDrag(page, 'cube');
  await expect.poll(async () => (await shownAt(page, 'cube'))?.[0]).toBeGreaterThan(0.2);

  await page.keyboard.press('Escape');

  await expect.poll(() => shownAt(page, 'cube')).toEqual([0, 0.5, 0]);
  await page.mouse.up();
  expect(await storedAt(page, 'cube')).toEqual([0, 0.5, 0]);
  await expect(page.getByTestId('undo')).toBeDisabled();
});

test('EDT-13: undo takes back one’s own edits only', async ({ browser }) => {
  const scene = await createScene(server);
  const ada = await openEditor(browser, server, scene, { name: 'Ada' });
  const grace = await openEditor(browser, server, scene, { name: 'Grace' });
  await expect(ada.getByTestId('undo')).toBeDisabled();

  await ada.getByTestId('add-menu').click();
  await ada.getByTestId('add-cone').click();
  await expect(row(grace, 'Cone')).toBeVisible();
  await row(grace, 'Ball').click();
  await grace.keyboard.press('Delete');
  await expect(row(ada, 'Ball')).toHaveCount(0);

  await ada.getByTestId('viewport').focus();
  await ada.keyboard.press('Control+z');
  await expect(row(ada, 'Cone')).toHaveCount(0);
  await expect(row(grace, 'Cone')).toHaveCount(0);
  await expect(ada.getByTestId('undo')).toBeDisabled();
  await expect(row(ada, 'Ball')).toHaveCount(0);

  await grace.getByTestId('undo').click();
  await expect(row(ada, 'Ball')).toBeVisible();
  await ada.keyboard.press('Control+Shift+Z');
  await expect(row(grace, 'Cone')).toBeVisible();
});

test('EDT-14: others are seen: their names, what they point at and what they have selected', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const ada = await openEditor(browser, server, scene, { name: 'Ada Lovelace' });
  const grace = await openEditor(browser, server, scene, { name: 'Grace Hopper' });
  await expect(ada.getByTestId('person')).toHaveText(['GH']);

  await row(grace, 'Ball').click();
  await expect(row(ada, 'Ball').getByRole('img', { name: 'Selected by Grace Hopper' })).toBeVisible();

  const at = await inEditor(grace, (editor) => editor.viewport.places.toPage([0, 1, 0]), null);
  await grace.mouse.move(at.x - 3, at.y);
  await grace.mouse.move(at.x, at.y);
  await expect(ada.getByTestId('cursor')).toHaveText('Grace Hopper');

  await grace.context().close();
  await expect(ada.getByTestId('person')).toHaveCount(0);
  await expect(ada.getByTestId('cursor')).toHaveCount(0);
});

test('EDT-15: what is said to be saved is there after a reload', async ({ browser }) => {
  const page = await openEditor(browser, server, await createScene(server));
  await page.getByTestId('scene-name').fill('Winter garden');
  await page.keyboard.press('Enter');
  await row(page, 'Cube').click();
  await page.getByTestId('position-x').fill('2.5');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('save-status')).toHaveText('Saved');

  await page.reload();

  await ready(page);
  await expect(page.getByTestId('scene-name')).toHaveValue('Winter garden');
  expect(await storedAt(page, 'cube')).toEqual([2.5, 0.5, 0]);
});
