import {
  entriesOf,
  entryOf,
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

/** An item of which keys were written, by key, and nothing else was looked at; undefined removes a key. */
interface Patched {
  readonly patch: Map<string, unknown>;
  /** Which step wrote it last. */
  step: number;
  /** Whether all that was written was through its schema and the bounds before. */
  isJudged: boolean;
}

interface Replaced {
  readonly patch?: undefined;
  readonly before: StoredItem | undefined;
  after: StoredItem | undefined;
  step: number;
  isJudged: boolean;
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

function patched(item: StoredItem | undefined, patch: Iterable<readonly [string, unknown]>): StoredItem {
  const changed: Record<string, unknown> = { ...item };
  for (const [key, value] of patch) {
    if (value === undefined) delete changed[key];
    else changed[key] = value;
  }
  return changed;
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
  readonly #touched = new Map<RootMap, Map<string, Patched | Replaced>>(
    ROOT_MAPS.map((root) => [root, new Map()]),
  );
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
    if (touched === undefined) return this.doc.getMap(root).has(id);
    return touched.patch !== undefined || touched.after !== undefined;
  }

  item(root: RootMap, id: string = SETTINGS): StoredItem | undefined {
    const touched = this.#touchedOf(root).get(id);
    if (touched === undefined) return this.#stored(root, id);
    return (touched.patch === undefined ? touched : this.#touch(root, id)).after;
  }

  /** One key of an item, which costs less where the item is large. */
  value(root: RootMap, id: string, key: string): unknown {
    const touched = this.#touchedOf(root).get(id);
    if (touched !== undefined && touched.patch === undefined)
      return touched.after !== undefined && Object.hasOwn(touched.after, key)
        ? touched.after[key]
        : undefined;
    return touched?.patch?.has(key) === true ? touched.patch.get(key) : this.#storedValue(root, id, key);
  }

  /** The pose of a node with its defaults; undefined when there is none that this version understands. */
  pose(id: string): Pose | undefined {
    if (!isNodeId(id)) return undefined;
    const kind = this.value('nodes', id, 'kind');
    return kind === undefined ? undefined : readPose({ kind, pose: this.value('nodes', id, 'pose') });
  }

  /** Puts a whole item in its place; undefined removes it. `isJudged` where its schema and the bounds have passed it. */
  put(root: RootMap, id: string, item: StoredItem | undefined, isJudged = false): void {
    const touched = this.#touch(root, id);
    const growth = Number(item !== undefined) - Number(touched.after !== undefined);
    if (growth !== 0) this.#growth.set(root, (this.#growth.get(root) ?? 0) + growth);
    touched.after = item;
    touched.isJudged = isJudged;
    this.#wrote(root, id, touched);
  }

  /** Writes keys of an item that is there; undefined removes a key. `isJudged` as above, of the values. */
  write(root: RootMap, id: string | null, values: StoredItem, isJudged = false): void {
    const name = id ?? SETTINGS;
    const items = this.#touchedOf(root);
    let touched = items.get(name);
    if (touched === undefined) items.set(name, (touched = { patch: new Map(), step: 0, isJudged: true }));
    if (touched.patch === undefined) touched.after = patched(touched.after, Object.entries(values));
    else for (const [key, value] of Object.entries(values)) touched.patch.set(key, value);
    touched.isJudged &&= isJudged;
    this.#wrote(root, name, touched);
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

  /** Whether all that was written of an item was judged before. */
  isJudged(root: RootMap, id: string | null): boolean {
    return this.#touchedOf(root).get(id ?? SETTINGS)?.isJudged ?? true;
  }

  /** What the draft changes. */
  changes(): readonly DocumentChange[] {
    this.#changes ??= this.#compare();
    return this.#changes;
  }

  #compare(): DocumentChange[] {
    const changes: DocumentChange[] = [];
    for (const [root, items] of this.#touched) {
      for (const [name, touched] of items) {
        const id = root === 'scene' ? null : name;
        if (touched.patch === undefined) changes.push(...changesOf(root, id, touched.before, touched.after));
        else
          for (const [key, after] of touched.patch)
            changes.push(...changeOf(root, id, key, this.#storedValue(root, name, key), after));
      }
    }
    return changes;
  }

  #wrote(root: RootMap, id: string, touched: Patched | Replaced): void {
    touched.step = this.step;
    this.#writes++;
    this.#changes = undefined;
    if (root !== 'nodes' || this.#tree === undefined) return;
    const pose = this.pose(id);
    if (pose === undefined) this.#tree.remove(id);
    else this.#tree.set(id, pose);
  }

  #touchedOf(root: RootMap): Map<string, Patched | Replaced> {
    return this.#touched.get(root) as Map<string, Patched | Replaced>;
  }

  /** The item as a whole, before and after. */
  #touch(root: RootMap, id: string): Replaced {
    const items = this.#touchedOf(root);
    const touched = items.get(id);
    if (touched !== undefined && touched.patch === undefined) return touched;
    const before = this.#stored(root, id);
    const after = touched === undefined ? before : patched(before, touched.patch);
    const { step, isJudged } = touched ?? { step: this.step, isJudged: true };
    const whole: Replaced = { before, after, step, isJudged };
    items.set(id, whole);
    return whole;
  }

  #stored(root: RootMap, id: string): StoredItem | undefined {
    const map = this.doc.getMap(root);
    return root === 'scene' ? storedItem(map) : map.has(id) ? (storedItem(map.get(id)) ?? {}) : undefined;
  }

  #storedValue(root: RootMap, id: string, key: string): unknown {
    const map = this.doc.getMap(root);
    return key === '__proto__' ? undefined : toPlain(entryOf(root === 'scene' ? map : map.get(id), key));
  }

  *#poses(): Generator<readonly [string, unknown]> {
    const touched = this.#touchedOf('nodes');
    for (const [id, value] of this.doc.getMap('nodes')) if (!touched.has(id)) yield [id, value];
    for (const id of touched.keys()) {
      const [kind, pose] = [this.value('nodes', id, 'kind'), this.value('nodes', id, 'pose')];
      if (kind !== undefined) yield [id, { kind, pose }];
    }
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
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
    changes.push(...changeOf(root, id, key, own(before, key), own(after, key)));
  return changes;
}

/** Stored items hold no undefined: it stands for what is not there. */
const own = (item: StoredItem, key: string): unknown => (Object.hasOwn(item, key) ? item[key] : undefined);

function changeOf(
  root: RootMap,
  id: string | null,
  key: string,
  before: unknown,
  after: unknown,
): DocumentChange[] {
  if (sameValue(before, after)) return [];
  return [{ root, id, key, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
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
