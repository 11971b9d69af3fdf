import { orderBetween, ordersBetween, type OperationOf, type Pose } from '@diorama/shared';
import type { Draft } from '../draft.js';
import { poseOf, transformBelow } from './arrange.js';
import type { Done, OperationContext } from './context.js';
import { fault } from './fault.js';
import { ROOT_OF } from './item-roots.js';

/** Removes an item; a node with all that is below it, or with its children in its place. */
export function remove({ draft }: OperationContext, operation: OperationOf<'delete'>): Done {
  const { id, target } = operation;
  const root = ROOT_OF[target];
  if (target !== 'node') {
    if (!draft.has(root, id)) throw fault(['id'], 'unknown_id', `There is no ${target} ${id}`);
    draft.put(root, id, undefined);
    return { id };
  }
  poseOf(draft, id);
  switch (operation.children) {
    case 'delete':
      // From the leaves up, so that nothing is an orphan in between.
      for (const each of draft.tree.subtree(id).reverse()) draft.put('nodes', each, undefined);
      break;
    case 'lift':
      lift(draft, id, operation.keep_world);
      draft.put('nodes', id, undefined);
  }
  return { id };
}

/** Puts the children of `id` in its place below its parent, in their order. */
function lift(draft: Draft, id: string, keepWorld: boolean): void {
  const { tree } = draft;
  const parent = tree.parentOf(id);
  const siblings = tree.childrenOf(parent);
  const at = tree.indexOf(id) ?? 0;
  let previous = siblings[at]?.order ?? null;
  const next = siblings[at + 1]?.order ?? null;
  const children = tree.childrenOf(id);
  // One behind the other, each a little longer than the one before, keys of many would grow beyond all measure.
  const orders = ordersBetween(previous, next, children.length);
  const lifted = children.map((child, index): [string, Pose] => {
    const pose = poseOf(draft, child.id);
    previous = orders?.[index] ?? orderBetween(previous, next);
    const transform = keepWorld ? transformBelow(draft, child.id, parent) : pose;
    return [child.id, { ...pose, ...transform, parent, order: previous }];
  });
  for (const [child, pose] of lifted) draft.write('nodes', child, { pose });
}
