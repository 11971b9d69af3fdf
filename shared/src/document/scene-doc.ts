import * as Y from 'yjs';
import { DioramaError } from '../errors/diorama-error.js';
import { issuesOf } from '../errors/zod-issues.js';
import { isNodeId, newKey, NODE_ID_RULE } from '../ids.js';
import { materialSchema, type Material, type MaterialInput } from '../scene/material.js';
import { nodeSchemaOf, sceneNodeSchema, type SceneNode, type SceneNodeInput } from '../scene/node.js';
import { DEFAULT_POSE, type poseSchema, type Pose } from '../scene/pose.js';
import { sceneSettingsSchema, type SceneSettings, type SceneSettingsInput } from '../scene/settings.js';
import { NodeIndex } from './node-index.js';
import { orderBetween } from './order.js';
import { readMaterial, readNode, readPose, readSettings } from './read.js';
import { isWithin, resolveTree, subtreeOf, type SceneTree, type TreeEntry } from './tree.js';
import { setIfChanged } from './values.js';

type NodePatch = Partial<Record<string, unknown>>;

/**
 * Typed access to a scene's Yjs document.
 *
 * Reading never throws: what another client left out or wrote wrongly reads as its default. Writing checks and
 * throws `invalid_document`. What it remembers of the tree is the document's: any number of SceneDocs may look at one Y.Doc.
 */
export class SceneDoc {
  readonly doc: Y.Doc;
  readonly #index: NodeIndex;

  constructor(doc: Y.Doc = new Y.Doc()) {
    this.doc = doc;
    this.#index = new NodeIndex(doc);
  }

  get sceneMap(): Y.Map<unknown> {
    return this.doc.getMap('scene');
  }

  get nodesMap(): Y.Map<unknown> {
    return this.doc.getMap('nodes');
  }

  get materialsMap(): Y.Map<unknown> {
    return this.doc.getMap('materials');
  }

  get animationsMap(): Y.Map<unknown> {
    return this.doc.getMap('animations');
  }

  get commentsMap(): Y.Map<unknown> {
    return this.doc.getMap('comments');
  }

  settings(): SceneSettings {
    return readSettings(this.sceneMap);
  }

  setSettings(patch: Partial<SceneSettingsInput>): void {
    this.#write(this.sceneMap, patch, sceneSettingsSchema.shape);
  }

  /** The node with its defaults, or undefined when there is none or its kind is unknown. */
  node(id: string): SceneNode | undefined {
    return isNodeId(id) ? readNode(this.nodesMap.get(id)) : undefined;
  }

  nodes(): Map<string, SceneNode> {
    const found = new Map<string, SceneNode>();
    for (const [id, value] of this.nodesMap) {
      const node = isNodeId(id) ? readNode(value) : undefined;
      if (node !== undefined) found.set(id, node);
    }
    return found;
  }

  tree(): SceneTree {
    const entries = new Map<string, TreeEntry>();
    for (const [id, value] of this.nodesMap) {
      const pose = isNodeId(id) ? readPose(value) : undefined;
      if (pose !== undefined) entries.set(id, pose);
    }
    return resolveTree(entries);
  }

