import { SceneDoc } from '@diorama/shared';
import { describe, expect, it } from 'vitest';

import { matchingRows, rowRange, visibleRows } from './rows.js';
import { treeKey } from './tree-keys.js';

const press = (key: string, modifiers: object = {}) => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...modifiers,
});

/** house ( room ( chair ), garden ), lamp */
function example() {
  const scene = new SceneDoc();
  scene.addNode({ kind: 'group', name: 'House' }, 'house');
  scene.addNode({ kind: 'group', name: 'Room', pose: { parent: 'house' } }, 'room');
  scene.addNode({ kind: 'primitive', name: 'Chair', pose: { parent: 'room' } }, 'chair');
  scene.addNode({ kind: 'group', name: 'Garden', pose: { parent: 'house' } }, 'garden');
  scene.addNode({ kind: 'light', name: 'Lamp' }, 'lamp');
  return { scene, tree: scene.tree() };
}

describe('outliner', () => {
  it('EDT-6: shows the tree in order with levels, and hides what is below a collapsed node', () => {
    const { tree } = example();
    expect(visibleRows(tree, new Set()).map(({ id, level }) => [id, level])).toEqual([
      ['house', 1],
      ['room', 2],
      ['chair', 3],
      ['garden', 2],
      ['lamp', 1],
    ]);
    expect(visibleRows(tree, new Set(['house'])).map(({ id }) => id)).toEqual(['house', 'lamp']);
    expect(visibleRows(tree, new Set())[3]).toMatchObject({ position: 2, siblings: 2, hasChildren: false });
  });

  it('EDT-6: finds nodes by name, wherever they are', () => {
    const { scene, tree } = example();
    expect(matchingRows(tree, (id) => scene.node(id), ' cHaI ').map(({ id }) => id)).toEqual(['chair']);
    expect(matchingRows(tree, (id) => scene.node(id), 'door')).toEqual([]);
  });

  it('EDT-6: shift selects from the first to the last row, in either direction', () => {
    const rows = visibleRows(example().tree, new Set());
    expect(rowRange(rows, 'garden', 'room')).toEqual(['room', 'chair', 'garden']);
    expect(rowRange(rows, 'gone', 'room')).toEqual(['room']);
  });

  it('EDT-7: arrow keys walk the rows, open and close nodes', () => {
    const { tree } = example();
    const open = visibleRows(tree, new Set());
    const closed = visibleRows(tree, new Set(['house']));
    expect(treeKey(press('ArrowDown'), open, 'house', tree)).toEqual({ type: 'go', id: 'room' });
    expect(treeKey(press('ArrowDown'), open, null, tree)).toEqual({ type: 'go', id: 'house' });
    expect(treeKey(press('ArrowUp'), open, 'house', tree)).toEqual({ type: 'go', id: 'house' });
    expect(treeKey(press('End'), open, 'house', tree)).toEqual({ type: 'go', id: 'lamp' });
    expect(treeKey(press('ArrowRight'), closed, 'house', tree)).toEqual({
      type: 'expand',
      id: 'house',
      expand: true,
    });
    expect(treeKey(press('ArrowRight'), open, 'house', tree)).toEqual({ type: 'go', id: 'room' });
    expect(treeKey(press('ArrowLeft'), open, 'chair', tree)).toEqual({ type: 'go', id: 'room' });
    expect(treeKey(press('ArrowLeft'), open, 'house', tree)).toEqual({
      type: 'expand',
      id: 'house',
      expand: false,
    });
    expect(treeKey(press('F2'), open, 'lamp', tree)).toEqual({ type: 'rename', id: 'lamp' });
  });

  it('EDT-7: leaves the editor its shortcuts', () => {
    const { tree } = example();
    const rows = visibleRows(tree, new Set());
    for (const key of ['w', 'f', 'Delete', 'Escape', '?'])
      expect(treeKey(press(key), rows, 'lamp', tree)).toBeNull();
    expect(treeKey(press('z', { ctrlKey: true }), rows, 'lamp', tree)).toBeNull();
  });

  it('EDT-6: lists 5,000 nodes of any depth without running out of stack', () => {
    const scene = new SceneDoc();
    scene.doc.transact(() => {
      let parent: string | null = null;
      for (let i = 0; i < 5000; i++) {
        const id: string = `n${i}`;
        scene.addNode({ kind: 'group', pose: { parent, order: 'a0' } }, id);
        parent = id;
      }
    });
    expect(visibleRows(scene.tree(), new Set())).toHaveLength(5000);
  });
});
