import { expect, type Browser, type Page } from '@playwright/test';
import type { ServerProcess } from '../support/server-process.js';
import { createScene, openEditorAs, row, shownAt, startServerFor } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServerFor('Ada');
});
test.afterAll(() => server.stop());

const open = (browser: Browser, scene: string, name: string, role = 'owner'): Promise<Page> =>
  openEditorAs(browser, server, scene, name, role);

async function moveCube(page: Page, x: string): Promise<void> {
  await row(page, 'Cube').click();
  await page.getByTestId('position-x').fill(x);
  await page.keyboard.press('Enter');
}

async function saveVersion(page: Page, name: string, note: string): Promise<void> {
  await page.getByTestId('version-save').click();
  const dialog = page.getByTestId('version-dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Note' }).fill(note);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId('version').filter({ hasText: name })).toBeVisible();
}

test('EDT-36, EDT-37, EDT-38: versions are saved, compared with now, restored and the restore undone', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const ada = await open(browser, scene, 'Ada');
  const grace = await open(browser, scene, 'Grace');
  const version = (name: string) => ada.getByTestId('version').filter({ hasText: name });
  await ada.getByTestId('history-toggle').click();
  await saveVersion(ada, 'First draft', 'As the client saw it');
  await expect(version('First draft')).toContainText(/just now · Ada · 3 nodes.*As the client saw it/s);

  await moveCube(grace, '2');
  await row(grace, 'Ball').click();
  await grace.keyboard.press('Delete');
  await grace.getByTestId('add-menu').click();
  await grace.getByTestId('add-cone').click();
  await expect(row(ada, 'Cone')).toBeVisible();

  await version('First draft').getByText('First draft').click();
  const listed = (kind: string) => ada.getByTestId(`nodes-${kind}`).getByTestId('compared-node');
  await expect(listed('added')).toContainText(/Cone.*Grace/s);
  await expect(listed('changed')).toContainText(/Cube.*placement.*Grace/s);
  await expect(listed('removed')).toContainText(/Ball.*Grace/s);
  await expect(listed('removed')).toBeDisabled();
  await listed('changed').click();
  await expect(row(ada, 'Cube')).toHaveAttribute('aria-selected', 'true');

  await ada.getByTestId('restore').click();
  await ada.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(row(grace, 'Ball')).toBeVisible();
  await expect(row(grace, 'Cone')).toHaveCount(0);
  await expect(ada.getByTestId('no-differences')).toBeVisible();
  await ada.getByTestId('undo-restore').click();
  await expect(row(grace, 'Cone')).toBeVisible();
  await expect(row(grace, 'Ball')).toHaveCount(0);
  await expect(listed('added')).toContainText('Cone');

  await ada.getByTestId('comparison-back').press('Enter');
  await expect(ada.getByRole('button', { name: /^First draft/ })).toBeFocused();
  await ada.getByRole('button', { name: 'Actions for First draft' }).click();
  await ada.getByRole('menuitem', { name: 'Rename' }).click();
  await ada.getByTestId('version-dialog').getByRole('textbox', { name: 'Name' }).fill('Draft one');
  await ada.keyboard.press('Enter');
  await ada.getByRole('button', { name: 'Actions for Draft one' }).click();
  await ada.getByRole('menuitem', { name: 'Delete' }).click();
  await ada.getByRole('button', { name: 'Delete version' }).click();
  await expect(version('Draft one')).toHaveCount(0);
});

test('EDT-36, EDT-40: a viewer reads the history, and the inspector says who changed a node last', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const vera = await open(browser, scene, 'Vera', 'viewer');
  const grace = await open(browser, scene, 'Grace');
  await row(vera, 'Cube').click();
  await expect(vera.getByTestId('last-change')).toContainText('Last changed by Ada, ');
  await moveCube(grace, '1');
  await expect(vera.getByTestId('last-change')).toContainText('Last changed by Grace, just now');

  await grace.getByTestId('history-toggle').click();
  await saveVersion(grace, 'Moved', '');
  await vera.getByTestId('history-toggle').click();
  await expect(vera.getByTestId('version').filter({ hasText: 'Moved' })).toContainText('Grace');
  await expect(vera.getByTestId('version-save')).toHaveCount(0);
  await vera.getByText('Moved', { exact: true }).click();
  await expect(vera.getByTestId('no-differences')).toBeVisible();
  await expect(vera.getByTestId('restore')).toHaveCount(0);
});

