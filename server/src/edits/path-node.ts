import type { Pose } from '@diorama/shared';
import { compose, IDENTITY, multiply, type Matrix } from './transform.js';

/**
 * A node of a tree that tells what is above it, however deep it is: a link-cut tree (Sleator and Tarjan).
 *
 * The tree is taken apart into paths that lead down, each kept as a splay tree in which the upper end of the path is leftmost.
 * Whatever is asked for of the path from the root to a node, and whatever is linked or moved, costs O(log n) on average, also
 * where a batch moves the root of a deep scene and asks for its leaves by turns.
 */
export class PathNode {
  readonly id: string;
  pose: Pose;
  /** In the splay tree; of its root, the node above the path. */
  #up: PathNode | null = null;
  #left: PathNode | null = null;
  #right: PathNode | null = null;
  #own: Matrix | undefined;
  /** Of all that the splay tree has from here on, in order; undefined where it is not worked out. */
  #product: Matrix | undefined;

  constructor(id: string, pose: Pose) {
    this.id = id;
    this.pose = pose;
  }

  get order(): string {
    return this.pose.order;
  }

  /** Puts it, which has nothing above it, below `parent`. */
  linkBelow(parent: PathNode): void {
    this.#expose();
    this.#up = parent;
  }

  /** Takes it, with all that is below, off what is above. */
  cut(): void {
    this.#expose();
    if (this.#left === null) return;
    this.#left.#up = null;
    this.#left = null;
    this.#product = undefined;
  }

  /** Gives it another pose; its parent is linked for itself. */
  takePose(pose: Pose): void {
    this.#expose();
    this.pose = pose;
    this.#own = undefined;
    this.#product = undefined;
  }

  root(): PathNode {
    this.#expose();
    let root = this.#left;
    if (root === null) return this;
    while (root.#left !== null) root = root.#left;
    root.#splay();
    return root;
  }

  /** Whether `ancestor` is this node or lies above it. */
  isWithin(ancestor: PathNode): boolean {
    if (ancestor === this) return true;
    this.#expose();
    ancestor.#splay();
    // This was the root of the path's splay tree; if it is no more, the other is of the same path.
    return this.#up !== null;
  }

  /** From the space below it to that above the root. */
  world(): Matrix {
    this.#expose();
    // Not by recursion: a splay tree may be as deep as it has nodes.
    const open: PathNode[] = [this];
    for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
      const missing = [node.#left, node.#right].find((each) => each !== null && each.#product === undefined);
      if (missing) {
        open.push(missing);
        continue;
      }
      node.#own ??= compose(node.pose);
      const upper = node.#left === null ? node.#own : multiply(node.#left.#product ?? IDENTITY, node.#own);
      node.#product = node.#right === null ? upper : multiply(upper, node.#right.#product ?? IDENTITY);
      open.pop();
    }
    return this.#product ?? IDENTITY;
  }

  /** Makes one path of what leads from the root to this node, which becomes the root of its splay tree. */
  #expose(): void {
    this.#splay();
    this.#goOnWith(null);
    for (let above = this.#up; above !== null; above = this.#up) {
      above.#splay();
      above.#goOnWith(this);
      this.#splay();
    }
  }

  /** The path that leads here, whose splay tree this is the root of, goes on with another, or ends. */
  #goOnWith(lower: PathNode | null): void {
    if (this.#right === lower) return;
    this.#right = lower;
    this.#product = undefined;
  }

  get #isSplayRoot(): boolean {
    return this.#up === null || (this.#up.#left !== this && this.#up.#right !== this);
  }

  #splay(): void {
    while (!this.#isSplayRoot) {
      const parent = this.#up as PathNode;
      if (!parent.#isSplayRoot) {
        const grandparent = parent.#up as PathNode;
        const isStraight = (grandparent.#left === parent) === (parent.#left === this);
        (isStraight ? parent : this).#rotate();
      }
      this.#rotate();
    }
  }

  #rotate(): void {
    const parent = this.#up as PathNode;
    const above = parent.#up;
    if (above !== null && above.#left === parent) above.#left = this;
    else if (above !== null && above.#right === parent) above.#right = this;
    const isLeft = parent.#left === this;
    const inner = isLeft ? this.#right : this.#left;
    if (isLeft) {
      parent.#left = inner;
      this.#right = parent;
    } else {
      parent.#right = inner;
      this.#left = parent;
    }
    if (inner !== null) inner.#up = parent;
    parent.#up = this;
    this.#up = above;
    // It has all that its parent had.
    this.#product = parent.#product;
    parent.#product = undefined;
  }
}
