/** What the tree rule needs to know of a node. */
export interface TreeEntry {
  readonly parent: string | null;
  readonly order: string;
}

/** The resolved tree: every node exactly once, children in display order. */
export interface SceneTree {
  readonly roots: readonly string[];
  /** The effective parent, after orphans and cycles are resolved; null is the root. */
  parentOf(id: string): string | null;
  childrenOf(id: string | null): readonly string[];
}

/** By order, compared by code unit; equal orders fall back to the id, so that every replica agrees. */
function compareSiblings(a: readonly [string, TreeEntry], b: readonly [string, TreeEntry]): number {
  const [idA, { order: orderA }] = a;
  const [idB, { order: orderB }] = b;
  if (orderA !== orderB) return orderA < orderB ? -1 : 1;
  return idA < idB ? -1 : idA > idB ? 1 : 0;
}

/** The ids that have to come under the root for the parent pointers to form a tree. */
function findRoots(entries: ReadonlyMap<string, TreeEntry>): Set<string> {
  const roots = new Set<string>();
  const settled = new Set<string>();
  for (const start of entries.keys()) {
    const path: string[] = [];
    const positionOnPath = new Map<string, number>();
    let id = start;
    while (!settled.has(id)) {
      const position = positionOnPath.get(id);
      if (position !== undefined) {
        roots.add(path.slice(position).reduce((least, other) => (other < least ? other : least)));
        break;
      }
      positionOnPath.set(id, path.length);
      path.push(id);
      const parent = entries.get(id)?.parent ?? null;
      if (parent === null || !entries.has(parent)) {
        roots.add(id);
        break;
      }
      id = parent;
    }
    for (const visited of path) settled.add(visited);
  }
  return roots;
}

/**
 * Makes one tree of parent pointers that concurrent edits may have left with orphans and cycles.
 *
 * A node whose parent does not exist comes under the root, and so does the node with the least id of every
 * cycle; the rest of the cycle hangs below it. The result depends on the entries alone, not on their order, so every replica
 * and the server show the same tree. Linear in the nodes plus the sort of the siblings.
 */
export function resolveTree(entries: ReadonlyMap<string, TreeEntry>): SceneTree {
  const roots = findRoots(entries);
  const children = new Map<string | null, (readonly [string, TreeEntry])[]>();
  for (const pair of entries) {
    const [id, entry] = pair;
    const parent = roots.has(id) ? null : entry.parent;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pair]);
    else siblings.push(pair);
  }
  const sorted = new Map<string | null, string[]>();
  for (const [parent, siblings] of children) {
    sorted.set(
      parent,
      siblings.sort(compareSiblings).map(([id]) => id),
    );
  }
  return {
    roots: sorted.get(null) ?? [],
    parentOf: (id) => (roots.has(id) ? null : (entries.get(id)?.parent ?? null)),
    childrenOf: (id) => sorted.get(id) ?? [],
  };
}

/** Whether `ancestor` is `id` or lies above it, in the resolved tree. */
export function isWithin(tree: SceneTree, id: string, ancestor: string): boolean {
  for (let at: string | null = id; at !== null; at = tree.parentOf(at)) if (at === ancestor) return true;
  return false;
}

/** `id` and everything below it, parents first. */
export function subtreeOf(tree: SceneTree, id: string): string[] {
  const found = [id];
  // One by one: a spread of a hundred thousand children is a hundred thousand arguments.
  for (const at of found) for (const child of tree.childrenOf(at)) found.push(child);
  return found;
}
