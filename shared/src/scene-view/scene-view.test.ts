import {
  BoxGeometry,
  DataTexture,
  type DirectionalLight,
  Group,
  type Light,
  Mesh,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  Raycaster,
  Vector3,
} from 'three';
import { describe, expect, it } from 'vitest';
import { SceneDoc } from '../document/scene-doc.js';
import type { AssetSource } from './ports.js';
import { SceneView } from './scene-view.js';
import { MAX_SHADOW_LIGHTS } from './shadows.js';

const MODEL = 'ast_model';
const TEXTURE = 'ast_texture';

/** Assets that are made at once; everything else is missing. */
class MadeAssets implements AssetSource {
  loads = 0;

  async loadModel(assetId: string) {
    this.loads++;
    if (assetId !== MODEL) throw new Error('there is no such asset');
    const scene = new Group();
    const material = new MeshStandardMaterial({ name: 'paint' });
    scene.add(new Mesh(new BoxGeometry(2, 2, 2), material));
    return Promise.resolve({ scene, animations: [] });
  }

  async loadTexture(assetId: string) {
    this.loads++;
    if (assetId !== TEXTURE) throw new Error('there is no such asset');
    return Promise.resolve(new DataTexture(new Uint8Array(4), 1, 1));
  }

  loadEnvironment(): Promise<never> {
    throw new Error('there is no such asset');
  }
}

function open(scene = new SceneDoc()) {
  const assets = new MadeAssets();
  const view = new SceneView({ scene, assets });
  const meshOf = (id: string): Mesh => {
    const found: Mesh[] = [];
    view.objectOf(id)?.traverse((object) => {
      if (object instanceof Mesh) found.push(object as Mesh);
    });
    const [mesh] = found;
    if (mesh === undefined) throw new Error(`${id} shows no mesh`);
    return mesh;
  };
  return { scene, assets, view, meshOf };
}

const at = (x: number, y = 0, z = 0) => ({ translation: [x, y, z] as [number, number, number] });

describe('the tree', () => {
  it('RND-1: shows every node at its pose below its parent, in whatever order the nodes were written', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'primitive', pose: { parent: 'parent', ...at(1) } }, 'child');
    scene.addNode({ kind: 'group', pose: at(10) }, 'parent');
    view.update();
    expect(view.objectOf('child')?.parent).toBe(view.objectOf('parent'));
    expect(view.objectOf('child')?.getWorldPosition(new Vector3()).x).toBe(11);
  });

  it('RND-1: brings orphans and one node of every cycle under the root', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'group', pose: { parent: 'b' } }, 'a');
    scene.addNode({ kind: 'group', pose: { parent: 'a' } }, 'b');
    scene.addNode({ kind: 'group', pose: { parent: 'nobody' } }, 'orphan');
    expect(view.objectOf('a')?.parent).toBe(view.scene);
    expect(view.objectOf('b')?.parent).toBe(view.objectOf('a'));
    expect(view.objectOf('orphan')?.parent).toBe(view.scene);
  });

  it('RND-1: follows nodes that change places in one transaction', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'group' }, 'a');
    scene.addNode({ kind: 'group', pose: { parent: 'a' } }, 'b');
    scene.doc.transact(() => {
      scene.setPose('b', { parent: null });
      scene.setPose('a', { parent: 'b' });
    });
    expect(view.objectOf('b')?.parent).toBe(view.scene);
    expect(view.objectOf('a')?.parent).toBe(view.objectOf('b'));
  });

  it('RND-2: keeps the children of a removed parent, and forgets what was removed', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'group' }, 'parent');
    scene.addNode({ kind: 'primitive', pose: { parent: 'parent' } }, 'child');
    scene.nodesMap.delete('parent');
    expect(view.objectOf('parent')).toBeUndefined();
    expect(view.objectOf('child')?.parent).toBe(view.scene);
  });

  it('RND-2: finds the node of whatever a ray hits', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'primitive' }, 'box');
    view.update();
    const [hit] = new Raycaster(new Vector3(0, 0, 5), new Vector3(0, 0, -1)).intersectObject(view.scene);
    expect(hit && view.nodeOf(hit.object)).toBe('box');
    expect(view.nodeOf(view.scene)).toBeUndefined();
  });
});

