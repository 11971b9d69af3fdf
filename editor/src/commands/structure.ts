import { subtreeOf, type SceneDoc } from '@diorama/shared';
import { Vector3 } from 'three';

import { reparent } from './reparent.js';
import { selectionRoots } from './selection-roots.js';
import { worldMatrix } from './transforms.js';

/** Removes nodes with all that is below them, except what is locked. Returns how many of the given nodes went. */
export function deleteNodes(scene: SceneDoc, ids: readonly string[]): number {
  const doomed = selectionRoots(ids, scene.tree()).filter((id) => scene.node(id)?.locked === false);
  for (const id of doomed) scene.removeNode(id);
  return doomed.length;
}

/** Copies nodes with all that is below them, each beside its original, and returns the copies. */
export function duplicateNodes(scene: SceneDoc, ids: readonly string[]): string[] {
  const tree = scene.tree();
  return selectionRoots(ids, tree).flatMap((root) => {
    const copies = new Map<string, string>();
    for (const id of subtreeOf(tree, root)) {
      const node = scene.node(id);
      if (node === undefined) continue;
      const parent = id === root ? tree.parentOf(id) : (copies.get(tree.parentOf(id) ?? '') ?? null);
      const order = id === root ? scene.orderAtEnd(parent) : node.pose.order;
      const name = id === root ? nameOfCopy(node.name) : node.name;
      copies.set(id, scene.addNode({ ...node, name, pose: { ...node.pose, parent, order } }));
    }
    const copy = copies.get(root);
    return copy === undefined ? [] : [copy];
  });
}

/** "Chair" → "Chair 2", "Chair 2" → "Chair 3". */
export function nameOfCopy(name: string): string {
  const match = /^(.*?)\s+(\d{1,6})$/.exec(name);
  return match ? `${match[1]} ${Number(match[2]) + 1}` : `${name} 2`.trim();
}

/** Puts nodes into a new group in the middle of them, where the last one's parent is, and returns the group. */
export function groupNodes(scene: SceneDoc, ids: readonly string[]): string | null {
  const tree = scene.tree();
  const members = selectionRoots(ids, tree);
  const last = members.at(-1);
  if (last === undefined) return null;
  const parent = tree.parentOf(last);
  const node = (id: string) => scene.node(id);
  const middle = new Vector3();
  for (const id of members) middle.add(new Vector3().setFromMatrixPosition(worldMatrix(id, tree, node)));
  middle.divideScalar(members.length).applyMatrix4(worldMatrix(parent, tree, node).invert());
  const group = scene.addNode({
    kind: 'group',
    name: 'Group',
    pose: { parent, translation: middle.toArray() },
  });
  reparent(scene, members, { parent: group, before: null });
  return group;
}
