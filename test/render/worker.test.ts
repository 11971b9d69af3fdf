import { SceneDoc } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addSquareCamera, FACE_UP, glow, plainScene, quarters, srgb, texturedQuad } from './scenes.js';
import { WorkerProcess } from './worker-process.js';

const MODEL = 'ast_model';
const TEXTURE = 'ast_texture';

let worker: WorkerProcess;
beforeAll(async () => {
  worker = await WorkerProcess.start();
});
afterAll(() => worker.stop());

const seenBy = (node: string) => ({ camera_config: { mode: 'node', node } }) as const;
const within = (actual: readonly number[], expected: readonly number[], tolerance: number): void => {
  for (const [i, value] of expected.entries())
    expect(
      Math.abs((actual[i] ?? NaN) - value),
      `${actual.join()} is not ${expected.join()}`,
    ).toBeLessThanOrEqual(tolerance);
};

describe('colours', () => {
  it('RND-12: draws the background exactly', async () => {
    const { picture } = await worker.render(plainScene([0.2, 0.4, 0.8]));
    expect(picture.at(0, 0)).toEqual([srgb(0.2), srgb(0.4), srgb(0.8), 255]);
    expect(picture.at(63, 63)).toEqual(picture.at(0, 0));
  });

  it('RND-12: without tone mapping, linear light becomes sRGB exactly', async () => {
    const scene = plainScene();
    scene.addNode({ kind: 'primitive', material: glow(scene, [0.5, 0.1, 0.02]) });
    const { picture } = await worker.render(scene, seenBy(addSquareCamera(scene)));
    within(picture.at(32, 32), [srgb(0.5), srgb(0.1), srgb(0.02), 255], 1);
    expect(picture.at(1, 1)).toEqual([0, 0, 0, 255]);
  });

  it('RND-12: exposure scales light before it is encoded', async () => {
    const scene = plainScene();
    scene.setSettings({ toneMapping: 'linear', exposure: 2 });
    scene.addNode({ kind: 'primitive', material: glow(scene, [0.2, 0.2, 0.2]) });
    const { picture } = await worker.render(scene, seenBy(addSquareCamera(scene)));
    within(picture.at(32, 32), [srgb(0.4), srgb(0.4), srgb(0.4)], 1);
  });

  it('RND-12: lights a matte surface by Lambert’s law: lux over π times its colour', async () => {
    const scene = plainScene();
    const material = scene.addMaterial({ baseColor: [0.5, 0.25, 0.1], roughness: 1, specular: 0 });
    scene.addNode({ kind: 'primitive', geometry: { type: 'plane', width: 4, height: 4 }, material });
    scene.addNode({
      kind: 'light',
      light: { type: 'directional', intensity: 2 },
      pose: { translation: [0, 0, 3] },
    });
    const { picture } = await worker.render(scene, seenBy(addSquareCamera(scene)));
    within(
      picture.at(32, 32),
      [0.5, 0.25, 0.1].map((albedo) => srgb((albedo * 2) / Math.PI)),
      1,
    );
  });
});

describe('shadows', () => {
  const floorColumn = async (light: 'directional' | 'spot' | 'point', castShadow: boolean) => {
    const scene = plainScene();
    const material = scene.addMaterial({ baseColor: [0.8, 0.8, 0.8], roughness: 1, specular: 0 });
    const floor = { type: 'plane', width: 8, height: 8 } as const;
    scene.addNode({ kind: 'primitive', geometry: floor, material, pose: { rotation: FACE_UP } });
    scene.addNode({
      kind: 'primitive',
      geometry: { type: 'sphere' },
      material,
      pose: { translation: [0, 1, 0] },
    });
    const pose = { translation: [0, 4, 0] as [number, number, number], rotation: FACE_UP };
    scene.addNode({
      kind: 'light',
      light: { type: light, castShadow, intensity: light === 'directional' ? 2 : 30 },
      pose,
    });
    const { picture } = await worker.render(scene, {
      camera_config: {
        mode: 'explicit',
        position: [0, 0.3, 6],
        target: [0, 0.3, 0],
        up: [0, 1, 0],
        yfov: 0.5,
        znear: 0.1,
        zfar: 50,
      },
      resolution: [128, 128],
    });
    // The floor seen flat: below the sphere in the middle, and at the same depth to the left.
    return { below: picture.at(64, 77)[0], beside: picture.at(20, 77)[0] };
  };

  it.each(['directional', 'spot', 'point'] as const)(
    'RND-13: a %s light throws one where it should',
    async (light) => {
      const lit = await floorColumn(light, false);
      const shaded = await floorColumn(light, true);
      expect(lit.below).toBeGreaterThan(60);
      expect(shaded.below).toBeLessThan(lit.below / 2);
      within([shaded.beside], [lit.beside], 3);
    },
  );
});

