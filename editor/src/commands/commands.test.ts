import { SceneDoc, type SceneNodeInput } from '@diorama/shared';
import { Vector3 } from 'three';
import { describe, expect, it } from 'vitest';

import { reparent } from './reparent.js';
import { deleteNodes, duplicateNodes, groupNodes, nameOfCopy } from './structure.js';
import { worldMatrix } from './transforms.js';

const group = (parent: string | null, extra: object = {}): SceneNodeInput => ({
  kind: 'group',
  name: 'Thing',
  pose: { parent, ...extra },
});

const worldPosition = (scene: SceneDoc, id: string): number[] =>
  new Vector3()
    .setFromMatrixPosition(worldMatrix(id, scene.tree(), (each) => scene.node(each)))
    .toArray()
    .map((value) => Number(value.toFixed(6)));

describe('commands of the editor', () => {
  it('EDT-1: moving a node to another parent keeps its place in the world', () => {
    const scene = new SceneDoc();
    const turned = scene.addNode(
      group(null, { translation: [1, 2, 3], rotation: [0, Math.SQRT1_2, 0, Math.SQRT1_2], scale: [2, 2, 2] }),
    );
    const child = scene.addNode(group(null, { translation: [5, 0, -4] }));
    const before = worldPosition(scene, child);

    expect(reparent(scene, [child], { parent: turned, before: null })).toBe(true);

    expect(scene.tree().parentOf(child)).toBe(turned);
    expect(worldPosition(scene, child)).toEqual(before);
    expect(scene.node(child)?.pose.translation).not.toEqual([5, 0, -4]);
  });

  it('EDT-1: a node may not come below itself or what is below it', () => {
    const scene = new SceneDoc();
    const top = scene.addNode(group(null));
    const middle = scene.addNode(group(top));
    const bottom = scene.addNode(group(middle));
    const before = scene.doc.getMap('nodes').toJSON();

    expect(reparent(scene, [top], { parent: bottom, before: null })).toBe(false);
    expect(reparent(scene, [top], { parent: top, before: null })).toBe(false);
    expect(scene.doc.getMap('nodes').toJSON()).toEqual(before);
  });

  it('EDT-1: nodes go ahead of the row they are dropped before, in their order', () => {
    const scene = new SceneDoc();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => scene.addNode(group(null), id));

    reparent(scene, [c!, d!], { parent: null, before: b! });

    expect(scene.tree().roots).toEqual([a, c, d, b]);
  });

  it('EDT-1: a node that does not change its parent keeps the exact numbers of its pose', () => {
    const scene = new SceneDoc();
    const parent = scene.addNode(group(null, { translation: [0.1, 0.2, 0.3], scale: [0.7, 0.7, 0.7] }));
    const first = scene.addNode(group(parent));
    const second = scene.addNode(group(parent, { translation: [0.1, 0.2, 0.3] }));

    reparent(scene, [second], { parent, before: first });

    expect(scene.node(second)?.pose.translation).toEqual([0.1, 0.2, 0.3]);
    expect(scene.tree().childrenOf(parent)).toEqual([second, first]);
  });

  it('EDT-2: a copy has all that is below its original, beside it, with ids of its own', () => {
    const scene = new SceneDoc();
    const home = scene.addNode(group(null));
    const chair = scene.addNode({ ...group(home), name: 'Chair' });
    const leg = scene.addNode({ ...group(chair), name: 'Leg' });

    const [copy] = duplicateNodes(scene, [chair, leg]);

    const tree = scene.tree();
    expect(tree.childrenOf(home)).toEqual([chair, copy]);
    const [legOfCopy] = tree.childrenOf(copy!);
    expect(scene.node(copy!)?.name).toBe('Chair 2');
    expect(scene.node(legOfCopy!)?.name).toBe('Leg');
    expect(legOfCopy).not.toBe(leg);
    expect(scene.nodes().size).toBe(5);
  });

  it.each([
    ['Chair', 'Chair 2'],
    ['Chair 2', 'Chair 3'],
    ['Room 101', 'Room 102'],
    ['', '2'],
  ])('EDT-2: the copy of "%s" is called "%s"', (name, copy) => {
    expect(nameOfCopy(name)).toBe(copy);
  });

  it('EDT-3: a group comes into the middle of its members and moves none of them', () => {
    const scene = new SceneDoc();
    const a = scene.addNode(group(null, { translation: [0, 0, 0] }));
    const b = scene.addNode(group(null, { translation: [4, 2, 0] }));

    const made = groupNodes(scene, [a, b]);

    expect(scene.tree().childrenOf(made)).toEqual([a, b]);
    expect(scene.node(made!)?.pose.translation).toEqual([2, 1, 0]);
    expect(worldPosition(scene, a)).toEqual([0, 0, 0]);
    expect(worldPosition(scene, b)).toEqual([4, 2, 0]);
  });

  it('EDT-4: what is locked is not deleted', () => {
    const scene = new SceneDoc();
    const kept = scene.addNode({ ...group(null), locked: true });
    const gone = scene.addNode(group(null));

    expect(deleteNodes(scene, [kept, gone])).toBe(1);
    expect([...scene.nodes().keys()]).toEqual([kept]);
  });
});
