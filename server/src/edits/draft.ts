import {
  entriesOf,
  isNodeId,
  readPose,
  ROOT_MAPS,
  sameValue,
  toPlain,
  type DocumentChange,
  type EditCounts,
  type Pose,
  type RootMap,
} from '@diorama/shared';
import type * as Y from 'yjs';
import { DraftTree } from './draft-tree.js';

/** An item of the document as it is stored: plain JSON by key, without defaults. Values are never changed in place. */
export type StoredItem = Readonly<Record<string, unknown>>;

interface Touched {
  readonly before: StoredItem | undefined;
  after: StoredItem | undefined;
  /** Which step wrote it last. */
  step: number;
}

/** The settings are one item. */
const SETTINGS = '';

/** An item's entries as plain JSON; undefined for what is no map, which nothing here understands. */
export function storedItem(value: unknown): StoredItem | undefined {
  const entries = entriesOf(value);
  if (entries === undefined) return undefined;
  const item: Record<string, unknown> = {};
  for (const [key, raw] of entries) if (key !== '__proto__') item[key] = toPlain(raw);
  return item;
}

/**
 * A document with changes that are not made yet.
 *
 * Yjs cannot take a transaction back, so whatever may still turn out to be wrong is tried here. It copies what is
 * touched and nothing else: a batch on a large scene costs what the batch is, not what the scene is.
 */
export class Draft {
  readonly doc: Y.Doc;
  /** Number of what is being done, for whoever asks later what wrote an item. */
  step = 0;
  readonly #touched = new Map<RootMap, Map<string, Touched>>(ROOT_MAPS.map((root) => [root, new Map()]));
  /** How many more items each root has than the document. */
  readonly #growth = new Map<RootMap, number>();
  /** How many items the document has: Yjs counts them anew each time it is asked. */
  readonly #sizes = new Map<RootMap, number>();
  #tree: DraftTree | undefined;
  #changes: DocumentChange[] | undefined;
  #writes = 0;

  constructor(doc: Y.Doc) {
    this.doc = doc;
  }

  /** The tree as it is in this draft; read from the document when it is first asked for. */
  get tree(): DraftTree {
    this.#tree ??= new DraftTree(this.#poses());
    return this.#tree;
  }

  /** How often an item was written: work that is done while everybody waits. */
  get writes(): number {
    return this.#writes;
  }

  has(root: RootMap, id: string): boolean {
    const touched = this.#touchedOf(root).get(id);
    return touched === undefined ? this.doc.getMap(root).has(id) : touched.after !== undefined;
  }

  item(root: RootMap, id: string = SETTINGS): StoredItem | undefined {
    const touched = this.#touchedOf(root).get(id);
    return touched === undefined ? this.#stored(root, id) : touched.after;
  }

  /** The pose of a node with its defaults; undefined when there is none that this version understands. */
  pose(id: string): Pose | undefined {
    const item = isNodeId(id) ? this.item('nodes', id) : undefined;
    return item && readPose(item);
  }

  /** Puts a whole item in its place; undefined removes it. */
  put(root: RootMap, id: string, item: StoredItem | undefined): void {
    this.#writes++;
    this.#changes = undefined;
    const touched = this.#touch(root, id);
    const growth = Number(item !== undefined) - Number(touched.after !== undefined);
    if (growth !== 0) this.#growth.set(root, (this.#growth.get(root) ?? 0) + growth);
    touched.after = item;
    touched.step = this.step;
    if (root !== 'nodes' || this.#tree === undefined) return;
    const pose = item && isNodeId(id) ? readPose(item) : undefined;
    if (pose === undefined) this.#tree.remove(id);
    else this.#tree.set(id, pose);
  }

  /** Writes keys of an item that is there; undefined removes a key. */
  write(root: RootMap, id: string | null, values: StoredItem): void {
    const item = { ...this.item(root, id ?? SETTINGS) };
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) delete item[key];
      else item[key] = value;
    }
    this.put(root, id ?? SETTINGS, item);
  }

  /** How many items the root will have. */
  size(root: RootMap): number {
    let size = this.#sizes.get(root);
    if (size === undefined) this.#sizes.set(root, (size = this.doc.getMap(root).size));
    return size + (this.#growth.get(root) ?? 0);
  }

  /** The step that wrote an item last. */
  stepOf(root: RootMap, id: string | null): number {
    return this.#touchedOf(root).get(id ?? SETTINGS)?.step ?? 0;
  }

  /** What the draft changes. */
  changes(): readonly DocumentChange[] {
    this.#changes ??= this.#compare();
    return this.#changes;
  }

  #compare(): DocumentChange[] {
    const changes: DocumentChange[] = [];
    for (const [root, items] of this.#touched) {
      for (const [id, { before, after }] of items)
        changes.push(...changesOf(root, root === 'scene' ? null : id, before, after));
    }
    return changes;
  }

  #touchedOf(root: RootMap): Map<string, Touched> {
    return this.#touched.get(root) as Map<string, Touched>;
  }

  #touch(root: RootMap, id: string): Touched {
    const items = this.#touchedOf(root);
    let touched = items.get(id);
    if (touched === undefined) {
      const before = this.#stored(root, id);
      touched = { before, after: before, step: this.step };
      items.set(id, touched);
    }
    return touched;
  }

  #stored(root: RootMap, id: string): StoredItem | undefined {
    const map = this.doc.getMap(root);
    return root === 'scene' ? storedItem(map) : map.has(id) ? (storedItem(map.get(id)) ?? {}) : undefined;
  }

  *#poses(): Generator<readonly [string, unknown]> {
    const touched = this.#touchedOf('nodes');
    for (const [id, value] of this.doc.getMap('nodes')) if (!touched.has(id)) yield [id, value];
    for (const [id, { after }] of touched) if (after !== undefined) yield [id, after];
  }
}

/** What lies between two states of one item. */
export function changesOf(
  root: RootMap,
  id: string | null,
  before: StoredItem | undefined,
  after: StoredItem | undefined,
): DocumentChange[] {
  if (before === undefined || after === undefined) {
    if (before === after) return [];
    return [{ root, id, key: null, ...(before && { before }), ...(after && { after }) }];
  }
  const changes: DocumentChange[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const had = Object.hasOwn(before, key);
    const has = Object.hasOwn(after, key);
    if (had && has && sameValue(before[key], after[key])) continue;
    changes.push({ root, id, key, ...(had && { before: before[key] }), ...(has && { after: after[key] }) });
  }
  return changes;
}

/** How many items `changes` adds, changes and removes. */
export function countChanges(changes: readonly DocumentChange[]): EditCounts {
  const changed = new Set<string>();
  let added = 0;
  let removed = 0;
  for (const { root, id, key, after } of changes) {
    if (key !== null) changed.add(`${root}/${id ?? ''}`);
    else if (after === undefined) removed++;
    else added++;
  }
  return { added, changed: changed.size, removed };
}