describe('an edit', () => {
  it('RND-3: touches only the objects of the nodes that it changes', () => {
    const { scene, view, meshOf } = open();
    scene.addNode({ kind: 'primitive' }, 'a');
    scene.addNode({ kind: 'primitive' }, 'b');
    const [a, b] = [meshOf('a'), meshOf('b')];
    expect(a.geometry).toBe(b.geometry);
    scene.setNode('a', { geometry: { type: 'sphere' } });
    scene.setSettings({ exposure: 2 });
    expect(meshOf('a')).toBe(a);
    expect(meshOf('b')).toBe(b);
    expect(a.geometry.type).toBe('SphereGeometry');
    expect(b.geometry.type).toBe('BoxGeometry');
    expect(view.settings.exposure).toBe(2);
  });

  it('RND-3: frees a geometry with the last primitive that has it', () => {
    const { scene, meshOf } = open();
    scene.addNode({ kind: 'primitive' }, 'a');
    scene.addNode({ kind: 'primitive' }, 'b');
    let freed = 0;
    meshOf('a').geometry.addEventListener('dispose', () => freed++);
    scene.removeNode('a');
    expect(freed).toBe(0);
    scene.removeNode('b');
    expect(freed).toBe(1);
  });

  it('RND-3: replaces the object when the kind of a node changes', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'primitive' }, 'a');
    scene.nodesMap.get('a');
    scene.doc.transact(() => (scene.nodesMap.get('a') as Map<string, unknown>).set('kind', 'light'));
    expect(view.objectOf('a')?.getObjectByProperty('isDirectionalLight', true)).toBeDefined();
    expect(view.objectOf('a')?.getObjectByProperty('isMesh', true)).toBeUndefined();
  });

  it('RND-4: shows a live pose over the stored one until it ends', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'primitive', pose: at(1) }, 'a');
    let changes = 0;
    view.onChange(() => changes++);
    view.setLivePose('a', { translation: [5, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] });
    scene.setNode('a', { name: 'still dragged' });
    expect(view.objectOf('a')?.position.x).toBe(5);
    view.setLivePose('a', null);
    expect(view.objectOf('a')?.position.x).toBe(1);
    expect(changes).toBe(3);
  });

  it('RND-3: builds ten thousand nodes, and an edit of one costs one object', () => {
    const scene = new SceneDoc();
    scene.doc.transact(() => {
      for (let i = 0; i < 10_000; i++)
        scene.addNode({ kind: 'primitive', pose: { ...at(i % 100, 0, i / 100), order: 'a0' } }, `n${i}`);
    });
    const { view } = open(scene);
    const untouched = view.objectOf('n1');
    scene.setPose('n0', at(-5));
    expect(view.scene.children).toHaveLength(10_000);
    expect(view.objectOf('n0')?.position.x).toBe(-5);
    expect(view.objectOf('n1')).toBe(untouched);
    view.dispose();
    expect(view.scene.children).toHaveLength(0);
  });
});

describe('materials', () => {
  it('RND-5: shares one three.js material among nodes, with linear colours', () => {
    const { scene, meshOf } = open();
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
    const { scene, meshOf } = open();
    const material = scene.addMaterial({});
    scene.addNode({ kind: 'primitive', material }, 'a');
    expect(meshOf('a').material).not.toBeInstanceOf(MeshPhysicalMaterial);
    scene.setMaterial(material, { clearcoat: 1 });
    expect(meshOf('a').material).toBeInstanceOf(MeshPhysicalMaterial);
    scene.setMaterial(material, { clearcoat: 0 });
    expect(meshOf('a').material).not.toBeInstanceOf(MeshPhysicalMaterial);
  });

  it('RND-5: reads colour textures as sRGB and data textures as they are', async () => {
    const { scene, view, meshOf } = open();
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
    const { scene, view, meshOf } = open();
    const material = scene.addMaterial({ name: 'red', baseColor: [1, 0, 0] });
    scene.addNode({ kind: 'model', asset: MODEL, materialOverrides: { paint: material } }, 'a');
    await view.settled();
    expect((meshOf('a').material as MeshStandardMaterial).name).toBe('red');
    scene.setNode('a', { materialOverrides: {} });
    expect((meshOf('a').material as MeshStandardMaterial).name).toBe('paint');
  });
});