describe('edges and transparency', () => {
  it('RND-14: smooths edges', async () => {
    const scene = plainScene();
    const pose = { rotation: [0, 0, 0.13, 0.99] as [number, number, number, number] };
    scene.addNode({ kind: 'primitive', material: glow(scene, [1, 1, 1]), pose });
    const { picture } = await worker.render(scene, seenBy(addSquareCamera(scene)));
    const values = new Set(Array.from({ length: 64 * 64 }, (_, i) => picture.data[i * 4]));
    expect(
      [...values].filter((value) => value !== undefined && value > 0 && value < 255).length,
    ).toBeGreaterThan(1);
  });

  it('RND-14: a transparent background has alpha 0, and edges keep their colour', async () => {
    const scene = plainScene([1, 1, 1]);
    const pose = { rotation: [0, 0, 0.13, 0.99] as [number, number, number, number] };
    scene.addNode({ kind: 'primitive', material: glow(scene, [1, 0, 0]), pose });
    const camera = seenBy(addSquareCamera(scene));
    const { picture } = await worker.render(scene, { ...camera, transparent_background: true });
    expect(picture.at(0, 0)[3]).toBe(0);
    expect(picture.at(32, 32)).toEqual([255, 0, 0, 255]);
    const edges = Array.from({ length: 64 * 64 }, (_, i) => picture.at(i % 64, i >> 6)).filter(
      ([, , , alpha]) => alpha > 0 && alpha < 255,
    );
    expect(edges.length).toBeGreaterThan(10);
    for (const [r, g, b] of edges) within([r, g, b], [255, 0, 0], 2);
  });
});

