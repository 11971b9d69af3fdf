import { SceneDoc } from '@diorama/shared';
import { describe, expect, it, vi } from 'vitest';

import { SceneStore } from './scene-store.js';

describe('SceneStore', () => {
  it('EDT-5: a value stays the same object until it changes, and only its own listeners hear of it', () => {
    const scene = new SceneDoc();
    const a = scene.addNode({ kind: 'group', name: 'a' });
    const b = scene.addNode({ kind: 'group', name: 'b' });
    const store = new SceneStore(scene);
    const before = { a: store.node(a), b: store.node(b), tree: store.tree() };
    const onA = vi.fn();
    const onB = vi.fn();
    store.onNode(a, onA);
    store.onNode(b, onB);

    scene.setPose(a, { translation: [1, 0, 0] });

    expect(store.node(a)).not.toBe(before.a);
    expect(store.node(a)?.pose.translation).toEqual([1, 0, 0]);
    expect(store.node(b)).toBe(before.b);
    expect(store.tree()).toBe(before.tree);
    expect(onA).toHaveBeenCalledTimes(1);
    expect(onB).not.toHaveBeenCalled();
  });

  it('EDT-5: the outliner hears of names, places and visibility, not of movements', () => {
    const scene = new SceneDoc();
    const a = scene.addNode({ kind: 'group', name: 'a' });
    const b = scene.addNode({ kind: 'group', name: 'b' });
    const store = new SceneStore(scene);
    const onOutline = vi.fn();
    store.onOutline(onOutline);

    scene.setPose(a, { translation: [1, 2, 3] });
    expect(onOutline).not.toHaveBeenCalled();

    scene.setNode(a, { name: 'A' });
    scene.setNode(a, { visible: false });
    scene.setPose(b, { parent: a });
    expect(onOutline).toHaveBeenCalledTimes(3);
    expect(store.tree().childrenOf(a)).toEqual([b]);

    scene.removeNode(a);
    expect(store.node(a)).toBeUndefined();
    expect(store.tree().roots).toEqual([]);
  });

  it('EDT-44: what was deleted can still be called by its name', () => {
    const scene = new SceneDoc();
    const a = scene.addNode({ kind: 'group', name: 'a' });
    const store = new SceneStore(scene);
    expect(store.deletedNode(a)).toBeUndefined();
    scene.removeNode(a);
    expect(store.deletedNode(a)?.name).toBe('a');
    scene.addNode({ kind: 'group', name: 'again' }, a);
    expect(store.deletedNode(a)).toBeUndefined();
  });

  it('EDT-5: after the session has started over with a fresh document, the store shows that one', () => {
    const store = new SceneStore(new SceneDoc());
    const fresh = new SceneDoc();
    const id = fresh.addNode({ kind: 'group', name: 'fresh' });
    const onNode = vi.fn();
    store.onNode(id, onNode);

    store.rebind(fresh);

    expect(store.node(id)?.name).toBe('fresh');
    expect(onNode).toHaveBeenCalledTimes(1);
    fresh.setNode(id, { name: 'changed' });
    expect(store.node(id)?.name).toBe('changed');
    expect(onNode).toHaveBeenCalledTimes(2);
  });
});
