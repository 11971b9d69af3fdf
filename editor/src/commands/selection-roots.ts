import { isWithin, type SceneTree } from '@diorama/shared';

/** The ids whose ancestors are not in `ids` too, in tree order: what moving or copying the whole selection touches. */
export function selectionRoots(ids: readonly string[], tree: SceneTree): string[] {
  const chosen = new Set(ids);
  return ids.filter((id) => {
    const parent = tree.parentOf(id);
    for (let at = parent; at !== null; at = tree.parentOf(at)) if (chosen.has(at)) return false;
    return true;
  });
}

/** Whether `ids` may come below `parent`: nothing may become its own descendant. */
export const mayMoveBelow = (ids: readonly string[], parent: string | null, tree: SceneTree): boolean =>
  parent === null || ids.every((id) => !isWithin(tree, parent, id));
