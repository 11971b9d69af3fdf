import { Raycaster, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { at, MODEL, openView } from '../../test/support/scene-view.js';
import { SceneDoc } from '../document/scene-doc.js';

describe('the tree', () => {
  it('RND-1: shows every node at its pose below its parent, in whatever order the nodes were written', () => {
    const { scene, view } = openView();
    scene.addNode({ kind: 'primitive', pose: { parent: 'parent', ...at(1) } }, 'child');
    scene.addNode({ kind: 'group', pose: at(10) }, 'parent');
    view.update();
    expect(view.objectOf('child')?.parent).toBe(view.objectOf('parent'));
    expect(view.objectOf('child')?.getWorldPosition(new Vector3()).x).toBe(11);
  });

  it('RND-1: brings orphans and one node of every cycle under the root', () => {
    const { scene, view } = openView();
    scene.addNode({ kind: 'group', pose: { parent: 'b' } }, 'a');
    scene.addNode({ kind: 'group', pose: { parent: 'a' } }, 'b');
    scene.addNode({ kind: 'group', pose: { parent: 'nobody' } }, 'orphan');
    expect(view.objectOf('a')?.parent).toBe(view.scene);
    expect(view.objectOf('b')?.parent).toBe(view.objectOf('a'));
    expect(view.objectOf('orphan')?.parent).toBe(view.scene);
  });

  it('RND-1: follows nodes that change places in one transaction', () => {
    const { scene, view } = openView();
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
    const { scene, view } = openView();
    scene.addNode({ kind: 'group' }, 'parent');
    scene.addNode({ kind: 'primitive', pose: { parent: 'parent' } }, 'child');
    scene.nodesMap.delete('parent');
    expect(view.objectOf('parent')).toBeUndefined();
    expect(view.objectOf('child')?.parent).toBe(view.scene);
  });

  it('RND-2: finds the node of whatever a ray hits', () => {
    const { scene, view } = openView();
    scene.addNode({ kind: 'primitive' }, 'box');
    view.update();
    const [hit] = new Raycaster(new Vector3(0, 0, 5), new Vector3(0, 0, -1)).intersectObject(view.scene);
    expect(hit && view.nodeOf(hit.object)).toBe('box');
    expect(view.nodeOf(view.scene)).toBeUndefined();
  });
});

describe('an edit', () => {
  it('RND-3: touches only the objects of the nodes that it changes', () => {
    const { scene, view, meshOf } = openView();
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
    const { scene, meshOf } = openView();
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
    const { scene, view } = openView();
    scene.addNode({ kind: 'primitive' }, 'a');
    scene.nodesMap.get('a');
    scene.doc.transact(() => (scene.nodesMap.get('a') as Map<string, unknown>).set('kind', 'light'));
    expect(view.objectOf('a')?.getObjectByProperty('isDirectionalLight', true)).toBeDefined();
    expect(view.objectOf('a')?.getObjectByProperty('isMesh', true)).toBeUndefined();
  });

  it('RND-4: shows a live pose over the stored one until it ends', () => {
    const { scene, view } = openView();
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
    const { view } = openView(scene);
    const untouched = view.objectOf('n1');
    scene.setPose('n0', at(-5));
    expect(view.scene.children).toHaveLength(10_000);
    expect(view.objectOf('n0')?.position.x).toBe(-5);
    expect(view.objectOf('n1')).toBe(untouched);
    view.dispose();
    expect(view.scene.children).toHaveLength(0);
  });
});

describe('what loads', () => {
  it('RND-6: loads a model once for all its nodes', async () => {
    const { scene, view, assets } = openView();
    for (const id of ['a', 'b', 'c']) scene.addNode({ kind: 'model', asset: MODEL }, id);
    expect(await view.settled()).toEqual([]);
    expect(assets.loads).toBe(1);
    expect(view.boundingBox(['b']).getSize(new Vector3()).toArray()).toEqual([2, 2, 2]);
  });

  it('RND-7: shows a box for what cannot be loaded, says why, and takes it back when the node is mended', async () => {
    const { scene, view, meshOf } = openView();
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
    const { scene, view } = openView();
    scene.addNode({ kind: 'model', asset: MODEL }, 'a');
    scene.removeNode('a');
    expect(await view.settled()).toEqual([]);
    expect(view.scene.children).toEqual([]);
  });
});
