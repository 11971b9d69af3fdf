import { SceneDoc } from '@diorama/shared';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Quaternion, Vector3, Matrix4 } from 'three';
import { BrowserPage } from './browser.js';
import { bundledAsset, FACE_UP, quarters, texturedQuad } from './scenes.js';
import { Picture, WorkerProcess } from './worker-process.js';

const SIZE = [640, 480] as const;
/**
 * Two rasterisers (llvmpipe, SwiftShader) of one scene. Pixels that pixelmatch tells apart at its usual 0.1, edges
 * included; and the mean difference of all channels, of 255. Measured figures are in docs/rendering.md.
 */
const MOST_PIXELS = 0.005;
const MOST_MEAN = 0.6;

let worker: WorkerProcess;
let browser: BrowserPage;
beforeAll(async () => {
  worker = await WorkerProcess.start();
  browser = await BrowserPage.open(worker.objectsDir);
}, 180_000);
afterAll(async () => {
  await browser.close();
  await worker.stop();
});

function looking(from: [number, number, number], at: [number, number, number]) {
  const turn = new Matrix4().lookAt(new Vector3(...from), new Vector3(...at), new Vector3(0, 1, 0));
  const rotation = new Quaternion().setFromRotationMatrix(turn).toArray();
  return { translation: from, rotation };
}

/** Compressed and textured models, primitives, all kinds of light, shadows, glass, and one of the two environments. */
function stillLife(environment: 'studio' | 'asset'): { scene: SceneDoc; camera: string } {
  const scene = new SceneDoc();
  scene.setSettings(
    environment === 'studio'
      ? { background: { type: 'color', color: [0.05, 0.055, 0.065] } }
      : {
          environment: { type: 'asset', asset: 'ast_panorama', intensity: 0.6 },
          background: { type: 'environment', blur: 0.2 },
          toneMapping: 'aces',
        },
  );
  const red = scene.addMaterial({ baseColor: [0.6, 0.03, 0.03], roughness: 0.3, clearcoat: 1 });
  const gold = scene.addMaterial({ baseColor: [1, 0.71, 0.29], metallic: 1, roughness: 0.25 });
  const floor = scene.addMaterial({ baseColor: [0.3, 0.31, 0.33], roughness: 0.8 });
  const tiles = scene.addMaterial({ baseColor: [1, 1, 1], baseColorTexture: 'ast_quarters', roughness: 0.6 });
  const veil = scene.addMaterial({
    baseColor: [0.1, 0.4, 0.8],
    alphaMode: 'BLEND',
    opacity: 0.4,
    doubleSided: true,
  });
  const stone = scene.addMaterial({ baseColor: [0.7, 0.7, 0.7] });
  scene.addNode({
    kind: 'primitive',
    geometry: { type: 'plane', width: 12, height: 12 },
    material: floor,
    pose: { rotation: FACE_UP },
  });
  scene.addNode({
    kind: 'model',
    asset: 'ast_bunny',
    materialOverrides: { base: stone },
    pose: { translation: [-1.5, 0.89, 0] },
  });
  scene.addNode({
    kind: 'model',
    asset: 'ast_suzi',
    materialOverrides: { base: gold },
    pose: { translation: [1.3, 0.68, 0] },
  });
  scene.addNode({
    kind: 'model',
    asset: 'ast_quad',
    pose: { translation: [0, 1.2, -2], scale: [0.7, 0.7, 0.7] },
  });
  scene.addNode({
    kind: 'primitive',
    geometry: { type: 'sphere' },
    material: red,
    pose: { translation: [0, 0.5, 0.4] },
  });
  scene.addNode({
    kind: 'primitive',
    material: tiles,
    pose: { translation: [0.2, 0.25, 1.5], scale: [0.5, 0.5, 0.5] },
  });
  scene.addNode({
    kind: 'primitive',
    geometry: { type: 'plane', width: 1.4, height: 1.4 },
    material: veil,
    pose: { translation: [-0.7, 0.8, 1.2] },
  });
  scene.addNode({
    kind: 'light',
    light: { type: 'directional', castShadow: true, intensity: 2 },
    pose: looking([3, 5, 2], [0, 0, 0]),
  });
  scene.addNode({
    kind: 'light',
    light: {
      type: 'spot',
      castShadow: true,
      color: [1, 0.7, 0.4],
      intensity: 40,
      innerConeAngle: 0.2,
      outerConeAngle: 0.4,
    },
    pose: looking([-3, 4, 2], [-1, 0, 0]),
  });
  scene.addNode({
    kind: 'light',
    light: { type: 'point', castShadow: true, color: [0.4, 0.6, 1], intensity: 5 },
    pose: { translation: [2.5, 1.5, 1.5] },
  });
  scene.addNode({
    kind: 'light',
    light: { type: 'rectArea', intensity: 3, width: 2, height: 1 },
    pose: looking([0, 2, -3], [0, 0, 0]),
  });
  scene.addNode({
    kind: 'light',
    light: { type: 'hemisphere', color: [0.5, 0.6, 1], groundColor: [0.3, 0.2, 0.1], intensity: 0.2 },
  });
  const camera = scene.addNode({
    kind: 'camera',
    camera: { type: 'perspective', yfov: 0.65 },
    pose: looking([2.2, 2.2, 6], [0, 0.6, 0]),
  });
  return { scene, camera };
}

const assetsOf = async () => ({
  ast_bunny: await bundledAsset('models/bunny.glb'),
  ast_suzi: await bundledAsset('models/suzi.glb'),
  ast_panorama: await bundledAsset('hdri/apartment.exr'),
  ast_quad: await texturedQuad('meshopt'),
  ast_quarters: await quarters(),
});

/** PICTURES=directory keeps the pictures to be looked at. */
async function keep(name: string, files: Record<string, Uint8Array>): Promise<void> {
  const directory = process.env['PICTURES'];
  if (directory === undefined) return;
  await mkdir(directory, { recursive: true });
  for (const [what, file] of Object.entries(files))
    await writeFile(join(directory, `${name}-${what}.png`), file);
}

it.each(['studio', 'asset'] as const)(
  'RND-11: the worker’s picture is the browser’s (%s environment)',
  async (environment) => {
    const { scene, camera } = stillLife(environment);
    const ours = await worker.render(scene, {
      camera_config: { mode: 'node', node: camera },
      resolution: [...SIZE],
      assets: await assetsOf(),
    });
    const drawn = await browser.draw(camera, SIZE);
    const theirs = await Picture.decode(drawn.file);
    expect(ours.warnings).toEqual([]);
    expect(drawn.warnings).toEqual([]);
    const [width, height] = SIZE;
    const different = pixelmatch(ours.picture.data, theirs.data, undefined, width, height, {
      threshold: 0.1,
      includeAA: true,
    });
    const sum = ours.picture.data.reduce(
      (all, value, i) => all + Math.abs(value - (theirs.data[i] ?? NaN)),
      0,
    );
    const figures = { pixels: different / (width * height), mean: sum / (width * height * 3) };
    await keep(environment, {
      worker: ours.picture.file,
      browser: theirs.file,
      figures: Buffer.from(JSON.stringify(figures)),
    });
    expect(figures.pixels, JSON.stringify(figures)).toBeLessThan(MOST_PIXELS);
    expect(figures.mean, JSON.stringify(figures)).toBeLessThan(MOST_MEAN);
  },
  180_000,
);
