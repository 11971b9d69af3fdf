import { expect, type Page } from '@playwright/test';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { createScene, inEditor, openEditor, row, storedAt } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
});
test.afterAll(() => server.stop());

const selection = (page: Page) => inEditor(page, (editor) => [...editor.state.value.selection], null);
const nodeNames = (page: Page) => page.getByTestId('outliner-row').allInnerTexts();

test('EDT-16: a click in the view selects what is there, shift adds to it, a click beside it clears', async ({
  browser,
}) => {
  const page = await openEditor(browser, server, await createScene(server));
  const cube = await inEditor(page, (editor) => editor.viewport.places.toPage([0, 0.8, 0.5]), null);
  const ball = await inEditor(page, (editor) => editor.viewport.places.toPage([1.5, 0.5, 0.5]), null);

  await page.mouse.click(cube.x, cube.y);
  await expect.poll(() => selection(page)).toEqual(['cube']);
  await expect(row(page, 'Cube')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.down('Shift');
  await page.mouse.click(ball.x, ball.y);
  await page.keyboard.up('Shift');
  await expect.poll(() => selection(page)).toEqual(['cube', 'ball']);
  // The upper corner of the view shows the background: the camera looks a little down.
  await page.getByTestId('viewport').click({ position: { x: 15, y: 15 } });
  await expect.poll(() => selection(page)).toEqual([]);
});

test('EDT-17: shortcuts work on the selection, and not while somebody types', async ({ browser }) => {
  const page = await openEditor(browser, server, await createScene(server));
  await row(page, 'Ball').click();
  await page.keyboard.press('e');
  await expect(page.getByTestId('transform-mode').getByRole('radio', { checked: true })).toHaveAttribute(
    'value',
    'rotate',
  );
  await page.keyboard.press('Control+d');
  await expect(row(page, 'Ball 2')).toBeVisible();
  await page.keyboard.press('h');
  await expect(row(page, 'Ball 2')).toHaveAttribute('data-hidden', 'true');
  await page.keyboard.press('Delete');
  await expect(row(page, 'Ball 2')).toHaveCount(0);

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard and mouse' })).toBeVisible();
  await page.keyboard.press('Escape');

  await row(page, 'Ball').click();
  const name = page.getByTestId('inspector').getByLabel('Name', { exact: true });
  await name.fill('');
  await name.pressSequentially('wexer');
  await name.press('Backspace');
  await name.press('Enter');
  await expect(row(page, 'wexe')).toBeVisible();
  await expect(page.getByTestId('transform-mode').getByRole('radio', { checked: true })).toHaveAttribute(
    'value',
    'rotate',
  );
});

test('EDT-48: Escape gives up what was typed into a name', async ({ browser }) => {
  const page = await openEditor(browser, server, await createScene(server));
  await row(page, 'Ball').click();
  const name = page.getByTestId('inspector').getByLabel('Name', { exact: true });
  await name.fill('A mistake');
  await name.press('Escape');
  await expect(name).toHaveValue('Ball');
  await expect(name).not.toBeFocused();
  await expect(row(page, 'Ball')).toBeVisible();
  await page.getByTestId('self').click();
  await page.getByRole('textbox', { name: 'Your name' }).fill('Somebody else');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('self')).toHaveAccessibleName('You are Ada: change your name');
});

test('EDT-18: the outliner is worked with the keyboard alone', async ({ browser }) => {
  const page = await openEditor(browser, server, await createScene(server));
  await page.getByTestId('outliner').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect(row(page, 'Cube')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('F2');
  await page.keyboard.type('Box of tea');
  await page.keyboard.press('Enter');
  await expect(row(page, 'Box of tea')).toBeVisible();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Control+g');
  await expect(row(page, 'Group')).toHaveAttribute('aria-expanded', 'true');
  await expect(row(page, 'Ball')).toHaveAttribute('aria-level', '2');
  await page.getByTestId('outliner').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(row(page, 'Ball')).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await expect(row(page, 'Ball')).toBeVisible();
});

test('EDT-19: a row is dragged onto another to come below it, and refused below itself', async ({
  browser,
}) => {
  const page = await openEditor(browser, server, await createScene(server));
  await row(page, 'Ball').dragTo(row(page, 'Cube'));
  await expect(row(page, 'Ball')).toHaveAttribute('aria-level', '2');
  expect(await storedAt(page, 'ball')).toEqual([1.5, 0, 0]);

  await row(page, 'Cube').dragTo(row(page, 'Ball'));
  await expect(row(page, 'Ball')).toHaveAttribute('aria-level', '2');
  await expect(row(page, 'Cube')).toHaveAttribute('aria-level', '1');
});

test('EDT-20: the outliner of 2,000 nodes holds only the rows in sight', async ({ browser }) => {
  const nodes = Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [
      `n${i}`,
      { kind: 'group' as const, name: `Node ${i}`, pose: { order: `a${String(i).padStart(4, '0')}V` } },
    ]),
  );
  const page = await openEditor(browser, server, await createScene(server, { nodes }));
  expect((await nodeNames(page)).length).toBeLessThan(80);
  await page.getByTestId('outliner').focus();
  await page.keyboard.press('End');
  await expect(row(page, 'Node 1999')).toBeVisible();
  await expect(row(page, 'Node 1999')).toHaveAttribute('aria-setsize', '2000');
  await page.getByLabel('Search nodes by name').fill('node 77');
  await expect(row(page, 'Node 77')).toBeVisible();
  await expect(page.getByTestId('outliner-row')).toHaveCount(11);
});