describe('what loads', () => {
  it('RND-6: loads a model once for all its nodes', async () => {
    const { scene, view, assets } = open();
    for (const id of ['a', 'b', 'c']) scene.addNode({ kind: 'model', asset: MODEL }, id);
    expect(await view.settled()).toEqual([]);
    expect(assets.loads).toBe(1);
    expect(view.boundingBox(['b']).getSize(new Vector3()).toArray()).toEqual([2, 2, 2]);
  });

  it('RND-7: shows a box for what cannot be loaded, says why, and takes it back when the node is mended', async () => {
    const { scene, view, meshOf } = open();
    scene.setSettings({ environment: { type: 'asset', asset: 'ast_gone' } });
    const material = scene.addMaterial({ baseColorTexture: 'ast_gone' });
    scene.addNode({ kind: 'primitive', material }, 'textured');
    scene.addNode({ kind: 'primitive', material: 'nobody' }, 'bare');
    scene.addNode({ kind: 'model', name: 'Chair', asset: 'ast_gone' }, 'chair');
    const warnings = await view.settled();
    expect(warnings).toHaveLength(4);
    expect(warnings.join('\n')).toMatch(/Model ast_gone of "Chair": there is no such asset/);
    expect(meshOf('chair').name).toBe('placeholder');
    scene.setNode('chair', { asset: MODEL });
    scene.setMaterial(material, { baseColorTexture: null });
    scene.setNode('bare', { material: null });
    scene.setSettings({ environment: { type: 'none' } });
    expect(await view.settled()).toEqual([]);
    expect(meshOf('chair').name).not.toBe('placeholder');
  });

  it('RND-7: ignores a model that arrives after its node was removed', async () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'model', asset: MODEL }, 'a');
    scene.removeNode('a');
    expect(await view.settled()).toEqual([]);
    expect(view.scene.children).toEqual([]);
  });
});

describe('lights', () => {
  const lightOf = (view: SceneView, id: string) =>
    view.objectOf(id)?.getObjectByProperty('isLight', true) as Light | undefined;

  it('RND-8: shines directional light along the node’s −Z', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'light', pose: { rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2] } }, 'sun');
    view.update();
    const sun = lightOf(view, 'sun') as DirectionalLight;
    const direction = sun.target.getWorldPosition(new Vector3()).sub(sun.getWorldPosition(new Vector3()));
    expect(direction.toArray().map((n) => Math.round(n))).toEqual([0, -1, 0]);
  });

  it('RND-9: gives a shadow to four lights at most, suns first, and to none that is hidden', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'primitive' }, 'box');
    for (let i = 0; i < 6; i++)
      scene.addNode({ kind: 'light', light: { type: 'point', castShadow: true }, pose: at(i, 3) }, `a${i}`);
    scene.addNode({ kind: 'light', light: { type: 'directional', castShadow: true } }, 'sun');
    view.update();
    const casting = () => [...'012345'].filter((i) => lightOf(view, `a${i}`)?.castShadow);
    expect(lightOf(view, 'sun')?.castShadow).toBe(true);
    expect(casting()).toHaveLength(MAX_SHADOW_LIGHTS - 1);
    scene.setNode('sun', { visible: false });
    view.update();
    expect(lightOf(view, 'sun')?.castShadow).toBe(false);
    expect(casting()).toHaveLength(MAX_SHADOW_LIGHTS);
  });

  it('RND-9: fits a sun’s shadow to what casts it, not to the floor below', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'primitive', pose: at(0, 0.5) }, 'box');
    scene.addNode(
      {
        kind: 'primitive',
        geometry: { type: 'box', width: 200, height: 0.1, depth: 200 },
        pose: at(0, -0.05),
      },
      'floor',
    );
    scene.addNode(
      { kind: 'light', light: { type: 'directional', castShadow: true }, pose: at(9, 9, 9) },
      'sun',
    );
    view.update();
    const { camera } = (lightOf(view, 'sun') as DirectionalLight).shadow;
    expect(camera.right - camera.left).toBeLessThan(2);
  });
});

describe('framing', () => {
  it('RND-10: frames all that is visible except the floor that it stands on', () => {
    const { scene, view } = open();
    scene.addNode({ kind: 'primitive', pose: at(0, 0.5) }, 'box');
    scene.addNode({ kind: 'primitive', pose: at(90, 0.5), visible: false }, 'hidden');
    scene.addNode(
      {
        kind: 'primitive',
        geometry: { type: 'plane', width: 50, height: 50 },
        pose: { rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2] },
      },
      'floor',
    );
    const camera = view.frame(16 / 9, 0.6);
    expect(camera.position.length()).toBeLessThan(6);
    for (const x of [-0.5, 0.5])
      for (const y of [0, 1])
        for (const z of [-0.5, 0.5]) {
          const seen = new Vector3(x, y, z).project(camera);
          expect(Math.abs(seen.x)).toBeLessThan(1);
          expect(Math.abs(seen.y)).toBeLessThan(1);
          expect(Math.abs(seen.z)).toBeLessThan(1);
        }
  });

  it('RND-10: frames an empty scene, too', () => {
    expect(open().view.frame(1).position.toArray().every(Number.isFinite)).toBe(true);
  });
});
