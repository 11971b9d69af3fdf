import {
  COMPARED_ITEMS_MAX,
  sameValue,
  type EditCounts,
  type KeyChange,
  type RootMap,
  type SceneDocument,
} from '@diorama/shared';

/** An item that differs between two documents. */
export interface ItemDifference {
  readonly id: string;
  readonly name: string;
  readonly kind?: string;
  readonly changes?: readonly KeyChange[];
}

export interface ItemDifferences {
  readonly added: readonly ItemDifference[];
  readonly removed: readonly ItemDifference[];
  readonly changed: readonly ItemDifference[];
  readonly counts: EditCounts;
}

export type ItemRoot = Exclude<RootMap, 'scene'>;

/** What differs between two documents as they read, defaults filled in. */
export type DocumentDifference = Readonly<Record<ItemRoot, ItemDifferences>> & {
  readonly settings: readonly KeyChange[];
};

export const compareDocuments = (from: SceneDocument, to: SceneDocument): DocumentDifference => ({
  nodes: compareItems(from.nodes, to.nodes),
  materials: compareItems(from.materials, to.materials),
  animations: compareItems(from.animations, to.animations),
  comments: compareItems(from.comments, to.comments),
  settings: compareKeys(from.scene, to.scene),
});

type Item = Readonly<Record<string, unknown>>;

function compareItems(
  from: Readonly<Record<string, object>>,
  to: Readonly<Record<string, object>>,
): ItemDifferences {
  const added: ItemDifference[] = [];
  const removed: ItemDifference[] = [];
  const changed: ItemDifference[] = [];
  for (const [id, item] of Object.entries(from))
    if (!Object.hasOwn(to, id)) removed.push(describe(id, item as Item));
  for (const [id, item] of Object.entries(to)) {
    const before = Object.hasOwn(from, id) ? from[id] : undefined;
    if (before === undefined) {
      added.push(describe(id, item as Item));
      continue;
    }
    const changes = compareKeys(before, item);
    if (changes.length > 0) changed.push({ ...describe(id, item as Item), changes });
  }
  const counts = { added: added.length, changed: changed.length, removed: removed.length };
  const most = <T>(items: T[]): T[] => items.slice(0, COMPARED_ITEMS_MAX);
  return { added: most(added), removed: most(removed), changed: most(changed), counts };
}

function compareKeys(from: object, to: object): KeyChange[] {
  const [before, after] = [from as Item, to as Item];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    sameValue(before[key], after[key])
      ? []
      : [
          {
            key,
            ...(Object.hasOwn(before, key) && { before: before[key] }),
            ...(Object.hasOwn(after, key) && { after: after[key] }),
          },
        ],
  );
}

const describe = (id: string, { name, kind }: Item): ItemDifference => ({
  id,
  name: typeof name === 'string' ? name : '',
  ...(typeof kind === 'string' && { kind }),
});
