import { ROOT_MAPS, type RootMap } from '@diorama/shared';
import * as Y from 'yjs';

/** Any Yjs type; the specific types are not assignable to each other. */
export type AnyType = Pick<Y.AbstractType<never>, '_item' | '_map' | '_start' | 'toJSON'>;

/** What happened to an item: it was added or removed as a whole, or something in it changed. */
export type ItemFate = 'added' | 'changed' | 'removed';

/** The combined effect of two successive changes of an item. */
export function joinedFate(first: ItemFate, then: ItemFate): ItemFate {
  if (then === 'removed') return 'removed';
  if (first === 'added') return 'added';
  return first === 'removed' && then === 'changed' ? 'removed' : 'changed';
}

/**
 * Calls back for each item that a transaction touched, possibly more than once. In `scene`, each key is an item.
 *
 * It runs on every edit, so its cost depends only on what was touched, and it allocates nothing. Must be called in
 * `afterTransaction`.
 */
export function eachTouched(
  doc: Y.Doc,
  transaction: Y.Transaction,
  touched: (root: RootMap, id: string, fate: ItemFate) => void,
): void {
  for (const [type, keys] of transaction.changed as ReadonlyMap<AnyType, ReadonlySet<string | null>>) {
    const root = rootOf(doc, type);
    if (root !== undefined) {
      for (const key of keys)
        if (key !== null) touched(root, key, root === 'scene' ? 'changed' : fateOf(type, key, transaction));
      continue;
    }
    for (let at = type._item; at !== null;) {
      const parent = at.parent as AnyType;
      const above = rootOf(doc, parent);
      if (above !== undefined && at.parentSub !== null) touched(above, at.parentSub, 'changed');
      at = parent._item;
    }
  }
}

function rootOf(doc: Y.Doc, type: AnyType): RootMap | undefined {
  if (type._item !== null) return undefined;
  for (const root of ROOT_MAPS) if ((doc.share.get(root) as unknown) === type) return root;
  return undefined;
}

function fateOf(root: AnyType, id: string, transaction: Y.Transaction): ItemFate {
  const item = root._map.get(id);
  if (item === undefined || item.deleted) return 'removed';
  for (let before = item.left; before !== null; before = before.left) {
    const isNew = before.id.clock >= (transaction.beforeState.get(before.id.client) ?? 0);
    if (!isNew) return before.deleted && !Y.isDeleted(transaction.deleteSet, before.id) ? 'added' : 'changed';
  }
  return 'added';
}
