import { orderBetween, type SceneDoc } from '@diorama/shared';

import { mayMoveBelow, selectionRoots } from './selection-roots.js';
import { transformOfMatrix, worldMatrix } from './transforms.js';

/** Where dragged nodes go: below `parent`, ahead of `before`; null is the root and the end. */
export interface DropPlace {
  readonly parent: string | null;
  readonly before: string | null;
}

/**
 * Moves nodes to another place in the tree without moving them in the world.
 *
 * @returns false, and nothing is written, when a node would become its own descendant
 */
export function reparent(scene: SceneDoc, ids: readonly string[], place: DropPlace): boolean {
  const tree = scene.tree();
  const moved = selectionRoots(ids, tree);
  if (!mayMoveBelow(moved, place.parent, tree)) return false;
  const node = (id: string) => scene.node(id);
  const toParent = worldMatrix(place.parent, tree, node).invert();
  const siblings = tree.childrenOf(place.parent).filter((id) => !moved.includes(id));
  const beforeAt = place.before === null ? -1 : siblings.indexOf(place.before);
  const nextAt = beforeAt === -1 ? siblings.length : beforeAt;
  const orderOf = (id: string | undefined) =>
    id === undefined ? null : (scene.node(id)?.pose.order ?? null);
  let previous = orderOf(siblings[nextAt - 1]);
  const next = orderOf(siblings[nextAt]);
  for (const id of moved) {
    const order = orderBetween(previous, next);
    const transform =
      tree.parentOf(id) === place.parent
        ? {}
        : transformOfMatrix(worldMatrix(id, tree, node).premultiply(toParent));
    scene.setPose(id, { ...transform, parent: place.parent, order });
    previous = order;
  }
  return true;
}
