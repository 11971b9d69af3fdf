import { isNodeId, readPose, resolveTree, type Pose, type SceneTree, type TreeEntry } from '@diorama/shared';

interface Entry extends TreeEntry {
  readonly id: string;
}

const compare = (a: Entry, b: Entry): number => {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
};

/**
 * The scene tree while a batch changes it: what `resolveTree` says, kept up to date node by node.
 *
 * Where parent pointers run in a circle, or a node appears that orphans were waiting for, it is resolved anew.
 */
export class DraftTree {
  readonly #entries = new Map<string, TreeEntry>();
  /** Children in order, by the effective parent. */
  #children = new Map<string | null, Entry[]>();
  #parents = new Map<string, string | null>();
  #orphansOf = new Set<string>();
  #hasCycles = false;
  #outdated = true;

  /** `values` are nodes as they are stored. */
  constructor(values: Iterable<readonly [string, unknown]>) {
    for (const [id, value] of values) {
      const pose = isNodeId(id) ? readPose(value) : undefined;
      if (pose !== undefined) this.#entries.set(id, { parent: pose.parent, order: pose.order });
    }
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  parentOf(id: string): string | null {
    this.#resolve();
    return this.#parents.get(id) ?? null;
  }

  childrenOf(parent: string | null): readonly Entry[] {
    this.#resolve();
    return this.#children.get(parent) ?? [];
  }

  /** Where `id` is among the children of its parent; undefined where there is no such node. */
  indexOf(id: string): number | undefined {
    const known = this.#entries.get(id);
    if (known === undefined) return undefined;
    const siblings = this.childrenOf(this.parentOf(id));
    const at = position(siblings, { id, ...known });
    return siblings[at]?.id === id ? at : undefined;
  }

  /** Whether `ancestor` is `id` or lies above it. */
  isWithin(id: string, ancestor: string): boolean {
    for (let at: string | null = id; at !== null; at = this.parentOf(at)) if (at === ancestor) return true;
    return false;
  }

  /** `id` and all that is below it, parents first. */
  subtree(id: string): string[] {
    const found = [id];
    for (const at of found) for (const child of this.childrenOf(at)) found.push(child.id);
    return found;
  }

  set(id: string, { parent, order }: Pick<Pose, 'parent' | 'order'>): void {
    const known = this.#entries.get(id);
    if (known?.parent === parent && known.order === order) return;
    this.#entries.set(id, { parent, order });
    if (this.#hasCycles || (known === undefined && this.#orphansOf.has(id))) this.#outdated = true;
    if (this.#outdated) return;
    if (known !== undefined) this.#take(id, known.order);
    const above = parent !== null && this.#entries.has(parent) ? parent : null;
    if (above !== parent && parent !== null) this.#orphansOf.add(parent);
    this.#insert(above, { id, parent, order });
  }

  /** Takes a node away; what was below it comes under the root, as everywhere. */
  remove(id: string): void {
    const known = this.#entries.get(id);
    if (known === undefined) return;
    this.#entries.delete(id);
    if (this.#hasCycles || this.#outdated) {
      this.#outdated = true;
      return;
    }
    this.#take(id, known.order);
    this.#parents.delete(id);
    const orphans = this.#children.get(id) ?? [];
    this.#children.delete(id);
    if (orphans.length > 0) this.#orphansOf.add(id);
    for (const orphan of orphans) this.#insert(null, orphan);
  }

  #insert(parent: string | null, entry: Entry): void {
    this.#parents.set(entry.id, parent);
    const siblings = this.#children.get(parent);
    if (siblings === undefined) this.#children.set(parent, [entry]);
    else siblings.splice(position(siblings, entry), 0, entry);
  }

  #take(id: string, order: string): void {
    const siblings = this.#children.get(this.#parents.get(id) ?? null) ?? [];
    const at = position(siblings, { id, order, parent: null });
    if (siblings[at]?.id === id) siblings.splice(at, 1);
  }

  #resolve(): void {
    if (!this.#outdated) return;
    this.#outdated = false;
    const tree: SceneTree = resolveTree(this.#entries);
    this.#children = new Map();
    this.#parents = new Map();
    this.#orphansOf = new Set();
    this.#hasCycles = false;
    for (const [id, { parent }] of this.#entries) {
      const above = tree.parentOf(id);
      this.#parents.set(id, above);
      if (above === null && parent !== null) {
        if (this.#entries.has(parent)) this.#hasCycles = true;
        else this.#orphansOf.add(parent);
      }
    }
    for (const parent of new Set(this.#parents.values())) {
      const children = tree
        .childrenOf(parent)
        .map((id): Entry => ({ id, ...(this.#entries.get(id) as TreeEntry) }));
      this.#children.set(parent, children);
    }
  }
}

/** Where `entry` is, or belongs, among sorted siblings. */
function position(siblings: readonly Entry[], entry: Entry): number {
  let low = 0;
  let high = siblings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(siblings[middle] as Entry, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
