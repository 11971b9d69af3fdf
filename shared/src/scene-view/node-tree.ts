import type { Object3D, Scene } from 'three';
import { resolveTree, type SceneTree } from '../document/tree.js';
import type { SceneNode } from '../scene/node.js';
import type { ContentContext } from './content.js';
import { NodeView } from './node-view.js';

/** All nodes as objects below the scene, in the tree that the document's parents resolve to. */
export class NodeTree {
  readonly #scene: Scene;
  readonly #context: ContentContext;
  readonly #views = new Map<string, NodeView>();
  readonly #idOfRoot = new WeakMap<Object3D, string>();
  #tree: SceneTree = resolveTree(new Map());

  constructor(scene: Scene, context: ContentContext) {
    this.#scene = scene;
    this.#context = context;
  }

  get views(): ReadonlyMap<string, NodeView> {
    return this.#views;
  }

  get tree(): SceneTree {
    return this.#tree;
  }

  /** Brings the given nodes to what the document says; undefined is a node that is gone or cannot be read. */
  apply(nodes: ReadonlyMap<string, SceneNode | undefined>): void {
    let reshaped = false;
    for (const [id, node] of nodes) {
      const view = this.#views.get(id);
      const before = view?.node.pose;
      reshaped ||=
        before?.parent !== node?.pose.parent || before?.order !== node?.pose.order || !view !== !node;
      if (node === undefined) this.#remove(id);
      else if (view === undefined) this.#add(id, node);
      else view.update(node);
    }
    if (reshaped) this.#reshape();
  }

  nodeOf(object: Object3D): string | undefined {
    for (let at: Object3D | null = object; at !== null; at = at.parent) {
      const id = this.#idOfRoot.get(at);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  dispose(): void {
    for (const id of [...this.#views.keys()]) this.#remove(id);
  }

  #add(id: string, node: SceneNode): void {
    const view = new NodeView(node, this.#context);
    this.#views.set(id, view);
    this.#idOfRoot.set(view.root, id);
  }

  #remove(id: string): void {
    this.#views.get(id)?.dispose();
    this.#views.delete(id);
  }

  #reshape(): void {
    const poses = new Map([...this.#views].map(([id, { node }]) => [id, node.pose]));
    this.#tree = resolveTree(poses);
    const moved: [Object3D, Object3D][] = [];
    for (const [id, { root }] of this.#views) {
      const parentId = this.#tree.parentOf(id);
      const parent = (parentId === null ? undefined : this.#views.get(parentId)?.root) ?? this.#scene;
      if (root.parent !== parent) moved.push([root, parent]);
    }
    // First all out, then all in: two nodes that swap places must never be each other's ancestors. An object's
    // children list is searched on removal, so a whole scene is cleared from the end.
    for (const [root] of moved.toReversed()) root.removeFromParent();
    for (const [root, parent] of moved) parent.add(root);
  }
}