describe('assets', () => {
  const corners = async (scene: SceneDoc, assets: Record<string, Uint8Array>) => {
    const { picture, warnings } = await worker.render(scene, { ...seenBy(addSquareCamera(scene)), assets });
    expect(warnings).toEqual([]);
    return [picture.at(12, 12), picture.at(52, 12), picture.at(12, 52), picture.at(52, 52)].map((each) =>
      each.slice(0, 3),
    );
  };
  const UPRIGHT = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ];

  it.each(['none', 'draco', 'meshopt'] as const)(
    'RND-16: shows a model with its texture upright (compression: %s)',
    async (compression) => {
      const scene = plainScene();
      scene.addNode({ kind: 'model', asset: MODEL });
      expect(await corners(scene, { [MODEL]: await texturedQuad(compression) })).toEqual(UPRIGHT);
    },
  );

  it('RND-16: shows a texture upright on a primitive', async () => {
    const scene = plainScene();
    const material = scene.addMaterial({
      baseColor: [0, 0, 0],
      specular: 0,
      emissive: [1, 1, 1],
      emissiveTexture: TEXTURE,
    });
    scene.addNode({ kind: 'primitive', geometry: { type: 'plane', width: 2, height: 2 }, material });
    expect(await corners(scene, { [TEXTURE]: await quarters() })).toEqual(UPRIGHT);
  });

  it('RND-16: shows a texture upright on a model whose material is overridden', async () => {
    const scene = plainScene();
    const material = scene.addMaterial({
      baseColor: [0, 0, 0],
      specular: 0,
      emissive: [1, 1, 1],
      emissiveTexture: TEXTURE,
    });
    scene.addNode({ kind: 'model', asset: MODEL, materialOverrides: { screen: material } });
    const assets = { [MODEL]: await texturedQuad(), [TEXTURE]: await quarters() };
    expect(await corners(scene, assets)).toEqual(UPRIGHT);
  });

  it('RND-7: draws what is there, and warns of a model that is gone, broken, or lacks an image', async () => {
    const scene = plainScene();
    scene.addNode({ kind: 'primitive', material: glow(scene, [0, 1, 0]) });
    scene.addNode({ kind: 'model', asset: 'ast_gone', pose: { translation: [9, 0, 0] } });
    scene.addNode({ kind: 'model', asset: 'ast_broken', pose: { translation: [9, 0, 0] } });
    scene.addNode({ kind: 'model', asset: MODEL, pose: { translation: [9, 0, 0] } });
    const model = Buffer.from(await texturedQuad());
    // The signature of the PNG within.
    model.fill(0, model.indexOf('\x89PNG', 'latin1')).subarray(0, 8);
    const { picture, warnings, stages } = await worker.render(scene, {
      ...seenBy(addSquareCamera(scene)),
      assets: { ast_broken: Buffer.from('not a GLB'), [MODEL]: model },
    });
    expect(picture.at(32, 32)).toEqual([0, 255, 0, 255]);
    expect(warnings).toHaveLength(3);
    expect(warnings.join('\n')).toMatch(/ast_gone.*no such asset/);
    expect(warnings.join('\n')).toMatch(/ast_model: image 0: /);
    expect(stages).toContain('loading 3/3 assets');
    expect(stages.slice(-3)).toEqual(['drawing', 'encoding', 'storing']);
  });
});

describe('pictures', () => {
  it.each(['png', 'jpeg', 'webp'] as const)(
    'RND-17: writes %s in the size that was asked for',
    async (output_format) => {
      const scene = plainScene([1, 0, 0]);
      const { picture } = await worker.render(scene, { output_format, resolution: [80, 48] });
      expect([picture.width, picture.height]).toEqual([80, 48]);
      within(picture.at(40, 24), [255, 0, 0, 255], 3);
    },
  );

  it('RND-17: draws pictures that are larger than one target without a seam', async () => {
    const scene = plainScene();
    scene.addNode({
      kind: 'primitive',
      material: glow(scene, [1, 1, 1]),
      geometry: { type: 'plane', width: 1, height: 1 },
    });
    const camera = seenBy(addSquareCamera(scene));
    const { picture } = await worker.render(scene, { ...camera, resolution: [4096, 64] });
    // 64 pixels are 2 metres high: the square is 32 pixels wide, around the seam between two tiles.
    const row = Array.from({ length: 48 }, (_, i) => picture.at(2024 + i, 32)[0]);
    expect(row).toEqual(row.map((_, i) => (i >= 8 && i < 40 ? 255 : 0)));
  });

  it('RND-18: says which node is not a camera, and goes on with the next job', async () => {
    const scene = plainScene();
    const box = scene.addNode({ kind: 'primitive' });
    await expect(worker.render(scene, seenBy(box))).rejects.toMatchObject({ code: 'camera_not_found' });
    await expect(worker.render(scene)).resolves.toBeDefined();
  });

  it('RND-18: fails on a state that is no document, and goes on with the next job', async () => {
    await expect(worker.render(new SceneDoc(), { snapshot_key: '../etc' })).rejects.toMatchObject({
      code: 'internal',
    });
    await expect(worker.render(new SceneDoc(), { snapshot_key: 'gone' })).rejects.toMatchObject({
      code: 'storage_unavailable',
    });
    await expect(worker.render(new SceneDoc())).resolves.toBeDefined();
  });
});
