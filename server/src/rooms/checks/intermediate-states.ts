import { faultsOf, shapeOf, type RootMap } from '@diorama/shared';
import * as Y from 'yjs';
import { kindOf, nodeShape } from './node-kinds.js';

type Type = Y.AbstractType<unknown>;
type Roots = ReadonlyMap<unknown, RootMap>;

/**
 * Whether updates that were applied in one transaction, relayed one by one, could show a broken scene on the way to a good one.
 *
 * The schema is checked in the state that all of them lead to. In between, others would see what one update brings and a later one
 * replaces or deletes. Values of known keys are checked here; where more would be needed (entries, kinds, nested types) the answer
 * is yes. To be called inside the transaction: afterwards Yjs has dropped what was replaced.
 */
export function mayPassThroughFaults(transaction: Y.Transaction, roots: Roots): boolean {
  return changesWholes(transaction, roots) || replacesFaults(transaction, roots);
}

/** The kind of a node, or types inside of values, of which intermediate states cannot be told. */
function changesWholes({ changed }: Y.Transaction, roots: Roots): boolean {
  for (const [type, keys] of changed as ReadonlyMap<Type, ReadonlySet<string | null>>)
    if (!roots.has(type) && (!isEntry(type, roots) || keys.has('kind'))) return true;
  return false;
}

function replacesFaults({ doc, deleteSet, beforeState }: Y.Transaction, roots: Roots): boolean {
  for (const [client, ranges] of deleteSet.clients) {
    const structs = doc.store.clients.get(client) ?? [];
    const before = beforeState.get(client) ?? 0;
    for (const { clock, len } of ranges) {
      const from = Math.max(clock, before);
      if (from >= clock + len) continue;
      for (let at = Y.findIndexSS(structs, from); at < structs.length; at++) {
        const struct = structs[at] as Y.Item | Y.GC;
        if (struct.id.clock >= clock + len) break;
        if (struct instanceof Y.Item && isFaulty(struct, roots)) return true;
      }
    }
  }
  return false;
}

/** Whether an item that the transaction brought, and has replaced, was anything but a good value. */
function isFaulty(item: Y.Item, roots: Roots): boolean {
  // It arrived deleted: nobody sees it.
  if (item.content instanceof Y.ContentDeleted) return false;
  const key = item.parentSub;
  const map = item.parent as Type;
  if (item.content instanceof Y.ContentType || key === null || key === 'kind') return true;
  if (roots.get(map) === 'scene') return faultsOf(['scene', key], shapeOf('scene'), item).length > 0;
  const root = roots.get(map._item?.parent);
  if (!isEntry(map, roots) || root === undefined) return true;
  const shape = root === 'nodes' ? nodeShape(kindOf(map)) : shapeOf(root);
  return faultsOf([root, map._item?.parentSub ?? '', key], shape, item).length > 0;
}

/** Whether the type is a node, a material, an animation or a comment thread. */
function isEntry({ _item: item }: Type, roots: Roots): boolean {
  const root = roots.get(item?.parent);
  return root !== undefined && root !== 'scene' && item?.parentSub != null;
}