  /** Adds a node, by default last under its parent, and returns its id. Only the pose and the keys given are stored. */
  addNode(input: SceneNodeInput, id: string = newKey()): string {
    const parsed = sceneNodeSchema.safeParse(input);
    if (!parsed.success)
      throw new DioramaError('invalid_document', 'The node breaks the schema', {
        issues: issuesOf(parsed.error),
      });
    assertId(id);
    const order = input.pose?.order ?? this.orderAtEnd(input.pose?.parent ?? null);
    const map = mapOf(input, parsed.data);
    const pose: Pose = { ...parsed.data.pose, order };
    map.set('pose', pose);
    this.#remember(
      () => this.nodesMap.set(id, map),
      () => this.#index.wrote(id, pose),
    );
    return id;
  }

  /** Writes the given keys of a node; a key whose value is the same is not written. Throws `invalid_document`. */
  setNode(id: string, patch: NodePatch): void {
    const map = this.#nodeMap(id);
    const kind = readNode(map)?.kind;
    if (kind === undefined) throw new DioramaError('invalid_document', `Node ${id} has no known kind`);
    if (Object.hasOwn(patch, 'kind') && patch.kind !== kind)
      throw new DioramaError('invalid_document', `Node ${id} is a ${kind} and stays one`);
    this.#write(map, patch, nodeSchemaOf(kind).shape, id);
  }

  /**
   * Changes parts of the pose; it is written as one value.
   *
   * Throws `invalid_document` also when the new parent is the node itself or below it.
   */
  setPose(id: string, patch: Partial<Pose>): void {
    const current = readPose(this.nodesMap.get(id)) ?? DEFAULT_POSE;
    if (patch.parent && patch.parent !== current.parent && this.#isBelow(patch.parent, id))
      throw new DioramaError('invalid_document', `Node ${id} cannot come below itself`);
    this.setNode(id, { pose: { ...current, ...patch } });
  }

  /** Removes a node and all that is below it. */
  removeNode(id: string): void {
    const doomed = this.#index.subtree(id) ?? subtreeOf(this.tree(), id);
    this.#remember(
      () => {
        for (const each of doomed) this.nodesMap.delete(each);
      },
      () => {
        for (const each of doomed) this.#index.wrote(each, undefined);
      },
    );
  }

  /**
   * The order key that puts a node last below `parent`.
   *
   * Reads every node's pose (milliseconds at 10,000 nodes) when somebody else has written since this was asked last.
   */
  orderAtEnd(parent: string | null): string {
    return orderBetween(this.#index.lastOrder(parent), null);
  }

  material(id: string): Material | undefined {
    return isNodeId(id) ? readMaterial(this.materialsMap.get(id)) : undefined;
  }

  materials(): Map<string, Material> {
    const found = new Map<string, Material>();
    for (const [id, value] of this.materialsMap) {
      const material = isNodeId(id) ? readMaterial(value) : undefined;
      if (material !== undefined) found.set(id, material);
    }
    return found;
  }

  addMaterial(input: MaterialInput, id: string = newKey()): string {
    const parsed = materialSchema.safeParse(input);
    if (!parsed.success)
      throw new DioramaError('invalid_document', 'The material breaks the schema', {
        issues: issuesOf(parsed.error),
      });
    assertId(id);
    const map = mapOf(input, parsed.data);
    this.#remember(
      () => this.materialsMap.set(id, map),
      () => this.#index.kept(),
    );
    return id;
  }

  setMaterial(id: string, patch: Partial<MaterialInput>): void {
    const map = this.materialsMap.get(id);
    if (!(map instanceof Y.Map)) throw new DioramaError('invalid_document', `There is no material ${id}`);
    this.#write(map as Y.Map<unknown>, patch, materialSchema.shape);
  }

  /** Whether `id` is `ancestor` or lies below it. Looks at the nodes above `id` alone, unless pointers run in a circle. */
  #isBelow(id: string, ancestor: string): boolean {
    const seen = new Set<string>();
    for (let at: string | null = id; at !== null && !seen.has(at);) {
      if (at === ancestor) return isWithin(this.tree(), id, ancestor);
      seen.add(at);
      at = readPose(this.nodesMap.get(at))?.parent ?? null;
    }
    return false;
  }

  /** Writes in a transaction, and lets the index know of it where it was up to date. */
  #remember(write: () => void, note: () => void): void {
    this.doc.transact(() => {
      const { isCurrent } = this.#index;
      write();
      if (isCurrent) note();
    });
  }

  #nodeMap(id: string): Y.Map<unknown> {
    const map = this.nodesMap.get(id);
    if (!(map instanceof Y.Map)) throw new DioramaError('invalid_document', `There is no node ${id}`);
    return map as Y.Map<unknown>;
  }

  #write(map: Y.Map<unknown>, patch: NodePatch, shape: object, nodeId?: string): void {
    const checked = Object.entries(patch).map(([key, value]) => [key, checkKey(shape, key, value)] as const);
    const moves = nodeId !== undefined && Object.hasOwn(patch, 'pose');
    this.#remember(
      () => {
        for (const [key, value] of checked) setIfChanged(map, key, value);
      },
      () => (moves ? this.#index.wrote(nodeId, readPose(map)) : this.#index.kept()),
    );
  }
}

function assertId(id: string): void {
  if (!isNodeId(id)) throw new DioramaError('invalid_document', NODE_ID_RULE);
}

/** The keys that `input` gives, as `parsed` has them: copies, so that the caller's objects stay the caller's. */
function mapOf(input: object, parsed: object): Y.Map<unknown> {
  const given = Object.entries(parsed).filter(
    ([key]) => (input as Record<string, unknown>)[key] !== undefined && Object.hasOwn(input, key),
  );
  return new Y.Map<unknown>(given);
}

/** `value` as the schema of `key` reads it; undefined removes the key. */
function checkKey(shape: object, key: string, value: unknown): unknown {
  const schema = (shape as Record<string, typeof poseSchema | undefined>)[key];
  if (schema === undefined || value === undefined) return value;
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new DioramaError('invalid_document', `${key} breaks the schema`, {
      issues: issuesOf(parsed.error, [key]),
    });
  return parsed.data;
}
