import { expect, type Page } from '@playwright/test';
import { triangleGlb } from '../support/gltf-fixtures.js';
import { png } from '../support/image-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { createScene, inEditor, openEditor, row, storedAt } from './support/editor.js';
import { test } from './support/test.js';

test.describe.configure({ timeout: 300_000 });

let server: ServerProcess;
test.beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
});
test.afterAll(() => server.stop());

interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Drops files on the view at a place of the page, as the browser tells it to the page. */
async function drop(page: Page, at: { x: number; y: number }, files: readonly DroppedFile[]): Promise<void> {
  const transfer = await page.evaluateHandle(
    (list) => {
      const made = new DataTransfer();
      for (const { name, bytes } of list) made.items.add(new File([new Uint8Array(bytes)], name));
      return made;
    },
    files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })),
  );
  const zone = page.getByTestId('drop-zone');
  const event = { dataTransfer: transfer, clientX: at.x, clientY: at.y };
  await zone.dispatchEvent('dragenter', event);
  await zone.dispatchEvent('dragover', event);
  await zone.dispatchEvent('drop', event);
}

const kinds = (page: Page) =>
  inEditor(page, (editor) => [...editor.session.scene.nodes().values()].map(({ kind }) => kind).sort(), null);

test('EDT-21: a model that is dropped on the view is uploaded and stands where it was dropped', async ({
  browser,
}) => {
  const scene = await createScene(server);
  const page = await openEditor(browser, server, scene, { name: 'Ada' });
  const other = await openEditor(browser, server, scene, { name: 'Grace' });
  const at = await inEditor(page, (editor) => editor.viewport.places.toPage([-1, 0, 1]), null);

  await drop(page, at, [{ name: 'paper plane.glb', bytes: triangleGlb() }]);

  await expect(row(page, 'paper plane')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('asset-facts')).toContainText('Triangles1');
  await expect(row(other, 'paper plane')).toBeVisible();
  const id = await row(page, 'paper plane').getAttribute('data-node');
  const [x, y, z] = (await storedAt(page, id ?? '')) ?? [];
  expect(x).toBeCloseTo(-1, 1);
  expect(y).toBeCloseTo(0, 1);
  expect(z).toBeCloseTo(1, 1);
  await expect(page.getByTestId('save-status')).toHaveText('Saved');
  await expect(page.getByTestId('viewport-notice')).toHaveCount(0);
});

test('EDT-21: an image becomes a picture in its own proportions', async ({ browser }) => {
  const page = await openEditor(browser, server, await createScene(server, { nodes: {} }));
  const at = await inEditor(page, (editor) => editor.viewport.places.toPage([0, 0, 0]), null);

  await drop(page, at, [{ name: 'poster.png', bytes: png(8, 4) }]);

  await expect(row(page, 'poster')).toBeVisible();
  await expect(page.getByTestId('inspector').getByLabel('Width')).toHaveValue('2');
  await expect(page.getByTestId('inspector').getByLabel('Height')).toHaveValue('1');
});

test('EDT-22: a broken file says what is wrong with it and where; what came with it is taken', async ({
  browser,
}) => {
  const page = await openEditor(browser, server, await createScene(server));
  const at = await inEditor(page, (editor) => editor.viewport.places.toPage([0, 0, 1]), null);

  await drop(page, at, [{ name: 'half.glb', bytes: triangleGlb().subarray(0, 300) }]);
  const alert = page.getByRole('alert').filter({ hasText: 'half.glb was refused' });
  await expect(alert.getByTestId('issues')).toContainText('asset_invalid');
  expect(await kinds(page)).toEqual(['primitive', 'primitive', 'primitive']);

  await drop(page, at, [
    { name: 'notes.glb', bytes: new TextEncoder().encode('not a model') },
    { name: 'good.glb', bytes: triangleGlb() },
  ]);
  await expect(page.getByRole('alert').filter({ hasText: 'notes.glb was refused' })).toBeVisible();
  await expect(row(page, 'good')).toBeVisible();
  await expect.poll(() => kinds(page)).toEqual(['model', 'primitive', 'primitive', 'primitive']);
});
