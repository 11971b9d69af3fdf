import { expect, type Browser, type Page } from '@playwright/test';
import type { SceneDocumentInput, Vec3 } from '@diorama/shared';
import type { DioramaForScripts } from '../../../editor/src/shell/expose-for-scripts.js';
import { Http } from '../../support/http.js';
import { startServer, type ServerProcess } from '../../support/server-process.js';
import { issueToken, JWT_SECRET } from '../../support/tokens.js';

/** A floor to stand on, a cube in the middle and a ball beside it. */
export const EXAMPLE: SceneDocumentInput = {
  scene: { name: 'Example' },
  nodes: {
    floor: {
      kind: 'primitive',
      name: 'Floor',
      geometry: { type: 'plane', width: 6, height: 6 },
      pose: { order: 'a0', rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2] },
    },
    cube: { kind: 'primitive', name: 'Cube', pose: { order: 'a1', translation: [0, 0.5, 0] } },
    ball: {
      kind: 'primitive',
      name: 'Ball',
      geometry: { type: 'sphere' },
      pose: { order: 'a2', translation: [1.5, 0.5, 0] },
    },
  },
};

export const createScene = async (server: ServerProcess, document = EXAMPLE): Promise<string> =>
  (await new Http(server).createScene({ document })).scene_id;

export interface OpenOptions {
  readonly name?: string;
  readonly token?: string;
}

/** A new browser context, another person, with a scene open. */
export async function openEditor(
  browser: Browser,
  server: ServerProcess,
  sceneId: string,
  { name = 'Ada', token = server.token }: OpenOptions = {},
): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript((own) => sessionStorage.setItem('diorama.name', own), name);
  await page.goto(`${server.url}/?token=${token}&scene=${sceneId}`);
  await ready(page);
  return page;
}

/** A server for editors alone, whose token is this person's. */
export async function startServerFor(name: string): Promise<ServerProcess> {
  const env = { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET };
  return { ...(await startServer({ env })), token: await issueToken({ sub: name.toLowerCase(), name }) };
}

/** As `openEditor`, for a person with this role. */
export async function openEditorAs(
  browser: Browser,
  server: ServerProcess,
  sceneId: string,
  name: string,
  role: string,
): Promise<Page> {
  const token = await issueToken({ sub: name.toLowerCase(), name, role });
  return openEditor(browser, server, sceneId, { name, token });
}

/** The first frame compiles every shader, on the CPU here: patience for a machine that does other things, too. */
const FIRST_FRAME_MS = 120_000;

export async function ready(page: Page): Promise<void> {
  await expect(page.getByTestId('viewport')).toBeVisible({ timeout: FIRST_FRAME_MS });
  await expect(page.getByTestId('save-status')).toHaveText('Saved', { timeout: FIRST_FRAME_MS });
}

/** Runs `read` in the page with the open editor. It travels as text: it can see nothing but its arguments. */
export const inEditor = <T, A>(
  page: Page,
  read: (editor: DioramaForScripts, argument: A) => T,
  argument: A,
): Promise<T> => page.evaluate<T>(`(${String(read)})(window.__diorama, ${JSON.stringify(argument)})`);

export const row = (page: Page, name: string) => page.getByRole('treeitem', { name, exact: true });

/** Where the document says that a node is. */
export const storedAt = (page: Page, id: string) =>
  inEditor(page, (editor, node) => editor.session.scene.node(node)?.pose.translation ?? null, id);

/** Where the view shows it. */
export const shownAt = (page: Page, id: string) =>
  inEditor(page, (editor, node) => editor.viewport.places.shownAt(node), id);

/** The place on the page of the gizmo's arrow along an axis, for a node at `at`. */
export const gizmoArrow = (page: Page, at: Vec3, axis: Vec3) =>
  inEditor(
    page,
    (editor, [center, direction]) => {
      const { viewport } = editor;
      const view = viewport.camera.explicitConfig();
      if (view.mode !== 'explicit') throw new Error('the view is no explicit camera');
      const distance = Math.hypot(...center.map((value, i) => value - (view.position[i] ?? 0)));
      // TransformControls draws its handles as large as this at every distance; the editor sets its size to 0.85.
      const unit = (distance * 1.9 * Math.tan(view.yfov / 2) * 0.85) / 4;
      return viewport.places.toPage(
        center.map((value, i) => value + (direction[i] ?? 0) * unit * 0.5) as Vec3,
      );
    },
    [at, axis] as const,
  );

/** Presses on the gizmo's X arrow of the selected node and drags it to the right, without letting go. */
export async function beginDrag(page: Page, node: string): Promise<void> {
  const at = await shownAt(page, node);
  if (at === null) throw new Error(`${node} is not shown`);
  const arrow = await gizmoArrow(page, at, [1, 0, 0]);
  await page.mouse.move(arrow.x - 1, arrow.y);
  await page.mouse.move(arrow.x, arrow.y);
  await page.mouse.down();
  await page.mouse.move(arrow.x + 60, arrow.y + 4, { steps: 6 });
}
