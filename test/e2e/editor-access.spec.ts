import { expect } from '@playwright/test';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';
import { createScene, openEditor, ready, row } from './support/editor.js';
import { test } from './support/test.js';

const ENV = { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET };

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  const started = await startServer({ env: ENV });
  server = { ...started, token: await issueToken({ name: 'Olga', role: 'owner' }) };
});
test.afterAll(() => server.stop());

test('EDT-25: without a token, or with one that has expired, a page says what to do', async ({ page }) => {
  await page.goto(`${server.url}/?scene=scn_1`);
  // Nothing has ended: there never was anything.
  await expect(page.getByTestId('page-signed-out')).toContainText(/not signed in.*share link/s);
  await page.goto(`${server.url}/?token=${await issueToken({}, Math.floor(Date.now() / 1000) - 60)}`);
  await expect(page.getByTestId('page-token')).toBeVisible();
});

test('EDT-10: the token of the link opens the scene and is not left in the address', async ({ browser }) => {
  const scene = await createScene(server);
  const page = await openEditor(browser, server, scene);
  expect(page.url()).toBe(`${server.url}/?scene=${scene}`);
  await page.reload();
  await ready(page);
});

test('EDT-26: a scene that does not exist, or is deleted while it is open, says so and leads to the others', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const page = await openEditor(browser, server, scene);
  await fetch(`${server.url}/v1/scenes/${scene}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${server.token}` },
  });
  await expect(page.getByTestId('page-no-scene')).toBeVisible();
  await page.reload();
  await expect(page.getByTestId('page-no-scene')).toBeVisible();
  await page.getByRole('button', { name: 'All scenes' }).click();
  await expect(page.getByTestId('scene-list')).toBeVisible();
});

test('EDT-27: scenes are created, opened, renamed and deleted from the list', async ({ page }) => {
  await page.goto(`${server.url}/?token=${server.token}`);
  await page.getByRole('button', { name: 'New scene' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Summer house');
  await page.getByRole('button', { name: 'Create' }).click();
  await ready(page);
  await expect(page.getByTestId('scene-name')).toHaveValue('Summer house');
  await page.getByTestId('home').click();

  const item = (name: string) => page.getByTestId('scene-item').filter({ hasText: name });
  await item('Summer house')
    .getByRole('button', { name: /Actions/ })
    .click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Autumn house');
  await page.getByRole('button', { name: 'Rename' }).click();
  await expect(item('Autumn house')).toBeVisible();

  await item('Autumn house')
    .getByRole('button', { name: /Actions/ })
    .click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete scene' }).click();
  await expect(item('Autumn house')).toHaveCount(0);
});

test('EDT-28: a viewer sees the scene and others’ edits, and has nothing to edit with', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const viewer = await openEditor(browser, server, scene, {
    name: 'Vera',
    token: await issueToken({ sub: 'vera', name: 'Vera', role: 'viewer' }),
  });
  const owner = await openEditor(browser, server, scene, { name: 'Olga' });

  await expect(viewer.getByTestId('read-only')).toBeVisible();
  await expect(viewer.getByTestId('add-menu')).toHaveCount(0);
  await expect(viewer.getByTestId('scene-name')).toBeDisabled();
  await row(viewer, 'Cube').click();
  await expect(viewer.getByTestId('position-x')).toBeDisabled();
  await viewer.keyboard.press('Delete');

  await row(owner, 'Ball').click();
  await owner.keyboard.press('Delete');
  await expect(row(viewer, 'Ball')).toHaveCount(0);
  await expect(row(viewer, 'Cube')).toBeVisible();
  await expect(owner.getByTestId('person')).toHaveCount(1);
});

test('EDT-29, EDT-40, EDT-47: while the server is away the editor is offline, keeps edits, and saves them when it is back', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const page = await openEditor(browser, server, scene);
  const leaving = await openEditor(browser, server, scene);
  const { port, dataDir } = server;
  await server.kill('SIGKILL');
  for (const [each, name] of [
    [page, 'Ball'],
    [leaving, 'Cube'],
  ] as const) {
    await expect(each.getByTestId('save-status')).toHaveText('Offline');
    await row(each, name).click();
    await each.keyboard.press('Control+d');
    await expect(row(each, `${name} 2`)).toBeVisible();
  }
  await row(page, 'Ball').click();
  await expect(page.getByTestId('last-change')).toContainText('cannot be told now');
  const asks = () => dispatchEvent(new Event('beforeunload', { cancelable: true }));
  expect(await page.evaluate(asks)).toBe(false);
  await leaving.getByTestId('home').click();
  await expect(leaving.getByTestId('page-offline')).toBeVisible();

  const again = await startServer({ env: { ...ENV, PORT: String(port) }, dataDir });
  server = { ...again, token: server.token };
  await expect(page.getByTestId('save-status')).toHaveText('Saved', { timeout: 60_000 });
  await expect(row(page, 'Cube 2')).toBeVisible();
  await expect(page.getByTestId('last-change')).toContainText('Last changed by');
  expect(await page.evaluate(asks)).toBe(true);
  await leaving
    .getByTestId('scene-item')
    .filter({ hasText: 'Example' })
    .first()
    .getByRole('button')
    .first()
    .click();
  await ready(leaving);
  await expect(row(leaving, 'Ball 2')).toBeVisible();
});
