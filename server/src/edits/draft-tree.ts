import { isNodeId, readPose, resolveTree, sameValue, type Pose } from '@diorama/shared';
import { PathNode } from './path-node.js';
import { IDENTITY, type Matrix } from './transform.js';

type Entry = Pick<PathNode, 'id' | 'order'>;

const compare = (a: Entry, b: Entry): number => {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
};

/**
 * The scene tree while a batch changes it: what `resolveTree` says, kept up to date node by node.
 *
 * No change costs what the scene is, neither its nodes nor its depth: not either where orphans get their parent, or where
 * parent pointers run in a circle. Of every circle the node with the least id is under the root, as everywhere.
 */
export class DraftTree {
  readonly #nodes = new Map<string, PathNode>();
  /** The effective parent; null is the root. */
  readonly #parents = new Map<PathNode, PathNode | null>();
  /** Children in order, by the effective parent. */
  readonly #children = new Map<PathNode | null, PathNode[]>();
  /** What waits under the root for a parent that is not there. */
  readonly #orphans = new Map<string, Set<PathNode>>();
  /** What is under the root since its parent lies below it. */
  readonly #cut = new Set<PathNode>();

  /** `values` are nodes as they are stored. */
  constructor(values: Iterable<readonly [string, unknown]>) {
    for (const [id, value] of values) {
      const pose = isNodeId(id) ? readPose(value) : undefined;
      if (pose !== undefined) this.#nodes.set(id, new PathNode(id, pose));
    }
    const tree = resolveTree(new Map([...this.#nodes].map(([id, { pose }]) => [id, pose])));
    for (const [id, node] of this.#nodes) {
      const parent = this.#find(tree.parentOf(id));
      this.#parents.set(node, parent);
      if (parent !== null) node.linkBelow(parent);
      else if (this.#find(node.pose.parent) !== null) this.#cut.add(node);
      else this.#await(node);
    }
    for (const parent of new Set(this.#parents.values())) {
      const children = tree.childrenOf(parent?.id ?? null);
      this.#children.set(
        parent,
        children.map((id) => this.#nodes.get(id) as PathNode),
      );
    }
  }

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  parentOf(id: string): string | null {
    const node = this.#find(id);
    return node === null ? null : (this.#parents.get(node)?.id ?? null);
  }

  childrenOf(parent: string | null): readonly Entry[] {
    const node = this.#find(parent);
    return node === null && parent !== null ? [] : (this.#children.get(node) ?? []);
  }

  /** Where `id` is among the children of its parent; undefined where there is no such node. */
  indexOf(id: string): number | undefined {
    const node = this.#find(id);
    return node === null ? undefined : position(this.#siblingsOf(node), node);
  }

  /** Whether `ancestor` is `id` or lies above it. */
  isWithin(id: string, ancestor: string): boolean {
    if (id === ancestor) return true;
    const [node, above] = [this.#find(id), this.#find(ancestor)];
    return node !== null && above !== null && node.isWithin(above);
  }

  /** From the space below a node to that of the world; null is the root. */
  worldOf(id: string | null): Matrix {
    return this.#find(id)?.world() ?? IDENTITY;
  }

  /** `id` and all that is below it, parents first. */
  subtree(id: string): string[] {
    const found = [id];
    for (const at of found) for (const child of this.childrenOf(at)) found.push(child.id);
    return found;
  }

  set(id: string, pose: Pose): void {
    const known = this.#find(id);
    if (known === null) return this.#add(new PathNode(id, pose));
    if (known.pose.parent !== pose.parent) {
      this.#release(known);
      known.takePose(pose);
      this.#attach(known);
    } else if (known.order !== pose.order) {
      this.#leave(known);
      known.takePose(pose);
      this.#join(known);
    } else if (!sameValue(known.pose, pose)) known.takePose(pose);
  }

  /** Takes a node away; what was below it comes under the root, as everywhere. */
  remove(id: string): void {
    const node = this.#find(id);
    if (node === null) return;
    this.#release(node);
    this.#nodes.delete(id);
    this.#parents.delete(node);
    const orphans = this.#children.get(node) ?? [];
    this.#children.delete(node);
    for (const orphan of orphans) {
      orphan.cut();
      this.#await(orphan);
      this.#place(orphan, null);
    }
  }

  #find(id: string | null): PathNode | null {
    return id === null ? null : (this.#nodes.get(id) ?? null);
  }

  #add(node: PathNode): void {
    this.#nodes.set(node.id, node);
    this.#attach(node);
    const orphans = this.#orphans.get(node.id) ?? [];
    for (const orphan of [...orphans]) {
      this.#release(orphan);
      this.#attach(orphan);
    }
  }

  /** Puts a node where its pose says; it is nowhere yet. */
  #attach(node: PathNode): void {
    const parent = this.#find(node.pose.parent);
    if (parent === null) this.#await(node);
    else if (parent.isWithin(node)) return this.#cutCircle(node, parent);
    this.#place(node, parent);
  }

  /** Where a node's parent lies below it. Such circles last: each costs once what it is long. */
  #cutCircle(node: PathNode, parent: PathNode): void {
    let least = node;
    for (let at = parent; at !== node; at = this.#parents.get(at) as PathNode)
      if (at.id < least.id) least = at;
    this.#cut.add(least);
    if (least === node) return this.#place(node, null);
    this.#take(least);
    this.#place(least, null);
    this.#place(node, parent);
  }

  /** Takes a node from where its pose says, before it gets another parent. */
  #release(node: PathNode): void {
    this.#orphans.get(node.pose.parent ?? '')?.delete(node);
    if (!this.#cut.delete(node) && this.#cut.size > 0) {
      const root = node.root();
      const below = this.#cut.has(root) ? this.#find(root.pose.parent) : null;
      if (below?.isWithin(node) === true) {
        // It is part of a circle, which ends here.
        this.#take(node);
        this.#cut.delete(root);
        this.#take(root);
        this.#place(root, below);
        return;
      }
    }
    this.#take(node);
  }

  #await(node: PathNode): void {
    const { parent } = node.pose;
    if (parent === null) return;
    const waiting = this.#orphans.get(parent);
    if (waiting === undefined) this.#orphans.set(parent, new Set([node]));
    else waiting.add(node);
  }

  #place(node: PathNode, parent: PathNode | null): void {
    this.#parents.set(node, parent);
    if (parent !== null) node.linkBelow(parent);
    this.#join(node);
  }

  #take(node: PathNode): void {
    node.cut();
    this.#leave(node);
  }

  #siblingsOf(node: PathNode): PathNode[] {
    const parent = this.#parents.get(node) ?? null;
    let siblings = this.#children.get(parent);
    if (siblings === undefined) this.#children.set(parent, (siblings = []));
    return siblings;
  }

  #join(node: PathNode): void {
    const siblings = this.#siblingsOf(node);
    siblings.splice(position(siblings, node), 0, node);
  }

  #leave(node: PathNode): void {
    const siblings = this.#siblingsOf(node);
    siblings.splice(position(siblings, node), 1);
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