test('EDT-42: a restore stands in the history, where whoever may edit takes it back', async ({ browser }) => {
  const scene = await createScene(server);
  const ada = await open(browser, scene, 'Ada');
  const grace = await open(browser, scene, 'Grace');
  for (const page of [ada, grace]) await page.getByTestId('history-toggle').click();
  await saveVersion(ada, 'First draft', '');
  await row(grace, 'Ball').click();
  await grace.keyboard.press('Delete');
  await expect(row(ada, 'Ball')).toHaveCount(0);
  await ada.getByRole('button', { name: 'Actions for First draft' }).click();
  await ada.getByRole('menuitem', { name: 'Restore' }).click();
  await ada.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(row(grace, 'Ball')).toBeVisible();

  const restored = grace.getByTestId('restored');
  await expect(restored).toContainText(/Restored “First draft”.*just now · Ada.*1 item added/s);
  await restored.getByTestId('undo-restored').click();
  await grace.getByRole('button', { name: 'Undo for everybody' }).click();
  await expect(row(ada, 'Ball')).toHaveCount(0);
  await expect(restored).toContainText('Undone');
  await expect(restored.getByTestId('undo-restored')).toHaveCount(0);
  await expect(ada.getByTestId('restored')).toContainText('Undone');
});

test('EDT-51: a version is looked at in place of the scene, which goes on unseen and is there again', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const ada = await open(browser, scene, 'Ada', 'viewer');
  const grace = await open(browser, scene, 'Grace');
  await grace.getByTestId('history-toggle').click();
  await saveVersion(grace, 'First draft', '');
  await grace.getByTestId('history-toggle').click();
  await moveCube(grace, '2');
  await expect.poll(() => shownAt(ada, 'cube')).toEqual([2, 0.5, 0]);

  // Viewers look, too.
  await ada.getByTestId('history-toggle').click();
  await ada.getByText('First draft', { exact: true }).click();
  await expect(ada.getByTestId('nodes-changed')).toBeVisible();
  await ada.getByTestId('view-version').click();
  await expect(ada.getByTestId('past-banner')).toContainText(/First draft.*just now/s);
  await expect.poll(() => shownAt(ada, 'cube')).toEqual([0, 0.5, 0]);
  // It is not the scene that has changed.
  await expect(ada.getByTestId('compare-again')).toHaveCount(0);

  await row(grace, 'Ball').click();
  await grace.keyboard.press('Delete');
  await expect(ada.getByTestId('compare-again')).toBeVisible();
  await expect(row(ada, 'Ball')).toBeVisible();
  expect(await shownAt(ada, 'ball')).toEqual([1.5, 0.5, 0]);
  await ada.keyboard.press('Escape');
  await expect(ada.getByTestId('past-banner')).toHaveCount(0);
  await expect(row(ada, 'Ball')).toHaveCount(0);
  await expect.poll(() => shownAt(ada, 'cube')).toEqual([2, 0.5, 0]);

  // Who may edit the scene cannot edit what it was; whoever restores it sees what came of that.
  await grace.getByTestId('history-toggle').click();
  await grace.getByRole('button', { name: 'Actions for First draft' }).click();
  await grace.getByRole('menuitem', { name: 'View' }).click();
  await expect(row(grace, 'Ball')).toBeVisible();
  await expect(grace.getByTestId('add-menu')).toBeDisabled();
  await row(grace, 'Ball').click();
  await grace.keyboard.press('Delete');
  await expect(row(grace, 'Ball')).toBeVisible();
  await grace.getByRole('button', { name: 'Actions for First draft' }).click();
  await grace.getByRole('menuitem', { name: 'Restore' }).click();
  await grace.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(grace.getByTestId('past-banner')).toHaveCount(0);
  await expect(grace.getByTestId('add-menu')).toBeEnabled();
  await expect(row(ada, 'Ball')).toBeVisible();
  await expect.poll(() => shownAt(grace, 'cube')).toEqual([0, 0.5, 0]);
});
