import { MeshPhysicalMaterial, type MeshStandardMaterial } from 'three';
import { describe, expect, it } from 'vitest';
import { MODEL, openView, TEXTURE } from '../../test/support/scene-view.js';

describe('materials', () => {
  it('RND-5: shares one three.js material among nodes, with linear colours', () => {
    const { scene, meshOf } = openView();
    const material = scene.addMaterial({ baseColor: [1, 0.5, 0], roughness: 0.25, metallic: 1 });
    scene.addNode({ kind: 'primitive', material }, 'a');
    scene.addNode({ kind: 'primitive', material }, 'b');
    const made = meshOf('a').material as MeshStandardMaterial;
    expect(made).toBe(meshOf('b').material);
    expect(made.color.toArray()).toEqual([1, 0.5, 0]);
    scene.setMaterial(material, { roughness: 0.75 });
    expect(made.roughness).toBe(0.75);
  });

  it('RND-5: swaps to the physical material when an edit needs it, and back', () => {
    const { scene, meshOf } = openView();
    const material = scene.addMaterial({});
    scene.addNode({ kind: 'primitive', material }, 'a');
    expect(meshOf('a').material).not.toBeInstanceOf(MeshPhysicalMaterial);
    scene.setMaterial(material, { clearcoat: 1 });
    expect(meshOf('a').material).toBeInstanceOf(MeshPhysicalMaterial);
    scene.setMaterial(material, { clearcoat: 0 });
    expect(meshOf('a').material).not.toBeInstanceOf(MeshPhysicalMaterial);
  });

  it('RND-5: reads colour textures as sRGB and data textures as they are', async () => {
    const { scene, view, meshOf } = openView();
    const material = scene.addMaterial({
      baseColorTexture: TEXTURE,
      normalTexture: TEXTURE,
    });
    scene.addNode({ kind: 'primitive', material }, 'a');
    expect(await view.settled()).toEqual([]);
    const made = meshOf('a').material as MeshStandardMaterial;
    expect(made.map?.colorSpace).toBe('srgb');
    expect(made.normalMap?.colorSpace).toBe('');
  });

  it('RND-6: puts materials of the document on the parts of a model that carry a glTF material of that name', async () => {
    const { scene, view, meshOf } = openView();
    const material = scene.addMaterial({ name: 'red', baseColor: [1, 0, 0] });
    scene.addNode({ kind: 'model', asset: MODEL, materialOverrides: { paint: material } }, 'a');
    await view.settled();
    expect((meshOf('a').material as MeshStandardMaterial).name).toBe('red');
    scene.setNode('a', { materialOverrides: {} });
    expect((meshOf('a').material as MeshStandardMaterial).name).toBe('paint');
  });
});
