import {
  readMaterial,
  readNode,
  readSettings,
  resolveTree,
  type Material,
  type SceneDoc,
  type SceneNode,
  type SceneSettings,
  type SceneTree,
} from '@diorama/shared';
import type * as Y from 'yjs';

import { Listeners } from './listeners.js';

/**
 * The document as React reads it: values that stay identical until they change.
 *
 * Only what an edit touched is read again, and each listener hears only of its own node, so that a scene of thousands
 * of nodes costs as little per edit as a small one.
 */
export class SceneStore {
  #scene: SceneDoc;
  readonly #nodes = new Map<string, SceneNode>();
  /** As they were when they were deleted, for as long as the scene is open: the document keeps nothing of them. */
  readonly #deleted = new Map<string, SceneNode>();
  readonly #nodeListeners = new Map<string, Listeners>();
  readonly #changeListeners = new Listeners();
  readonly #outlineListeners = new Listeners();
  readonly #settingsListeners = new Listeners();
  readonly #materialListeners = new Listeners();
  #stop: () => void;
  #tree: SceneTree | null = null;
  #settings: SceneSettings | null = null;
  #materials: ReadonlyMap<string, Material> | null = null;
  #outlineVersion = 0;

  constructor(scene: SceneDoc) {
    this.#scene = scene;
    this.#stop = this.#bind(scene);
  }

  /** Reads another document from now on: the SDK gives a fresh one when the server has refused an edit. */
  rebind(scene: SceneDoc): void {
    this.#stop();
    this.#scene = scene;
    this.#nodes.clear();
    this.#tree = null;
    this.#settings = null;
    this.#materials = null;
    this.#outlineVersion++;
    this.#stop = this.#bind(scene);
    for (const listeners of [...this.#nodeListeners.values()]) listeners.call();
    this.#outlineListeners.call();
    this.#changeListeners.call();
    this.#settingsListeners.call();
    this.#materialListeners.call();
  }

  #bind(scene: SceneDoc): () => void {
    for (const id of scene.nodesMap.keys()) this.#read(id);
    const onNodes = (events: Y.YEvent<Y.AbstractType<unknown>>[]) => this.#nodesChanged(events);
    const onSettings = () => {
      this.#settings = null;
      this.#settingsListeners.call();
    };
    const onMaterials = () => {
      this.#materials = null;
      this.#materialListeners.call();
    };
    scene.nodesMap.observeDeep(onNodes);
    scene.sceneMap.observeDeep(onSettings);
    scene.materialsMap.observeDeep(onMaterials);
    return () => {
      scene.nodesMap.unobserveDeep(onNodes);
      scene.sceneMap.unobserveDeep(onSettings);
      scene.materialsMap.unobserveDeep(onMaterials);
    };
  }

  node(id: string): SceneNode | undefined {
    return this.#nodes.get(id);
  }

  /** What a node was that has been deleted while the scene is open. */
  deletedNode(id: string): SceneNode | undefined {
    return this.#deleted.get(id);
  }

  get nodes(): ReadonlyMap<string, SceneNode> {
    return this.#nodes;
  }

  tree(): SceneTree {
    return (this.#tree ??= resolveTree(
      new Map([...this.#nodes].map(([id, node]) => [id, node.pose] as const)),
    ));
  }

  settings(): SceneSettings {
    return (this.#settings ??= readSettings(this.#scene.sceneMap));
  }

  materials(): ReadonlyMap<string, Material> {
    return (this.#materials ??= this.#readMaterials());
  }

  /** Grows whenever a row of the outliner may look different: tree, names, visibility, locks. */
  get outlineVersion(): number {
    return this.#outlineVersion;
  }

  onNode(id: string, callback: () => void): () => void {
    let listeners = this.#nodeListeners.get(id);
    if (listeners === undefined) this.#nodeListeners.set(id, (listeners = new Listeners()));
    const remove = listeners.add(callback);
    return () => {
      remove();
      if (listeners.size === 0 && this.#nodeListeners.get(id) === listeners) this.#nodeListeners.delete(id);
    };
  }

  /** Any change of any node. */
  onChange(callback: () => void): () => void {
    return this.#changeListeners.add(callback);
  }

  onOutline(callback: () => void): () => void {
    return this.#outlineListeners.add(callback);
  }

  onSettings(callback: () => void): () => void {
    return this.#settingsListeners.add(callback);
  }

  onMaterials(callback: () => void): () => void {
    return this.#materialListeners.add(callback);
  }

  dispose(): void {
    this.#stop();
  }

  #read(id: string): SceneNode | undefined {
    const node = readNode(this.#scene.nodesMap.get(id));
    if (node === undefined) this.#nodes.delete(id);
    else this.#nodes.set(id, node);
    return node;
  }

  #readMaterials(): Map<string, Material> {
    const found = new Map<string, Material>();
    for (const [id, value] of this.#scene.materialsMap) {
      const material = readMaterial(value);
      if (material !== undefined) found.set(id, material);
    }
    return found;
  }

  #nodesChanged(events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void {
    const touched = new Set<string>();
    for (const event of events) {
      if (event.target === this.#scene.nodesMap) for (const id of event.keys.keys()) touched.add(id);
      else if (typeof event.path[0] === 'string') touched.add(event.path[0]);
    }
    let outlineChanged = false;
    for (const id of touched) {
      const before = this.#nodes.get(id);
      const after = this.#read(id);
      if (after !== undefined) this.#deleted.delete(id);
      else if (before !== undefined) this.#deleted.set(id, before);
      if (!samePlace(before, after)) this.#tree = null;
      if (!sameRow(before, after)) outlineChanged = true;
    }
    if (outlineChanged) this.#outlineVersion++;
    for (const id of touched) this.#nodeListeners.get(id)?.call();
    if (outlineChanged) this.#outlineListeners.call();
    this.#changeListeners.call();
  }
}

const samePlace = (a: SceneNode | undefined, b: SceneNode | undefined): boolean =>
  a?.pose.parent === b?.pose.parent &&
  a?.pose.order === b?.pose.order &&
  (a === undefined) === (b === undefined);

const sameRow = (a: SceneNode | undefined, b: SceneNode | undefined): boolean =>
  samePlace(a, b) &&
  a?.name === b?.name &&
  a?.visible === b?.visible &&
  a?.locked === b?.locked &&
  iconKey(a) === iconKey(b);

function iconKey(node: SceneNode | undefined): string | undefined {
  if (node?.kind === 'primitive') return node.geometry.type;
  if (node?.kind === 'light') return node.light.type;
  return node?.kind;
}
