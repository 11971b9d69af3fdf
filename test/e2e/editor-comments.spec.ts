import { expect, type Browser, type Locator, type Page } from '@playwright/test';
import type { ServerProcess } from '../support/server-process.js';
import { createScene, inEditor, openEditorAs, row, shownAt, startServerFor } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServerFor('Ada');
});
test.afterAll(() => server.stop());

const open = (browser: Browser, scene: string, name: string, role: string): Promise<Page> =>
  openEditorAs(browser, server, scene, name, role);

const pageOf = (page: Page, point: readonly [number, number, number]) =>
  inEditor(page, (editor, at) => editor.viewport.places.toPage([...at]), point);

test('EDT-43, EDT-44, EDT-45: a commenter comments on a place, everybody sees it, answers and resolves it', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const cora = await open(browser, scene, 'Cora', 'commenter');
  const grace = await open(browser, scene, 'Grace', 'editor');
  await expect(cora.getByTestId('disabled-tools')).toHaveAccessibleName(/commenter.*editor/);
  await expect(cora.getByTestId('add-menu')).toBeDisabled();
  await expect(cora.getByTestId('read-only')).toHaveText('Comment only');
  await row(cora, 'Cube').click();
  await expect(cora.getByTestId('position-x')).toBeDisabled();

  await cora.keyboard.press('c');
  await expect(cora.getByTestId('placing-hint')).toBeVisible();
  const at = await pageOf(cora, [0, 0.5, 0]);
  await cora.mouse.click(at.x, at.y);
  await expect(cora.getByRole('region', { name: 'New comment on Cube' })).toBeVisible();
  await expect(cora.getByTestId('draft-pin')).toBeVisible();
  await cora.keyboard.type('Too dark');
  await cora.keyboard.press('Control+Enter');
  const mine = cora.getByTestId('comment-thread');
  await expect(mine).toContainText(/Cora.*just now.*Too dark.*On Cube/s);

  const pin = grace.getByTestId('comment-pin');
  await expect(pin).toHaveAccessibleName('Comment by Cora: Too dark');
  const before = await pin.boundingBox();
  await row(grace, 'Cube').click();
  await grace.getByTestId('position-x').fill('1');
  await grace.keyboard.press('Enter');
  await expect.poll(() => shownAt(grace, 'cube')).toEqual([1, 0.5, 0]);
  await expect.poll(async () => (await pin.boundingBox())?.x).not.toBe(before?.x);
  await pin.click();
  const theirs = grace.getByTestId('comment-thread');
  await theirs.getByTestId('comment-text').fill('Brighter now');
  await theirs.getByTestId('comment-send').click();
  await expect(mine.getByTestId('comment-message')).toHaveText([/Too dark/, /Grace.*Brighter now/s]);

  await mine.getByTestId('comment-resolve').click();
  await expect(pin).toHaveAccessibleName('Resolved comment by Cora: Too dark');
  await expect(grace.getByTestId('comments-toggle')).toHaveAccessibleName('Comments');
  await theirs.getByRole('button', { expanded: true }).click();
  await expect(theirs).toHaveCount(0);
  await expect(pin).toBeHidden();
  await grace.getByText('Resolved (1)').click();
  await theirs.getByRole('button', { expanded: false }).click();
  await theirs.getByTestId('comment-resolve').click();
  await expect(cora.getByTestId('comments-toggle')).toHaveAccessibleName('Comments, 1 open');

  // One person has one colour: theirs among the people is that of what they wrote.
  const color = (of: Locator) => of.evaluate((element) => getComputedStyle(element).backgroundColor);
  expect(await color(grace.getByTestId('person'))).toBe(
    await color(mine.getByTestId('comment-message').first().locator('[aria-hidden]')),
  );
  await row(grace, 'Cube').click();
  await grace.keyboard.press('Delete');
  await expect(mine).toContainText('On Cube, which was deleted');
});

test('EDT-45, EDT-46: with the keyboard alone; a viewer reads, goes there and writes nothing', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const vera = await open(browser, scene, 'Vera', 'viewer');
  const ada = await open(browser, scene, 'Ada', 'owner');
  await vera.getByTestId('comments-toggle').press('Enter');
  await expect(vera.getByTestId('no-comments')).toHaveText('No comments yet.');
  await expect(vera.getByTestId('comment-tool')).toHaveCount(0);

  await ada.getByTestId('comments-toggle').press('Enter');
  await expect(ada.getByTestId('no-comments')).toContainText('Press C');
  await ada.getByTestId('outliner').press('Home');
  await ada.getByTestId('comment-here').press('Enter');
  await ada.keyboard.type('Who swept this?');
  await ada.keyboard.press('Control+Enter');

  const thread = vera.getByTestId('comment-thread');
  await expect(thread).toContainText(/Ada.*Who swept this\?.*On Floor/s);
  await thread.getByRole('button', { name: /Who swept/ }).press('Enter');
  await expect(thread.getByTestId('comment-text')).toHaveCount(0);
  await expect(thread.getByTestId('comment-resolve')).toHaveCount(0);
  await thread.getByTestId('comment-go').press('Enter');
  const target = () => inEditor(vera, (editor) => editor.viewport.camera.view.target, null);
  await expect.poll(async () => (await target()).every((value) => Math.abs(value) < 0.01)).toBe(true);

  await ada.getByTestId('comment-delete').press('Enter');
  await ada.keyboard.press('Enter');
  await expect(vera.getByTestId('no-comments')).toBeVisible();
});
